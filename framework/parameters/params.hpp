#pragma once
// How a params struct declares its parameters. They are read in reader.cpp, by codec.hpp.
#include <type_traits>
#include <utility>

#include "strata/parameters/codec.hpp"

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
  /// What others call it ("learning_rate"): told to who writes that.
  FieldRef& known_as(std::vector<std::string> v) {
    field_.known_as = std::move(v);
    return *this;
  }
  /// A value in YAML, told to who writes one of another type.
  FieldRef& example(std::string yaml) {
    field_.constraints.example = std::move(yaml);
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
  /// What others call it ("Dense", "fully_connected"): told to who writes that. Capitals and '_'
  /// make no difference.
  void known_as(std::vector<std::string> names) { list_.known_as = std::move(names); }
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
    f.type = Codec<T>::type;
    const T default_value = P{}.*member;
    f.default_value = Codec<T>::dump(default_value);
    f.nullable = can_be_absent(default_value);
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
  std::optional<KeysByName> keys;  // listed once, where they are asked for
  const auto list_keys = [&]() -> const KeysByName& {
    if (keys) return *keys;
    P read;
    Issues known;  // they are being reported
    Reader(known, catalog).read_struct(node, list, &read);
    return keys.emplace(keys_by_name(list, dump_params(list, &read), catalog));
  };
  P params;
  Reader(issues, catalog, list_keys).read_struct(node, list, &params);
  return params;
}

}  // namespace strata
