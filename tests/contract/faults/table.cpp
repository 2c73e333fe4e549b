#include <doctest/doctest.h>

#include <map>
#include <set>

#include "contract/faults/planted.hpp"
#include "strata/contract/contract.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

using Outcome = CheckResult::Outcome;

std::string outcome_of(const Planted& planted) {
  const ComponentInfo* info = Registry::instance().find(planted.family, planted.name);
  REQUIRE(info != nullptr);
  for (const CheckResult& result : check_component(*info)) {
    if (result.what != planted.check) continue;
    if (result.outcome == Outcome::failed) return result.detail;
    return std::string(outcome_name(result.outcome)) + ": " + result.detail;
  }
  return "there is no such check";
}

}  // namespace

TEST_CASE("Each fault fails the check that is there for it") {
  for (const Planted& planted : Planted::all()) {
    CAPTURE(planted.family);
    CAPTURE(planted.name);
    CAPTURE(planted.check);
    const std::string said = outcome_of(planted);
    CHECK_MESSAGE(said.find(planted.detail) != std::string::npos, said);
  }
}

TEST_CASE("Every check of every family has a fault that it finds") {
  std::set<std::string> found;                            // "family: check"
  std::map<std::string, std::set<std::string>> families;  // that make a check
  for (const Planted& planted : Planted::all()) found.insert(planted.family + ": " + planted.check);
  const Registry& registry = Registry::instance();
  for (const std::string& family : registry.families())
    for (const std::string& name : registry.names(family))
      for (const CheckResult& result : check_component(*registry.find(family, name)))
        families[result.what].insert(family);
  for (const auto& [check, makers] : families) {
    if (check == "works on a GPU as on the CPU") continue;  // a GPU may not be here
    CAPTURE(check);
    const bool of_all = makers.size() == registry.families().size();  // one of them is enough
    size_t missing = 0;
    for (const std::string& family : makers) {
      CAPTURE(family);
      missing += found.count(family + ": " + check) == 0;
      if (!of_all) CHECK(found.count(family + ": " + check) == 1);
    }
    CHECK(missing < makers.size());
  }
}

TEST_CASE("One fault fails one check; those that it would spoil wait until it is mended") {
  for (const char* name :
       {"damages", "throws", "throws_a_number", "no_gradient", "wrong_shape", "remembers"}) {
    CAPTURE(name);
    int failed = 0, waiting = 0;
    for (const CheckResult& result : check_component(*Registry::instance().find("layer", name))) {
      if (result.outcome == Outcome::failed) ++failed;
      if (result.detail.rfind("until '", 0) == 0) ++waiting;
    }
    CHECK(failed == 1);
    CHECK(waiting >= 8);
  }
}
