#include "command/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "strata/record/record.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

#include "strata/support/print.hpp"

namespace strata {

FoundRuns read_runs(const std::vector<std::string>& places) {
  FoundRuns found = read_compared_runs(run_places(places));
  constexpr size_t most = 20;
  const size_t all = found.unreadable.size();
  for (size_t i = 0; i < std::min(all, most); ++i)
    print_err("strata: warning: {} (left out)\n", found.unreadable[i].error);
  if (all > most) print_err("strata: warning: and {} more (left out)\n", all - most);
  return found;
}

Comparison compare_places(const std::vector<std::string>& places, const CompareOptions& options) {
  FoundRuns found = read_runs(places);
  Comparison comparison = compare(std::move(found.runs), options);
  comparison.unreadable = std::move(found.unreadable);
  return comparison;
}

std::vector<std::string> run_places(const std::vector<std::string>& given) {
  namespace fs = std::filesystem;
  const fs::path results = "results";
  if (given.empty()) {
    if (fs::is_directory(results)) return {results.string()};
    throw UserError("there is no folder 'results' here: name records, or folders of them");
  }
  std::vector<std::string> places;
  for (const std::string& place : given) {
    std::vector<std::string> found;
    if (fs::exists(place) || place.empty() || place.find_first_of("*?[") != std::string::npos)
      found = {place};
    else if (fs::is_directory(results / place))
      found = {(results / place).string()};
    else if (std::error_code error; fs::path(place).is_relative())
      for (const auto& folder : list_folder(results, error))
        if (fs::exists(folder.path() / place / "record.json"))
          found.push_back((folder.path() / place).string());
    if (found.empty()) found = {place};
    places.insert(places.end(), found.begin(), found.end());
  }
  return places;
}

std::vector<std::string> run_folders(const std::vector<std::string>& given) {
  std::vector<std::string> folders;
  for (const std::filesystem::path& record : find_records(run_places(given)))
    folders.push_back(record.has_parent_path() ? record.parent_path().string() : ".");
  return folders;
}

std::string one_run(const std::string& given) {
  const std::vector<std::string> folders = run_folders({given});
  if (folders.size() == 1) return folders[0];
  throw UserError(
      fmt::format("'{}' holds {} runs; name one of them: {}", given, folders.size(), folders[0]));
}

}  // namespace strata
