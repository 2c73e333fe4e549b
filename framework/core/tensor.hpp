#pragma once
#include <ATen/ATen.h>

#include <string>

#include "strata/data/dataset.hpp"

namespace strata {

using at::Tensor;

/// A tensor that an optimizer updates in place, by its full name ("encoder.0.0.weight"). Whoever
/// holds the Tensor shares its storage; training never replaces it.
struct Parameter {
  std::string name;
  Tensor value;
};

/// {batch} followed by a sample's sizes.
inline std::vector<int64_t> batch_shape(int64_t batch, const Shape& sample) {
  std::vector<int64_t> shape{batch};
  shape.insert(shape.end(), sample.begin(), sample.end());
  return shape;
}

}  // namespace strata
