#pragma once
// Records of earlier schema versions. Implemented in earlier.cpp.
#include "strata/support/json.hpp"

namespace strata {

/// Gives a record of an earlier schema version the form that record.schema.json states, so that no
/// reader knows another. What that version did not record stays away, or gets the value that it had
/// for all runs then.
void bring_up_to_date(Json& record);

}  // namespace strata
