#include "strata/run/machine.hpp"
#include "strata/core/gpu.hpp"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <torch/version.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <thread>

#include "strata/fused/product.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/version.hpp"

#ifdef STRATA_TORCH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace strata {
namespace {

/// Of a file of /proc or /sys; empty where there is none.
std::string system_text(const char* path) {
  try {
    return read_file(path);
  } catch (const FileError&) {
    return "";
  }
}

/// "cpu.max" of cgroup 2, "quota period" or "max period"; in cores, or infinity.
double cgroup_quota() {
  std::istringstream in(system_text("/sys/fs/cgroup/cpu.max"));
  std::string quota;
  double period = 0;
  if (!(in >> quota >> period) || quota == "max" || period <= 0) return INFINITY;
  return std::stod(quota) / period;
}

/// "memory.max" of cgroup 2, in bytes or "max".
int64_t cgroup_memory() {
  std::istringstream in(system_text("/sys/fs/cgroup/memory.max"));
  int64_t bytes = 0;
  return in >> bytes ? bytes : INT64_MAX;
}

int64_t machine_memory() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

using IntFunction = int (*)();
using SetFunction = void (*)(int);
using TextFunction = char* (*)();

/// A function of OpenBLAS where that is what is loaded.
template <class F>
F blas_function(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_DEFAULT, name));
}

std::string blas_name() {
  if (const auto config = blas_function<TextFunction>("openblas_get_config")) return config();
  return at::hasMKL() ? "MKL" : "reference or unknown";
}

std::string first_match(const char* path, const std::string& key) {
  std::istringstream in(system_text(path));
  for (std::string line; std::getline(in, line);)
    if (line.rfind(key, 0) == 0) {
      const size_t value = line.find_first_not_of(" \t:", key.size());
      return value == std::string::npos ? "" : line.substr(value);
    }
  return "unknown";
}

Json gpu_name(const at::Device& device) {
#ifdef STRATA_TORCH_CUDA
  cudaDeviceProp properties{};
  if (device.is_cuda() && cudaGetDeviceProperties(&properties, device.index()) == cudaSuccess)
    return std::string(properties.name);
#endif
  (void)device;
  return nullptr;
}

}  // namespace

int granted_cores() {
  cpu_set_t set;
  int cores = static_cast<int>(std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
  const double quota = cgroup_quota();
  if (std::isfinite(quota)) cores = std::min(cores, static_cast<int>(std::ceil(quota)));
  return std::max(1, cores);
}

int64_t granted_memory() {
  return std::min(machine_memory(), cgroup_memory());
}

int set_threads(int threads) {
  if (threads <= 0) threads = granted_cores();
  at::set_num_threads(threads);
  if (const auto set = blas_function<SetFunction>("openblas_set_num_threads")) set(threads);
  return threads;
}

at::Device choose_device(const std::string& setting) {
  if (setting == "cpu") return at::kCPU;
  if (const auto gpu = find_gpu()) return *gpu;
  if (setting == "auto") return at::kCPU;
  throw UserError(has_cuda_kernels()
                      ? "device 'cuda': this machine shows no CUDA device; use --device cpu or auto"
                      : "device 'cuda': this strata was built without CUDA (README.md, \"Another "
                        "LibTorch\", says "
                        "how to build it); use --device cpu or auto");
}

Json provenance(const at::Device& device, int threads, const std::string& engine) {
  utsname system{};
  uname(&system);
  Json blas = {{"name", blas_name()}, {"threads", nullptr}};
  if (const auto get = blas_function<IntFunction>("openblas_get_num_threads"))
    blas["threads"] = get();
  Json cuda = nullptr;
#ifdef STRATA_CUDA_VERSION
  cuda = STRATA_CUDA_VERSION;
#endif
  return {{"strata", {{"version", build_version}, {"commit", build_commit}}},
          {"compiler", fmt::format("{} {}", STRATA_COMPILER, __VERSION__)},
          {"build_type", STRATA_BUILD_TYPE},
          {"libtorch", TORCH_VERSION},
          {"blas", blas},
          {"onednn", onednn_version()},
          {"engine", engine.empty() ? "auto" : engine},
          {"threads", threads},
          {"cuda", cuda},
          {"gpu", gpu_name(device)},
          {"cpu", first_match("/proc/cpuinfo", "model name")},
          {"device", device.str()},
          {"host",
           {{"os", fmt::format("{} {} {}", system.sysname, system.release, system.machine)},
            {"cores", granted_cores()},
            {"memory_bytes", machine_memory()}}}};
}

std::string blas_warning() {
  if (blas_function<IntFunction>("openblas_get_num_threads") != nullptr || at::hasMKL()) return "";
  return "LibTorch uses the reference BLAS, about 30 times slower than an optimized one; install "
         "libopenblas0-pthread";
}

int64_t peak_memory_bytes() {
  const std::string text = first_match("/proc/self/status", "VmHWM");
  if (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0)
    return std::stoll(text) * 1024;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

void reset_peak_memory() {
  tell_system("/proc/self/clear_refs", "5");
}

}  // namespace strata
