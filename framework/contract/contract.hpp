#pragma once
// What `strata plugin check` does. Implemented in contract.cpp; each family's checks in a file of
// its own, that registers them.
#include <functional>
#include <string>
#include <vector>

#include "strata/parameters/component.hpp"

namespace strata {

/// One line of the table that checking a component yields.
struct CheckResult {
  enum class Outcome { passed, failed, skipped };
  std::string what;  ///< "its gradient agrees with finite differences"
  Outcome outcome = Outcome::passed;
  std::string detail;  ///< of a failure, what was expected and what came; of a skip, the reason
};
const char* outcome_name(CheckResult::Outcome outcome);

/// Tests a registered component against what its family's interface promises (core/*.hpp,
/// data/dataset.hpp): every component is built from its example (Declare::example, or its bare
/// name) and from hostile parameters; the rest depends on the family. A family without checks of
/// its own gets those two. What the component throws is a failure; nothing is thrown on.
///
/// `listener`, where given, gets each result as soon as it is there.
///
/// The built-in components are tested by this same function, on each device and dtype present.
using CheckListener = std::function<void(const CheckResult&)>;
std::vector<CheckResult> check_component(const ComponentInfo& info, CheckListener listener = {});

}  // namespace strata
