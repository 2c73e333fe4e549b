#pragma once
// The JSON type, which keeps the order of keys.
#include <nlohmann/json.hpp>

namespace strata {

/// JSON whose objects keep the order in which their keys were written.
using Json = nlohmann::ordered_json;

}  // namespace strata
