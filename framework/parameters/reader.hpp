#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "strata/parameters/component.hpp"

namespace strata {

/// Where something belongs in the settings: for what is not written, the place of its parent.
struct Place {
  Origin origin;
  std::string path;
  Place below(const std::string& key) const {
    return {origin, path.empty() ? key : path + "." + key};
  }
};

/// What parsing needs besides the node: where to put mistakes, and the components there are.
class Reader {
 public:
  /// Lists every key of the settings by its path ("data.batch_size"). Called where a key is
  /// unknown, to find what was meant in another part.
  using KeyPaths = std::function<std::vector<std::string>()>;

  Reader(Issues& issues_, const Catalog& catalog_, KeyPaths key_paths = {})
      : issues(issues_), catalog(catalog_), key_paths_(std::move(key_paths)) {}
  Issues& issues;
  const Catalog& catalog;

  void error(const Node& node, std::string message) {
    if (node.broken) return issues.count_again();
    issues.error(node.origin, node.path, std::move(message));
  }
  /// "expected an integer, got the string 'x'", and what to write instead where that is plain.
  void type_error(const Node& node, const std::string& expected);
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
  void read_entries(const Node& node, const ParamList& list, void* params, const std::string& skip);
  void finish(const Node& node, const ParamList& list, void* params, const ComponentRef* bare);
  bool find_type(const Node& node, const std::string& family, std::string& type, Place& place);
  bool resolve(const Place& place, const std::string& family, ComponentRef& ref);
  std::string meant(const Node& node, const Node::Entry& entry, const ParamList& list,
                    const std::string& skip);

  KeyPaths key_paths_;
};

/// Writes JSON Schema. Collects one definition for each family, so that recursion ends.
class SchemaWriter {
 public:
  explicit SchemaWriter(const Catalog& catalog) : catalog_(catalog) {}
  /// A reference to the definition of "any component of this family".
  Json component(const std::string& family);
  /// A map of the fields, and of `type` where a name for it is given.
  Json object(const ParamList& list, const std::string& type_name = {});
  /// The same of a file that extends another: no key is required, but for those in lists.
  Json partial_object(const ParamList& list);
  Json list(const std::function<Json(SchemaWriter&)>& item);
  const Json& definitions() const { return definitions_; }

 private:
  Json property(const Field& field);
  Json untyped(const ComponentInfo& info);

  const Catalog& catalog_;
  Json definitions_ = Json::object();
  bool partial_ = false;
};

}  // namespace strata
