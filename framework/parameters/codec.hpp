#pragma once
// How a parameter of each type is read, completed and written: a Codec for each type that
// params.hpp lists. What is read by one function whatever the type is in params.cpp, scalars in
// parse_scalar.cpp.
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "strata/parameters/reader.hpp"

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

// Scalars, by YAML 1.2's core rules. What is wrong is reported, and `value` then left alone.
void parse_scalar(const Node& node, bool& value, Reader& reader, const Constraints& constraints);
void parse_scalar(const Node& node, int64_t& value, Reader& reader, const Constraints& constraints);
void parse_scalar(const Node& node, double& value, Reader& reader, const Constraints& constraints);
void parse_scalar(const Node& node, std::string& value, Reader& reader,
                  const Constraints& constraints);

template <class P>
const ParamList& param_list();

template <class T, class = void>
struct Codec;

template <class T, ParamType::Kind kind>
struct ScalarCodec {
  static constexpr ParamType type{kind};
  static void parse(const Node& n, T& v, Reader& r, const Constraints& c) {
    parse_scalar(n, v, r, c);
  }
  static void complete(T&, Reader&, const Place&) {}
  static Json dump(const T& v) { return v; }
};
template <>
struct Codec<bool> : ScalarCodec<bool, ParamType::Kind::boolean> {};
template <>
struct Codec<int64_t> : ScalarCodec<int64_t, ParamType::Kind::integer> {};
template <>
struct Codec<double> : ScalarCodec<double, ParamType::Kind::number> {};
template <>
struct Codec<std::string> : ScalarCodec<std::string, ParamType::Kind::text> {};

template <class T>
struct Codec<std::optional<T>> {
  static constexpr ParamType type = Codec<T>::type;
  static void parse(const Node& n, std::optional<T>& v, Reader& r, const Constraints& c) {
    Codec<T>::parse(n, v.emplace(), r, c);
  }
  static void complete(std::optional<T>& v, Reader& r, const Place& place) {
    if (v) Codec<T>::complete(*v, r, place);
  }
  static Json dump(const std::optional<T>& v) { return v ? Codec<T>::dump(*v) : Json(nullptr); }
};

template <class T>
struct Codec<std::vector<T>> {
  static constexpr ParamType type{ParamType::Kind::list, nullptr, nullptr, &Codec<T>::type};
  static void parse(const Node& n, std::vector<T>& v, Reader& r, const Constraints& c) {
    v.clear();
    if (!n.is_sequence()) return r.no_list(n, type, c);
    for (const Node& item : n.items) {
      T value{};
      Codec<T>::parse(item, value, r, c);
      v.push_back(std::move(value));
    }
  }
  static void complete(std::vector<T>& v, Reader& r, const Place& place) {
    for (size_t i = 0; i < v.size(); ++i) {
      T value = std::move(v[i]);
      Codec<T>::complete(value, r, {place.origin, path_below(place.path, i)});
      v[i] = std::move(value);
    }
  }
  static Json dump(const std::vector<T>& v) {
    Json list = Json::array();
    for (const T& item : v) list.push_back(Codec<T>::dump(item));
    return list;
  }
};

template <class T>
struct Codec<OneOrMany<T>> {
  static constexpr ParamType type{ParamType::Kind::one_or_list, nullptr, nullptr, &Codec<T>::type,
                                  "with one for each stage"};
  static void parse(const Node& n, OneOrMany<T>& v, Reader& r, const Constraints& c) {
    if (!n.is_sequence()) {
      v.values.assign(1, T());
      return Codec<T>::parse(n, v.values[0], r, c);
    }
    Codec<std::vector<T>>::parse(n, v.values, r, c);
    if (n.items.empty()) r.error(n, "expected at least one " + Codec<T>::type.name());
  }
  static void complete(OneOrMany<T>& v, Reader& r, const Place& place) {
    if (v.values.size() == 1) return Codec<T>::complete(v.values[0], r, place);
    Codec<std::vector<T>>::complete(v.values, r, place);
  }
  static Json dump(const OneOrMany<T>& v) {
    return v.values.size() == 1 ? Codec<T>::dump(v.values[0])
                                : Codec<std::vector<T>>::dump(v.values);
  }
};

template <class Family>
struct Codec<Slot<Family>> {
  static constexpr ParamType type{ParamType::Kind::component, Family::family};
  static void parse(const Node& n, Slot<Family>& v, Reader& r, const Constraints&) {
    r.read_component(n, Family::family, v);
  }
  static void complete(Slot<Family>& v, Reader& r, const Place& place) {
    r.complete_component(Family::family, v, place);
  }
  static Json dump(const Slot<Family>& v) { return v.dump(); }
};

/// A nested params struct, written as a map.
template <class P>
struct Codec<P, std::void_t<decltype(&P::declare)>> {
  static constexpr ParamType type{ParamType::Kind::map, nullptr, &param_list<P>};
  static void parse(const Node& n, P& v, Reader& r, const Constraints&) {
    r.read_struct(n, param_list<P>(), &v);
  }
  static void complete(P& v, Reader& r, const Place& place) {
    r.complete_struct(param_list<P>(), &v, place);
  }
  static Json dump(const P& v) { return dump_params(param_list<P>(), &v); }
};

}  // namespace strata
