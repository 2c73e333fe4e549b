#include "strata/contract/contract.hpp"

#include "strata/contract/checks.hpp"
#include "strata/contract/example.hpp"

namespace strata {
namespace {

void build_only(const ComponentRef& ref) {
  ref.info->create(ref.params.get());
}

}  // namespace

const char* outcome_name(CheckResult::Outcome outcome) {
  switch (outcome) {
    case CheckResult::Outcome::passed:
      return "ok";
    case CheckResult::Outcome::failed:
      return "FAILED";
    case CheckResult::Outcome::skipped:
      return "skipped";
  }
  return "";
}

std::vector<CheckResult> check_component(const ComponentInfo& info, CheckListener listener) {
  Checks checks(std::move(listener));
  ComponentRef example;
  checks.run("describes itself", [&] {
    require(!info.params.doc.empty(), "it has no doc(); the first sentence is what `list` prints");
    for (const Field& field : info.params.fields)
      require(!field.doc.empty(), "its parameter '{}' has no description", field.name);
  });
  checks.run("builds from its example", [&] {
    const std::string& yaml = info.params.example.empty() ? info.name : info.params.example;
    const ComponentRef ref = read_component(info.family, yaml);
    require(ref.type == info.name, "the example '{}' names another component", yaml);
    require(ref.info->create(ref.params.get()) != nullptr, "its constructor gives nothing");
    example = ref;
  });
  if (example.empty()) return checks.take();
  const FamilyChecks* family = FamilyChecks::of(info.family);
  if (family != nullptr) family->check(example, checks);
  check_hostile_parameters(info, example, family == nullptr ? build_only : family->use, checks);
  return checks.take();
}

}  // namespace strata
