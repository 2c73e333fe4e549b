#pragma once
// Values in JSON that may lack them.
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "strata/support/json.hpp"

namespace strata {

/// The value at a path of keys, or null: records of runs that have not ended lack some.
inline const Json& json_at(const Json& value, std::initializer_list<const char*> keys) {
  static const Json null;
  const Json* here = &value;
  for (const char* key : keys) {
    if (!here->is_object()) return null;
    const auto found = here->find(key);
    if (found == here->end()) return null;
    here = &*found;
  }
  return *here;
}

/// A string as it is, null as "", all else as JSON.
inline std::string json_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

/// The names of the figures that a record declares of a role: "counts", "per_class".
inline std::vector<std::string> figures_of_role(const Json& record, const char* role) {
  std::vector<std::string> names;
  for (const auto& figure : json_at(record, {"figures"}).items())
    if (json_at(figure.value(), {"role"}) == role) names.push_back(figure.key());
  return names;
}

/// NaN where it is no number.
inline double json_number(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

/// Null where the number is not finite, which JSON cannot say.
inline Json known(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

}  // namespace strata
