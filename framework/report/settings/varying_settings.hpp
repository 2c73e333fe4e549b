#pragma once
// The settings that differ between runs. Implemented in varying_settings.cpp.
#include <string>
#include <utility>
#include <vector>

#include "strata/support/json.hpp"

namespace strata {

/// The settings in which configurations differ.
struct VaryingSettings {
  /// Keys' paths in the order of the configuration: "data.dataset", "pretrain.optimizer.lr". A
  /// component's own key ("pretrain.optimizer") stands for its type.
  std::vector<std::string> keys;
  /// values[i][k]: of configuration i under key k, as text; "" where it has no such key, or null.
  std::vector<std::vector<std::string>> values;
  /// What a part that only some configurations have also sets, alike in all of these:
  /// "early_stopping.metric=loss".
  std::vector<std::string> alike;
};

/// Stands in a configuration for a setting that it does not use, of which no column is made.
Json not_used();

/// Finds them. Whatever differs is a key, but for what a component's type implies (adam's betas
/// beside sgd) and what is not_used(). A part that only some have, and these
/// alike, is one key with all that it sets: "metric=loss, patience=3". Lists of plain maps are
/// compared leaf by leaf, however long they are: "pretrain.stages[1].optimizer.lr". Other lists
/// that differ in length or in their components are one setting, written short: "linear(400) tanh |
/// linear(256) tanh". Configurations with the same values differ in nothing.
/// @param configs  where two differ in no more than that one says null and one nothing, they are
///   the same
VaryingSettings varying_settings(const std::vector<Json>& configs);

/// Settings by their paths, in the configuration's order.
using Settings = std::vector<std::pair<std::string, const Json*>>;

/// Every setting of a configuration: plain values, components, and the parts that hold several.
/// @param config  must outlive them
Settings all_settings(const Json& config);

/// Whether it is a map or a list of several settings.
bool is_part(const Json& value);

/// The settings that are no parts, as text; of a component its type.
std::vector<std::pair<std::string, std::string>> flat_settings(const Json& config);

/// The ends of the keys that mean one thing among these and all `known`: {"dataset",
/// "pretrain.epochs"}. What lies deeper than a section keeps the name before it:
/// "early_stopping.metric".
std::vector<std::string> short_names(const std::vector<std::string>& keys,
                                     const std::vector<std::string>& known);

/// Whether a key is `name` or ends in ".name".
bool ends_in(const std::string& key, const std::string& name);

/// Whether a key is the part of that path, or lies in it: "pretrain.stages[1].epochs" in
/// "pretrain.stages".
bool lies_in(const std::string& key, const std::string& path);

/// Numbers by value, before text; numbers within text by value too: "c2" before "c10".
bool natural_less(const std::string& a, const std::string& b);

struct NaturalLess {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};

/// Numbers by value before text, and last what is absent.
bool value_less(const std::string& a, const std::string& b);

}  // namespace strata
