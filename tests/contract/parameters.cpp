// The contract's checks of parameters must find a component that takes what it should refuse: one
// fault for each kind of value, planted in how a parameter is read.
#include <doctest/doctest.h>

#include <cmath>

#include "strata/contract/checks.hpp"
#include "strata/core/loss.hpp"
#include "strata/registry/registry.hpp"

using namespace strata;

namespace {

struct PlantedParams {
  int64_t needed = 0;
  double rate = 0.5;
  int64_t count = 3;
  bool on = true;
  std::string mode = "one";
  Slot<Loss> loss{"mse"};
  std::vector<double> weights{1.0};
  static void declare(Declare<PlantedParams>& d) {
    d.doc("Made for a test.");
    d.example("{type: planted, needed: 1}");
    d.add("needed", &PlantedParams::needed, "of something").required();
    d.add("rate", &PlantedParams::rate, "of something").min(0).below(1);
    d.add("count", &PlantedParams::count, "of something").above(0).max(9);
    d.add("on", &PlantedParams::on, "or off");
    d.add("mode", &PlantedParams::mode, "of something").choices({"one", "two"});
    d.add("loss", &PlantedParams::loss, "a component");
    d.add("weights", &PlantedParams::weights, "of something").min(0);
  }
};

ComponentInfo planted() {
  ComponentInfo info;
  info.family = Loss::family;
  info.name = "planted";
  info.params = param_list<PlantedParams>();
  info.make_params = []() -> std::shared_ptr<void> { return std::make_shared<PlantedParams>(); };
  return info;
}

/// What the checks of parameters say of a component that is known only meanwhile.
std::vector<CheckResult> results_of(const ComponentInfo& info, void (*use)(const ComponentRef&)) {
  Registry& registry = Registry::instance();
  registry.set_library("planted");
  registry.add(info);
  registry.set_library("");
  Checks checks(nullptr);
  check_hostile_parameters(info, {}, use, checks);
  registry.remove_library("planted");
  return checks.take();
}

/// Runs the checks on a component one of whose parameters takes, unread, the values that `takes`
/// says; what the checks of refusals find.
std::string found(const std::string& key, bool (*takes)(const Node&)) {
  ComponentInfo info = planted();
  for (Field& field : info.params.fields)
    if (field.name == key)
      field.parse = [takes, parse = field.parse](const Node& node, void* params, Reader& reader) {
        if (!takes(node)) parse(node, params, reader);
      };
  const CheckResult result = results_of(info, [](const ComponentRef&) {}).at(0);
  REQUIRE(result.what == "refuses wrong parameters");
  return result.detail;
}

std::string taken(const std::string& key, const char* value) {
  static const char* wanted;
  wanted = value;
  return found(key, [](const Node& node) { return flow_text(node) == wanted; });
}

}  // namespace

TEST_CASE("each value that a parameter must refuse is tried") {
  CHECK(found("rate", [](const Node&) { return false; }) == "");  // with no fault, none is found
  CHECK(taken("rate", "{no_such_key: 1}") == "rate: {no_such_key: 1} is taken");
  for (const char* value : {".nan", ".inf", "hello", "[1, 2]", "1e999", "-5e-324", "1"})
    CHECK_MESSAGE(taken("rate", value) == fmt::format("rate: {} is taken", value), value);
  CHECK(taken("rate", "\"1\"") == "rate: '1' is taken");
  CHECK(taken("needed", "null") == "needed: null is taken");
  for (const char* value : {"1.5", "0", "10", "99999999999999999999", ".nan"})
    CHECK_MESSAGE(taken("count", value) == fmt::format("count: {} is taken", value), value);
  for (const char* value : {"1", "yes"})
    CHECK_MESSAGE(taken("on", value) == fmt::format("on: {} is taken", value), value);
  CHECK(taken("mode", "no_such_choice") == "mode: no_such_choice is taken");
  CHECK(taken("loss", "no_such_component") == "loss: no_such_component is taken");
  CHECK(taken("weights", "[.nan]") == "weights: [.nan] is taken");
  CHECK(taken("weights", "[-5e-324]") == "weights: [-5e-324] is taken");
  const auto any = [](const Node&) { return true; };
  CHECK(found("no_such_parameter", any) == "");
}

TEST_CASE("a component that cannot live with a value within its bounds is found") {
  const auto survives = [](void (*use)(const ComponentRef&)) {
    return results_of(planted(), use).at(1);
  };
  CHECK(survives([](const ComponentRef&) {}).outcome == CheckResult::Outcome::passed);
  CHECK(survives([](const ComponentRef& ref) {
          if (static_cast<const PlantedParams*>(ref.params.get())->rate == std::nextafter(1.0, 0.0))
            throw std::runtime_error("not that");
        }).detail == "rate: 0.9999999999999999: not that");
  CHECK(survives([](const ComponentRef& ref) {
          if (static_cast<const PlantedParams*>(ref.params.get())->count == 9)
            throw std::runtime_error("not that");
        }).detail == "count: 9: not that");
  CHECK(survives([](const ComponentRef& ref) {  // a refusal in words
          if (static_cast<const PlantedParams*>(ref.params.get())->count == 9)
            throw UserError("no 9");
        })
            .outcome == CheckResult::Outcome::passed);
}
