#pragma once
#include <string>
#include <vector>

#include "strata/support/json.hpp"

namespace strata {

/// The settings in which configurations differ.
struct VaryingSettings {
  /// Keys' paths in the order of the configuration: "data.dataset", "pretrain.optimizer.lr". A
  /// component's own key ("pretrain.optimizer") stands for its type.
  std::vector<std::string> keys;
  /// values[i][k]: of configuration i under key k, as text; "" where it has no such key.
  std::vector<std::vector<std::string>> values;
};

/// Finds them. Keys that a component's type implies (adam's betas beside sgd) are left out as long
/// as the configurations are told apart without them. Lists of plain maps are compared leaf by
/// leaf, however long they are: "pretrain.stages[1].optimizer.lr". Other lists that differ in
/// length or in their components are one setting, written short: "linear(400) tanh | linear(256)
/// tanh".
/// @param configs  different from each other
VaryingSettings varying_settings(const std::vector<Json>& configs);

/// Every setting of one configuration by its path, as above; for the difference of two, line by
/// line.
std::vector<std::pair<std::string, std::string>> flat_settings(const Json& config);

/// The shortest ends of the keys that tell them apart: {"dataset", "pretrain.lr", "classify.lr"}.
std::vector<std::string> short_names(const std::vector<std::string>& keys);

/// Numbers by value, before text.
bool natural_less(const std::string& a, const std::string& b);

}  // namespace strata
