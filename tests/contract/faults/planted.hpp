#pragma once
// Components with one fault each, and the check that is there to find it. table.cpp puts each to
// the contract, and wants such a fault for every check that there is.
#include <string>
#include <vector>

#include "strata/registry/registry.hpp"

namespace strata::testing {

struct Planted {
  std::string family, name;
  std::string check;   ///< that must fail
  std::string detail;  ///< part of what it must say
  static std::vector<Planted>& all() {
    static std::vector<Planted> list;
    return list;
  }
};

/// What a faulty component is made from.
struct NoParams {
  static void declare(Declare<NoParams>& d) { d.doc("Made for a test."); }
};

/// Registers a faulty component: `static const Plant<Layer, Forgetful> forgetful{"forgetful",
/// "is saved and read back", "they differ"};`
template <class Family, class Component>
struct Plant {
  Plant(const char* name, const char* check, const char* detail) {
    const Registration<Family, Component> registration(name);
    Planted::all().push_back({Family::family, name, check, detail});
  }
};

}  // namespace strata::testing
