#pragma once
// Components from a YAML value, for checks and tests. Implemented in example.cpp.
#include <memory>
#include <string>

#include "strata/registry/registry.hpp"

namespace strata {

/// A component as a file would name it: "tanh", or "{type: linear, units: 5}". Throws UserError
/// with every mistake in it.
ComponentRef read_component(const std::string& family, const std::string& yaml);

/// The same, built: `component<Layer>("{type: linear, units: 5}")`. What the tests of a plugin
/// begin with.
template <class Family>
std::shared_ptr<Family> component(const std::string& yaml) {
  const ComponentRef ref = read_component(Family::family, yaml);
  return std::static_pointer_cast<Family>(ref.info->create(ref.params.get()));
}

}  // namespace strata
