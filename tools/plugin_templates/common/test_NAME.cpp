// What the interface of a @family@ promises, as `strata plugin check` tests it. Add values of your
// own, worked out by hand or elsewhere.
#include <cstdio>

#include "strata/contract/contract.hpp"
#include "strata/registry/registry.hpp"

int main() {
  int failed = 0;
  for (const auto& result :
       strata::check_component(*strata::Registry::instance().find("@family@", "@name@"))) {
    std::printf("%-60s %s %s\n", result.what.c_str(), outcome_name(result.outcome),
                result.detail.c_str());
    if (result.outcome == strata::CheckResult::Outcome::failed) ++failed;
  }
  return failed == 0 ? 0 : 1;
}
