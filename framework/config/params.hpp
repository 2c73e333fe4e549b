#pragma once
#include <cstdint>
#include <type_traits>
#include <utility>

#include "strata/config/component.hpp"
#include "strata/config/text.hpp"

/// Declaring parameters. A params struct is plain data with in-class defaults and one static
/// function:
///
///     struct Params {
///       double lr = 0.01;
///       int64_t steps = 0;
///       Slot<Schedule> schedule{"constant"};
///
///       static void declare(Declare<Params>& d) {
///         d.doc("Stochastic gradient descent.");
///         d.add("lr", &Params::lr, "learning rate").above(0);
///         d.add("steps", &Params::steps, "how many").required().min(1);
///         d.add("schedule", &Params::schedule, "how the rate changes");
///       }
///     };
///
/// Types: bool, int64_t, double, std::string (with choices), Slot<Family>, another params struct,
/// std::optional and std::vector of these, and OneOrMany. An optional, and a slot without a default
/// component, may be absent, or written as `null`. Everything else -- parsing, position of
/// errors, `describe`, JSON Schema, the resolved config -- follows from the declaration.
namespace strata {

template <class P>
class Declare;

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

/// A value for every stage, or a list with one for each.
template <class T>
struct OneOrMany {
  std::vector<T> values;
  OneOrMany() = default;
  OneOrMany(T value) : values{std::move(value)} {}  // NOLINT: reads as the value
  /// The value for item i; the last one goes on.
  const T& at(size_t i) const { return values[i < values.size() ? i : values.size() - 1]; }
};

// Scalars, parsed by YAML 1.2's core rules (params.cpp). False where an issue was added.
bool parse_scalar(const Node&, bool&, Reader&, const Constraints&);
bool parse_scalar(const Node&, int64_t&, Reader&, const Constraints&);
bool parse_scalar(const Node&, double&, Reader&, const Constraints&);
bool parse_scalar(const Node&, std::string&, Reader&, const Constraints&);
Json scalar_schema(const char* type, const Constraints&);

template <class P>
const ParamList& param_list();

template <class T, class = void>
struct Codec;

#define STRATA_SCALAR_CODEC(Type, name, json_type)                               \
  template <>                                                                    \
  struct Codec<Type> {                                                           \
    static std::string type() { return name; }                                   \
    static void parse(const Node& n, Type& v, Reader& r, const Constraints& c) { \
      parse_scalar(n, v, r, c);                                                  \
    }                                                                            \
    static void complete(Type&, Reader&, const Place&) {}                        \
    static Json dump(const Type& v) { return v; }                                \
    static Json schema(SchemaWriter&, const Constraints& c) {                    \
      return scalar_schema(json_type, c);                                        \
    }                                                                            \
  };
STRATA_SCALAR_CODEC(bool, "boolean", "boolean")
STRATA_SCALAR_CODEC(int64_t, "integer", "integer")
STRATA_SCALAR_CODEC(double, "number", "number")
STRATA_SCALAR_CODEC(std::string, "string", "string")
#undef STRATA_SCALAR_CODEC

template <class T>
struct Codec<std::optional<T>> {
  static std::string type() { return Codec<T>::type(); }
  static void parse(const Node& n, std::optional<T>& v, Reader& r, const Constraints& c) {
    v.emplace();
    Codec<T>::parse(n, *v, r, c);
  }
  static void complete(std::optional<T>& v, Reader& r, const Place& place) {
    if (v) Codec<T>::complete(*v, r, place);
  }
  static Json dump(const std::optional<T>& v) { return v ? Codec<T>::dump(*v) : Json(nullptr); }
  static Json schema(SchemaWriter& w, const Constraints& c) { return Codec<T>::schema(w, c); }
};

template <class T>
struct Codec<std::vector<T>> {
  static std::string type() { return "list of " + plural(Codec<T>::type()); }
  static void parse(const Node& n, std::vector<T>& v, Reader& r, const Constraints& c) {
    v.clear();
    if (!n.is_sequence()) return r.type_error(n, "a " + type());
    for (const Node& item : n.items) {
      T value{};
      Codec<T>::parse(item, value, r, c);
      v.push_back(std::move(value));
    }
  }
  static void complete(std::vector<T>& v, Reader& r, const Place& place) {
    for (size_t i = 0; i < v.size(); ++i) {
      T value = std::move(v[i]);
      Codec<T>::complete(value, r, {place.origin, place.path + "[" + std::to_string(i) + "]"});
      v[i] = std::move(value);
    }
  }
  static Json dump(const std::vector<T>& v) {
    Json list = Json::array();
    for (const T& item : v) list.push_back(Codec<T>::dump(item));
    return list;
  }
  static Json schema(SchemaWriter& w, const Constraints& c) {
    return w.list([&c](SchemaWriter& writer) { return Codec<T>::schema(writer, c); });
  }
};

template <class T>
struct Codec<OneOrMany<T>> {
  static std::string type() { return Codec<T>::type() + ", or a list with one for each stage"; }
  static void parse(const Node& n, OneOrMany<T>& v, Reader& r, const Constraints& c) {
    v.values.clear();
    if (n.is_sequence()) {
      Codec<std::vector<T>>::parse(n, v.values, r, c);
      if (n.items.empty()) r.error(n, "expected at least one " + Codec<T>::type());
    } else {
      T value{};
      Codec<T>::parse(n, value, r, c);
      v.values.push_back(std::move(value));
    }
  }
  static void complete(OneOrMany<T>& v, Reader& r, const Place& place) {
    if (v.values.size() == 1) return Codec<T>::complete(v.values[0], r, place);
    Codec<std::vector<T>>::complete(v.values, r, place);
  }
  static Json dump(const OneOrMany<T>& v) {
    return v.values.size() == 1 ? Codec<T>::dump(v.values[0])
                                : Codec<std::vector<T>>::dump(v.values);
  }
  static Json schema(SchemaWriter& w, const Constraints& c) {
    return {{"anyOf", Json::array({Codec<T>::schema(w, c), Codec<std::vector<T>>::schema(w, c)})}};
  }
};

template <class Family>
struct Codec<Slot<Family>> {
  static std::string type() { return Family::family; }
  static void parse(const Node& n, Slot<Family>& v, Reader& r, const Constraints&) {
    r.read_component(n, Family::family, v);
  }
  static void complete(Slot<Family>& v, Reader& r, const Place& place) {
    r.complete_component(Family::family, v, place);
  }
  static Json dump(const Slot<Family>& v) { return v.dump(); }
  static Json schema(SchemaWriter& w, const Constraints&) { return w.component(Family::family); }
};

/// The params struct that a parameter's maps are read into, if it takes maps of fixed keys.
template <class T, class = void>
struct Nested {
  static constexpr const ParamList& (*list)() = nullptr;
};
template <class T>
struct Nested<std::optional<T>> : Nested<T> {};
template <class T>
struct Nested<std::vector<T>> : Nested<T> {};
template <class P>
struct Nested<P, std::void_t<decltype(&P::declare)>> {
  static constexpr const ParamList& (*list)() = &param_list<P>;
};

/// A nested params struct, written as a map.
template <class P>
struct Codec<P, std::void_t<decltype(&P::declare)>> {
  static std::string type() { return "map"; }
  static void parse(const Node& n, P& v, Reader& r, const Constraints&) {
    r.read_struct(n, param_list<P>(), &v);
  }
  static void complete(P& v, Reader& r, const Place& place) {
    r.complete_struct(param_list<P>(), &v, place);
  }
  static Json dump(const P& v) { return dump_params(param_list<P>(), &v); }
  static Json schema(SchemaWriter& w, const Constraints&) { return w.object(param_list<P>()); }
};

/// Every parameter by name, defaults included.
Json dump_params(const ParamList& list, const void* params);

/// The path of every key of a dumped params struct: those of nested maps, whether written or not,
/// and those of the components that are there ("pretrain.optimizer.lr", "encoder[0][1].units").
std::vector<std::string> key_paths(const ParamList& list, const Json& dumped);

/// Bounds and the like of the parameter just added.
class FieldRef {
 public:
  explicit FieldRef(Field& field) : field_(field) {}
  FieldRef& required() {
    field_.required = true;
    return *this;
  }
  FieldRef& min(double v) {
    field_.constraints.min = v;
    return *this;
  }
  FieldRef& max(double v) {
    field_.constraints.max = v;
    return *this;
  }
  FieldRef& above(double v) {
    field_.constraints.above = v;
    return *this;
  }
  FieldRef& below(double v) {
    field_.constraints.below = v;
    return *this;
  }
  FieldRef& choices(std::vector<std::string> v) {
    field_.constraints.choices = std::move(v);
    return *this;
  }
  /// Why there is one value, where others take a list: told to who writes a list here.
  FieldRef& single(std::string why) {
    field_.constraints.single = std::move(why);
    return *this;
  }

 private:
  Field& field_;
};

/// Reports mistakes that only several parameters together make; at the key's own place where it was
/// written, else at the struct's.
class Check {
 public:
  Check(Reader& reader, const Node& node) : reader_(reader), node_(node) {}
  void error(const std::string& key, std::string message);

 private:
  Reader& reader_;
  const Node& node_;
};

/// Whether a parameter with this default may be written as `null`: an optional, or a slot without a
/// default component.
template <class T>
bool can_be_absent(const T&) {
  return false;
}
template <class T>
bool can_be_absent(const std::optional<T>&) {
  return true;
}
template <class Family>
bool can_be_absent(const Slot<Family>& slot) {
  return slot.empty();
}

template <class P>
class Declare {
 public:
  explicit Declare(ParamList& list) : list_(list) {}

  /// What it is, in a sentence or two, with its source where it has one.
  void doc(std::string text) { list_.doc = std::move(text); }
  /// A YAML value that builds the component; needed where a parameter is required.
  void example(std::string yaml) { list_.example = std::move(yaml); }
  /// The struct is the root of a file: composition_keys() may stand beside its own.
  void root() { list_.root = true; }
  /// A rule across parameters.
  void check(std::function<void(const P&, Check&)> rule) {
    list_.check = [rule = std::move(rule)](const void* params, Reader& reader, const Node& node) {
      Check check(reader, node);
      rule(*static_cast<const P*>(params), check);
    };
  }

  /// `member` is of P or of a base of it (parameters that a family shares).
  template <class T, class Base>
  FieldRef add(std::string name, T Base::*member, std::string doc) {
    static_assert(std::is_base_of_v<Base, P>);
    Field f;
    f.name = std::move(name);
    f.doc = std::move(doc);
    f.type = Codec<T>::type();
    const T default_value = P{}.*member;
    f.default_value = Codec<T>::dump(default_value);
    f.nullable = can_be_absent(default_value);
    f.nested = Nested<T>::list;
    const size_t index = list_.fields.size();
    ParamList* list = &list_;  // lives as long as the program: see param_list()
    f.parse = [member, list, index](const Node& n, void* p, Reader& r) {
      const Field& field = list->fields[index];
      const bool null = n.is_null() && !n.scalar.empty() && field.nullable && !field.required;
      T& value = static_cast<P*>(p)->*member;
      if (null) {
        value = T();
      } else {
        Codec<T>::parse(n, value, r, field.constraints);
      }
    };
    f.complete = [member](void* p, Reader& r, const Place& place) {
      Codec<T>::complete(static_cast<P*>(p)->*member, r, place);
    };
    f.dump = [member](const void* p) { return Codec<T>::dump(static_cast<const P*>(p)->*member); };
    f.schema = [list, index](SchemaWriter& w) {
      return Codec<T>::schema(w, list->fields[index].constraints);
    };
    list_.fields.push_back(std::move(f));
    return FieldRef(list_.fields.back());
  }

 private:
  ParamList& list_;
};

/// The parameter list of a struct, made once.
template <class P>
const ParamList& param_list() {
  static const ParamList& list = []() -> const ParamList& {
    static ParamList made;
    Declare<P> declare(made);
    P::declare(declare);
    return made;
  }();
  return list;
}

/// Reads a whole params struct (the root of a file, say) from a node with its paths set.
template <class P>
P read_params(const Node& node, Issues& issues, const Catalog& catalog) {
  const ParamList& list = param_list<P>();
  const auto paths = [&] {
    P read;
    Issues known;  // they are being reported
    Reader(known, catalog).read_struct(node, list, &read);
    return key_paths(list, dump_params(list, &read));
  };
  P params;
  Reader(issues, catalog, paths).read_struct(node, list, &params);
  return params;
}

}  // namespace strata
