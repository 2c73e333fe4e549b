#pragma once
// What the tests of modules with LibTorch share: each body runs on every device and dtype present.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include "strata/core/tensor.hpp"

#include <functional>
#include <string>
#include <vector>

#include "strata/core/gpu.hpp"
#include "strata/parameters/params.hpp"
#include "strata/registry/registry.hpp"
#include "strata/yaml/node.hpp"

namespace strata::testing {

/// Runs the body for float32 and float64 on the CPU, and on a GPU where there is one.
inline void on_each(const std::function<void(at::TensorOptions)>& body) {
  std::vector<at::Device> devices{at::kCPU};
  if (const auto gpu = find_gpu()) devices.push_back(*gpu);
  for (const at::Device& device : devices)
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
      const std::string where = fmt::format("{} {}", device.str(), c10::toString(dtype));
      CAPTURE(where);
      body(at::TensorOptions().device(device).dtype(dtype));
    }
}

/// A component from a YAML value, as a file would name it.
template <class Family>
Slot<Family> slot(const std::string& yaml) {
  Issues issues;
  const auto source = std::make_shared<Source>(Source{"test", yaml});
  Node node = parse_yaml_value(source, 0, yaml.size(), issues);
  set_paths(node);
  Slot<Family> result;
  Reader reader(issues, Registry::instance());
  reader.read_component(node, Family::family, result);
  INFO(issues.format());
  REQUIRE(issues.ok());
  return result;
}

template <class Family>
std::shared_ptr<Family> component(const std::string& yaml) {
  return make(slot<Family>(yaml));
}

/// A tensor from numbers.
inline at::Tensor tensor(const std::vector<double>& values, std::vector<int64_t> shape,
                         at::TensorOptions options = at::kDouble) {
  return at::tensor(values, at::kDouble).view(shape).to(options);
}

inline double max_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kCPU, at::kDouble) - b.detach().to(at::kCPU, at::kDouble))
      .abs()
      .max()
      .item<double>();
}

}  // namespace strata::testing
