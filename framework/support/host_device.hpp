#pragma once
// The mark of functions that run on the CPU and on CUDA.

/// Before a function that nvcc compiles for the CPU and for the GPU, and other compilers for the
/// CPU.
#ifdef __CUDACC__
#define STRATA_HOST_DEVICE __host__ __device__
#else
#define STRATA_HOST_DEVICE
#endif
