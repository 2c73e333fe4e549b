#pragma once
// A setting's value in a word. Implemented in value_text.cpp.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "strata/support/json.hpp"

namespace strata {

bool is_component(const Json& value);
/// @param component  is_component()
std::string type_of(const Json& component);
/// An object that is no component.
bool is_plain_map(const Json& value);
/// Whether a list holds more than plain values.
bool has_structure(const Json& list);

/// Names of parameters, by the component's type.
using Telling = std::map<std::string, std::set<std::string>>;

/// Which parameters take more than one value among the components within these.
Telling telling_parameters(const std::vector<const Json*>& values);

/// A value in one line: "linear(400) tanh | linear(256) tanh", "metric=loss, patience=3".
class ValueText {
 public:
  /// @param telling  the parameters to be told; all that are given where nullptr
  explicit ValueText(const Telling* telling = nullptr) : telling_(telling) {}

  std::string text(const Json& value) const;

 private:
  bool tells(const Json& value) const;
  std::string inner(const Json& value) const;
  std::string component(const Json& value) const;
  std::string list(const Json& value) const;
  std::string map(const Json& value) const;

  const Telling* telling_;
};

}  // namespace strata
