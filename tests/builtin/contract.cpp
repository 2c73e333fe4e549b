// The built-in components, each put to the checks that `strata plugin check` puts a plugin to.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "strata/contract/contract.hpp"
#include "strata/registry/registry.hpp"
#include "strata/support/files.hpp"
#include "strata/yaml/text.hpp"

using namespace strata;

namespace {

/// What the files of a family's folder register ("layers" holds the family "layer"); a file that
/// registers nothing is no component.
std::vector<std::string> registered_in(const std::string& folder) {
  static const std::regex registration("STRATA_REGISTER\\(\\w+, \\w+, \"(\\w+)\"\\)");
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(STRATA_SOURCE_DIR) / "plugins" / folder)) {
    const std::string file = entry.path().filename().string(), text = read_file(entry.path());
    const std::sregex_iterator first(text.begin(), text.end(), registration), last;
    const bool launcher = file.size() > 9 && file.compare(file.size() - 9, 9, "_cuda.cpp") == 0;
    if (entry.path().extension() == ".cpp" && !launcher) CHECK_MESSAGE(first != last, file);
    for (auto it = first; it != last; ++it) names.push_back((*it)[1]);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string folder_of(const std::string& family) {
  return family == "loss" ? "losses" : family == "strategy" ? "strategies" : plural(family);
}

}  // namespace

TEST_CASE("What the files below plugins/ register is there, each once, and nothing else") {
  const Registry& registry = Registry::instance();
  for (const std::string& problem : registry.problems()) FAIL_CHECK(problem);
  std::vector<std::string> folders;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(STRATA_SOURCE_DIR) / "plugins"))
    if (entry.is_directory()) folders.push_back(entry.path().filename().string());
  CHECK(folders.size() == registry.families().size());
  for (const std::string& family : registry.families()) {
    CAPTURE(family);
    CHECK(registry.names(family) == registered_in(folder_of(family)));
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
