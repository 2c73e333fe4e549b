#include "command/show.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>

#include "command/runs.hpp"
#include "strata/record/record.hpp"
#include "strata/report/reading/shown_record.hpp"
#include "strata/report/rendering/show.hpp"
#include "strata/support/display.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Refuses what a run cannot be shown with.
void refuse_options(const EngineRequest& request, const std::string& place, bool is_list) {
  const std::string what = is_list ? "a folder of runs" : "a run";
  const std::pair<const char*, bool> given[] = {{"--set", !request.overrides.empty()},
                                                {"--sweep", !request.sweeps.empty()},
                                                {"--seeds", !request.seeds.empty()},
                                                {"--plugin", !request.plugins.empty()}};
  for (const auto& [option, is_given] : given)
    if (is_given)
      throw UserError(
          fmt::format("show takes {} with an experiment file alone: '{}' is {}, made with the "
                      "settings that {}",
                      option, place, what, is_list ? "they have" : "it has"));
  if (request.json && is_list)
    throw UserError(fmt::format(
        "show takes --json with an experiment file or a run: '{}' is {}; all of them as JSON: "
        "strata compare --json {}",
        place, what, shell_word(place)));
}

}  // namespace

bool show_runs(const EngineRequest& request, const std::string& where) {
  if (request.command != EngineRequest::Command::show) return false;
  const size_t width = display_of(STDOUT_FILENO, 160).width;
  if (!where.empty()) {
    refuse_options(request, fmt::format("{}", fmt::join(request.files, " ")), true);
    print_out("{}", list_runs(read_runs({request.files, where}).runs, width));
    return true;
  }
  std::string text;
  Json records = Json::array();
  std::vector<fs::path> places;
  for (const std::string& given : run_places(request.files))
    for (const fs::path& place : expand_place(given)) places.push_back(place);
  for (const fs::path& path : places) {
    if (!text.empty()) text += '\n';
    const bool is_folder = fs::is_directory(path);
    const fs::path record = is_folder ? path / "record.json" : path;
    const bool is_list = is_folder && !fs::exists(record);
    const bool is_run = !is_list && (is_folder || path.extension() == ".json");
    if (is_list || is_run) refuse_options(request, path.string(), is_list);
    if (is_list)
      text += list_runs(read_runs({{path.string()}, {}}).runs, width) +
              fmt::format("One in full: strata show RUN; side by side: strata compare {}\n",
                          shell_word(path.string()));
    else if (is_run && request.json)
      records.push_back(read_record(record));
    else if (is_run)
      text += show_run(read_shown_record(record), width);
    else if (places.size() == 1)
      return false;
    else
      throw UserError(fmt::format(
          "show takes one experiment file, or any number of runs: '{}' is no run", path.string()));
  }
  if (request.json) text = record_text(records.size() == 1 ? records[0] : records);
  print_out("{}", text);
  return true;
}

}  // namespace strata
