// The built-in components, each put to the checks that `strata plugin check` puts a plugin to.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "strata/contract/contract.hpp"
#include "strata/registry/registry.hpp"

using namespace strata;

namespace {

/// The component files below plugins/, by family: "layers" holds the family "layer".
std::vector<std::string> component_files(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(STRATA_SOURCE_DIR) / "plugins" / folder)) {
    const std::string stem = entry.path().stem().string();
    const bool launcher = stem.size() > 5 && stem.compare(stem.size() - 5, 5, "_cuda") == 0;
    if (entry.path().extension() == ".cpp" && !launcher) names.push_back(stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string folder_of(const std::string& family) {
  return family == "loss" ? "losses" : family == "strategy" ? "strategies" : plural(family);
}

}  // namespace

TEST_CASE("Every file below plugins/ is a component that is registered, and no other is") {
  const Registry& registry = Registry::instance();
  for (const std::string& problem : registry.problems()) FAIL_CHECK(problem);
  std::vector<std::string> folders;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(STRATA_SOURCE_DIR) / "plugins"))
    if (entry.is_directory()) folders.push_back(entry.path().filename().string());
  CHECK(folders.size() == registry.families().size());
  for (const std::string& family : registry.families()) {
    CAPTURE(family);
    CHECK(registry.names(family) == component_files(folder_of(family)));
  }
}

TEST_CASE("Every component keeps its family's contract") {
  const Registry& registry = Registry::instance();
  int passed = 0;
  for (const std::string& family : registry.families()) {
    for (const std::string& name : registry.names(family)) {
      const auto results = check_component(*registry.find(family, name));
      CHECK(results.size() >= 4);
      for (const CheckResult& result : results) {
        if (result.outcome == CheckResult::Outcome::passed) ++passed;
        if (result.outcome == CheckResult::Outcome::failed)
          FAIL_CHECK(fmt::format("{} '{}' {}: {}", family, name, result.what, result.detail));
      }
    }
  }
  MESSAGE(fmt::format("{} checks passed", passed));
  CHECK(passed > 100);
}
