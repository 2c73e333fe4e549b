#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "strata/parameters/reader.hpp"
#include "strata/yaml/text.hpp"

/// How a parameter of each type is read, completed, written and described: a Codec for each type
/// that params.hpp lists.
namespace strata {

/// Every parameter by name, defaults included.
Json dump_params(const ParamList& list, const void* params);

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

}  // namespace strata
