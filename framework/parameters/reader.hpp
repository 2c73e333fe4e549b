#pragma once
// Reads nodes of YAML into params structs, whatever their type: what the codecs call. Implemented
// in reader.cpp.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "strata/parameters/component.hpp"
#include "strata/parameters/words.hpp"

namespace strata {

/// Where something belongs in the settings: for what is not written, the place of its parent.
struct Place {
  Origin origin;
  std::string path;
  Place below(const std::string& key) const { return {origin, path_below(path, key)}; }
};

/// What parsing needs besides the node: where to put mistakes, and the components there are.
class Reader {
 public:
  /// `keys`, where it is given, lists the keys of all settings. Called where a key is unknown, to
  /// find what was meant in another part.
  Reader(Issues& issues_, const Catalog& catalog_, ListKeys keys = {})
      : issues(issues_), catalog(catalog_), keys_(std::move(keys)) {}
  Issues& issues;
  const Catalog& catalog;

  void error(const Node& node, std::string message) {
    if (node.broken) return issues.count_again();
    issues.error(node.origin, node.path, std::move(message));
  }
  /// Reports a value that is no list, and what to write instead where that is plain.
  void no_list(const Node& node, const ParamType& expected, const Constraints& constraints);
  /// Reads a map of the listed fields into the struct. Unknown, missing and mistyped keys are
  /// reported, all of them; where there are none, the struct's own check runs.
  void read_struct(const Node& node, const ParamList& list, void* params);
  /// Reads a bare name, or a map with `type`, as a component of the family. Where the slot has a
  /// default, a map may leave `type` out.
  void read_component(const Node& node, const std::string& family, ComponentRef& ref);
  /// Completes a struct that was not written: its slots are resolved, its required keys reported.
  void complete_struct(const ParamList& list, void* params, const Place& place);
  /// Resolves a slot that has a default name and was not written; mistakes are reported at `place`.
  void complete_component(const std::string& family, ComponentRef& ref, const Place& place);

 private:
  void read_entries(const Node& node, const ParamList& list, void* params, bool component);
  void finish(const Node& node, const ParamList& list, void* params, const ComponentRef* bare);
  bool find_type(const Node& node, const std::string& family, std::string& type, Place& place);
  void unknown_type(const Node& node, const Place& place, const std::string& family,
                    const std::string& type);

  ListKeys keys_;
};

}  // namespace strata
