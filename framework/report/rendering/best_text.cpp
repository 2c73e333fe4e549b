#include "strata/report/rendering/best_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/report/comparing/flags.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/rendering/show_settings.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/support/print.hpp"

namespace strata {

std::string best_text(const BestRuns& best, size_t top, size_t width) {
  const std::string key = best.key.substr(best.key.rfind('.') + 1);
  Table table({{best.key.empty() ? "" : key, {}, best.key.empty()},
               {best.figure, {}, true},
               {best.tested, {}, true},
               {"mean over seeds", {}, false},
               {"seed", {}, true},
               {"settings", {}, false},
               {"run", {}, false}});
  const auto settings = varying_texts(best.runs);
  size_t ranked = 0;
  bool has_settings = false;
  for (const BestRuns::List& list : best.lists) {
    ranked += list.entries.size();
    const size_t shown = std::min(list.entries.size(), best.key.empty() ? top : 1);
    for (size_t i = 0; i < shown; ++i) {
      const BestRuns::Entry& entry = list.entries[i];
      const std::string& its = settings[static_cast<size_t>(entry.run - best.runs.data())];
      has_settings |= !its.empty();
      Summary seeds = entry.seeds;
      seeds.ci_low = NAN;  // mean and spread are enough here
      table.add({best.key.empty()     ? std::to_string(i + 1)
                 : list.value.empty() ? "-"
                                      : list.value,
                 figure_text(entry.value, NAN), figure_text(entry.tested, NAN),
                 seeds.n < 2 ? "-" : fmt::format("{} (n {})", summary_text(seeds), seeds.n),
                 std::to_string(entry.run->seed), its, entry.run->path.parent_path().string()});
    }
  }
  if (!has_settings) table.columns.erase(table.columns.begin() + 5);
  if (best.tested.empty()) table.columns.erase(table.columns.begin() + 2);
  std::string text = wrapped(fmt::format("By {} ({} is better), of {}{}", best.figure,
                                         best.declared.better > 0 ? "higher" : "lower",
                                         counted(ranked, "completed run", "completed runs"),
                                         best.key.empty() ? "" : ": the best of each " + best.key),
                             width) +
                     '\n' + text_table(table.columns, width);
  if (!best.notes.empty()) text += '\n';
  for (const std::string& note : best.notes) text += wrapped("- " + note, width, "  ");
  return printable(text);
}

Json best_json(const BestRuns& best) {
  Json lists = Json::array();
  for (const BestRuns::List& list : best.lists) {
    Json runs = Json::array();
    for (const BestRuns::Entry& entry : list.entries)
      runs.push_back({{"path", entry.run->path.string()},
                      {"name", entry.run->name},
                      {"run_id", entry.run->run_id},
                      {"seed", entry.run->seed},
                      {"value", entry.value},
                      {"test", known(entry.tested)}});
    lists.push_back({{"value", best.key.empty() ? Json() : Json(list.value)}, {"runs", runs}});
  }
  return {{"figure", best.figure},
          {"better", best.declared.better > 0 ? "higher" : "lower"},
          {"by", best.key.empty() ? Json() : Json(best.key)},
          {"notes", best.notes},
          {"lists", lists}};
}

}  // namespace strata
