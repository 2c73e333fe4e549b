#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "strata/record/record.hpp"
#include "strata/report/reading/compared_run.hpp"
#include "strata/report/reading/evaluations.hpp"
#include "strata/report/reading/record_shape.hpp"
#include "strata/report/reading/shown_record.hpp"
#include "strata/support/errors.hpp"

namespace strata {

FoundRuns read_compared_runs(const std::vector<std::string>& places) {
  namespace fs = std::filesystem;
  for (const std::string& place : places)
    if (fs::is_regular_file(place)) refuse_experiment(place);
  const auto paths = find_records(places);
  std::vector<ComparedRun> read(paths.size());
  std::vector<std::vector<UnreadableRecord>> evaluations(paths.size());
  const auto wrong = read_records(paths, [&](size_t i, Json&& record) {
    check_shape(paths[i], record);
    add_progress(paths[i], record);
    add_tags(paths[i], record);
    read[i] = compared_run(paths[i], record);
    add_evaluations(record, read[i], evaluations[i]);
  });
  std::set<fs::path> named;
  for (const std::string& place : places)
    if (fs::is_regular_file(place)) named.insert(fs::weakly_canonical(place));
  std::vector<std::string> refused;
  for (const auto& [i, error] : wrong)
    if (wrong.size() == paths.size() || named.count(fs::weakly_canonical(paths[i])) != 0)
      refused.push_back(error);
  if (!refused.empty()) throw UserError(fmt::format("{}", fmt::join(refused, "\n")));
  FoundRuns found;
  for (size_t i = 0; i < paths.size(); ++i) {
    for (UnreadableRecord& evaluation : evaluations[i])
      found.unreadable.push_back(std::move(evaluation));
    const auto error = wrong.find(i);
    if (error == wrong.end())
      found.runs.push_back(std::move(read[i]));
    else
      found.unreadable.push_back({paths[i], error->second});
  }
  return found;
}

}  // namespace strata
