#include "strata/core/figure.hpp"

namespace strata {
namespace {

const char* better_name(Better better) {
  switch (better) {
    case Better::lower:
      return "lower";
    case Better::higher:
      return "higher";
    case Better::neither:
      return "neither";
  }
  return "";
}

const char* unit_name(Unit unit) {
  switch (unit) {
    case Unit::none:
      return "";
    case Unit::fraction:
      return "fraction";
    case Unit::count:
      return "count";
    case Unit::nats:
      return "nats";
    case Unit::decibels:
      return "decibels";
    case Unit::seconds:
      return "seconds";
  }
  return "";
}

const char* role_name(FigureRole role) {
  switch (role) {
    case FigureRole::score:
      return "score";
    case FigureRole::counts:
      return "counts";
    case FigureRole::per_class:
      return "per_class";
    case FigureRole::cost:
      return "cost";
  }
  return "";
}

}  // namespace

Json FigureInfo::dump() const {
  return {{"better", better_name(better)}, {"unit", unit_name(unit)}, {"role", role_name(role)}};
}

}  // namespace strata
