#pragma once
// What is known of a parameter and of a component, type-erased: read by parsing, checks, describe,
// the schema and the record. Made by params.hpp; implemented in component.cpp.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/support/json.hpp"
#include "strata/yaml/issues.hpp"
#include "strata/yaml/node.hpp"

namespace strata {

class Reader;
struct ParamList;
struct Place;

/// What a parameter holds. What it points to lives as long as the program.
struct ParamType {
  enum class Kind { boolean, integer, number, text, map, component, list, one_or_list };
  Kind kind;
  const char* family = nullptr;          ///< of a component: "layer"
  const ParamList& (*keys)() = nullptr;  ///< of a map, where its keys are fixed
  const ParamType* item = nullptr;       ///< of a list, and of one value or a list of them
  const char* many = "";                 ///< of the latter's list: "with one for each stage"

  std::string name() const;  ///< "integer", "layer", "list of lists of layers"
  /// The type inside all lists.
  const ParamType& innermost() const { return item == nullptr ? *this : item->innermost(); }
  bool is_numeric() const { return kind == Kind::integer || kind == Kind::number; }
};

/// What a value must satisfy besides its type; applies to every number or string inside it.
struct Constraints {
  std::optional<double> min, max;      ///< bounds that may be reached
  std::optional<double> above, below;  ///< bounds that may not
  std::vector<std::string> choices;    ///< of a string
  std::string single;                  ///< why a list cannot stand here: "classify is one stage"
  std::string example;                 ///< told to who writes a value of another type

  std::string text() const;  ///< "above 0 and at most 1"; "" where there are none
  bool allow(double number) const;
};

/// One parameter of a params struct: declared once, used by parsing, checks, describe, the JSON
/// Schema and the resolved config. Made by Declare<P>.
struct Field {
  std::string name;
  std::string doc;  ///< one line
  ParamType type = {ParamType::Kind::map};
  std::vector<std::string> known_as;  ///< what others call it
  bool required = false;
  bool nullable = false;  ///< may be written as null, which stands for "none"
  Constraints constraints;
  Json default_value;  ///< null where required or optional
  std::function<void(const Node&, void* params, Reader&)> parse;
  std::function<void(void* params, Reader&, const Place&)> complete;  ///< resolves default slots
  std::function<Json(const void* params)> dump;
  Json schema;  ///< what it takes, where `type` does not say that (a key of composition)

  /// The keys of the map, or of the maps in the list, that it takes; nullptr where it takes none.
  const ParamList* keys() const;
  /// The default as YAML has it; "required", or "" where there is none.
  std::string default_text() const;
};

/// The parameters of one struct, type-erased.
struct ParamList {
  std::string doc;                    ///< what the component is; first sentence is its summary
  std::string example;                ///< a YAML value that builds it; its bare name where empty
  std::vector<std::string> known_as;  ///< what others call it: "Dense"
  std::vector<Field> fields;
  bool root = false;  ///< of a whole file: composition_keys() may stand there too
  std::function<void(const void* params, Reader&, const Node&)>
      check;  ///< across fields; may be empty

  /// The parameters, and for the root of a file the composition keys: all that may be written.
  std::vector<const Field*> keys() const;
  std::vector<std::string> names() const;  ///< of keys()
  /// A parameter; composition keys are none.
  const Field* find(const std::string& name) const;
};

/// The keys of a file's root that compose() takes out before the rest is read: extends, sweep and
/// seeds. They are described like parameters, and are never parsed, completed or dumped.
const std::vector<Field>& composition_keys();

/// A registered component: what `list`, `describe`, the schema and error messages know of it.
struct ComponentInfo {
  std::string family;   ///< "layer"
  std::string name;     ///< "linear"
  std::string library;  ///< the plugin library that it came from; empty for the built-in ones
  ParamList params;
  std::function<std::shared_ptr<void>()> make_params;
  /// Builds the component from its params struct: a Family* behind the void.
  std::function<std::shared_ptr<void>(const void* params)> create;
};

/// Finds components by family and name. Implemented by the registry.
class Catalog {
 public:
  virtual ~Catalog() = default;
  virtual const ComponentInfo* find(const std::string& family, const std::string& name) const = 0;
  virtual std::vector<std::string> names(const std::string& family) const = 0;
  virtual std::vector<std::string> families() const = 0;
};

/// A component named in the settings with its parameters, parsed but not yet built.
struct ComponentRef {
  std::string type;  ///< "linear"; empty where none was named
  Origin origin;
  std::string path;
  const ComponentInfo* info = nullptr;  ///< set by parsing; owned by the catalog
  std::shared_ptr<void> params;         ///< the component's params struct

  bool empty() const { return type.empty(); }
  Json dump() const;  ///< {"type": ..., every parameter}
};

/// A parameter that takes a component of a family: `Slot<Layer> layer;`, with a default by name
/// `Slot<Initializer> init{"uniform"};`. `Family::family` is the family's name.
template <class Family>
struct Slot : ComponentRef {
  Slot() = default;
  explicit Slot(const char* default_type) { type = default_type; }
};

}  // namespace strata
