#pragma once
// A parameter of images that is one number for height and width, or a list of two: `kernel: 3`,
// `kernel: [3, 5]`.
#include "strata/parameters/params.hpp"

namespace strata {

struct Sides {
  int64_t height = 0, width = 0;

  Sides() = default;
  Sides(int64_t both) : height(both), width(both) {}  // NOLINT: reads as the value
  Sides(int64_t h, int64_t w) : height(h), width(w) {}
  std::vector<int64_t> list() const { return {height, width}; }
  std::string text() const {
    return std::to_string(height) + (width == height ? "" : "x" + std::to_string(width));
  }
};

template <>
struct Codec<Sides> {
  static constexpr ParamType type{ParamType::Kind::one_or_list, nullptr, nullptr,
                                  &Codec<int64_t>::type, "of two: of height and of width"};
  static void parse(const Node& n, Sides& v, Reader& r, const Constraints& c) {
    std::vector<int64_t> sides;
    if (n.is_sequence()) {
      Codec<std::vector<int64_t>>::parse(n, sides, r, c);
      if (sides.size() != 2) return r.error(n, "expected two integers: of height and of width");
    } else {
      Codec<int64_t>::parse(n, sides.emplace_back(v.height), r, c);
    }
    v = {sides.front(), sides.back()};
  }
  static void complete(Sides&, Reader&, const Place&) {}
  static Json dump(const Sides& v) { return v.height == v.width ? Json(v.height) : Json(v.list()); }
};

}  // namespace strata
