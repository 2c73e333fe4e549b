#include "command/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "strata/record/record.hpp"
#include "strata/report/choosing/where.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"

namespace strata {

void add_run_choice(CLI::App& command, RunChoice& choice) {
  command
      .add_option("runs", choice.places,
                  "Records, folders of them, patterns, or ids; results/ if none is given")
      ->type_name("RUN|DIR|GLOB");
  add_where(command, choice.where);
}

void add_where(CLI::App& command, std::string& where) {
  command
      .add_option(
          "--where", where,
          "The runs of which this holds: 'accuracy > 0.9 and strategy = greedy and status = "
          "completed' (names as --metric and --by take them, and status, name, id, seed, "
          "date, tag, note)")
      ->check([](const std::string& given) {
        return given.find_first_not_of(" \t\n") == std::string::npos ? "the condition is empty"
                                                                     : std::string();
      })
      ->type_name("CONDITION");
}

FoundRuns read_runs(const RunChoice& choice) {
  FoundRuns found = read_compared_runs(run_places(choice.places));
  constexpr size_t most = 20;
  const size_t all = found.unreadable.size();
  for (size_t i = 0; i < std::min(all, most); ++i)
    print_err("strata: warning: {} (left out)\n", found.unreadable[i].error);
  if (all > most) print_err("strata: warning: and {} more (left out)\n", all - most);
  const size_t read = found.runs.size();
  found.runs = runs_where(std::move(found.runs), choice.where);
  if (found.runs.empty() && read > 0)
    throw UserError(
        fmt::format("--where: of {} none is so: {}", counted(read, "run", "runs"), choice.where));
  return found;
}

Comparison compare_runs(const RunChoice& choice, const CompareOptions& options) {
  FoundRuns found = read_runs(choice);
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
