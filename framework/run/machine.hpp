#pragma once
// What a run is granted of its machine, and what its record says of it. Implemented in machine.cpp.
#include <ATen/ATen.h>

#include <string>

#include "strata/support/json.hpp"

namespace strata {

/// The cores that this process may use: the smaller of its affinity mask and its cgroup's quota,
/// rounded up; at least 1.
int granted_cores();

/// The memory that this process may use, in bytes: the smaller of the machine's and its cgroup's
/// limit.
int64_t granted_memory();

/// Sets LibTorch's and OpenBLAS's threads; 0 takes granted_cores(). Returns the number set. Call on
/// the thread that trains.
int set_threads(int threads);

/// The device that a setting names: "auto" takes a GPU where there is one. Throws UserError for
/// "cuda" without one, saying whether the build or the machine lacks it.
at::Device choose_device(const std::string& setting);

/// What a figure may depend on besides the experiment: versions of strata, compiler, LibTorch, BLAS
/// with its threads, oneDNN, CUDA, GPU, CPU, host. The record's `provenance`. `engine`: as asked,
/// "auto" where it is empty.
Json provenance(const at::Device& device, int threads, const std::string& engine);

/// A warning where LibTorch multiplies matrices by the reference BLAS, 30 times slower than it need
/// be; else empty.
std::string blas_warning();

/// The most memory this process has held, in bytes, since reset_peak_memory().
int64_t peak_memory_bytes();
void reset_peak_memory();

}  // namespace strata
