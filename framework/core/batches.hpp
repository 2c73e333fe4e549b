#pragma once
// From data in memory to the batches of an epoch. Implemented in batches.cpp and batches_cuda.cpp,
// the arithmetic in batches_kernel.hpp.
#include "strata/core/tensor.hpp"
#include "strata/support/random.hpp"

namespace strata {

/// The images of a batch in one pass: gathered by `index` (int64, {batch}) from `bytes` (uint8,
/// {count, features}, contiguous), cast, and scaled from 0 ... 255 to [0, 1]. Both on one device;
/// returns {batch, sample...} of `dtype` (float32 or float64) there. Dispatched by LibTorch as the
/// operator strata::gather_images.
Tensor gather_images(const Tensor& bytes, const Tensor& index, const Shape& sample,
                     at::ScalarType dtype);

/// The samples (int64, {n}, dataset positions) in the order of one epoch: sorted by a random key
/// that is a pure function of the stream, the sample's position and the epoch. A subset therefore
/// keeps the relative order of the full set.
Tensor epoch_order(const Tensor& samples, const RandomStream& stream, uint32_t epoch);

}  // namespace strata
