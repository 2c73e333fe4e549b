#include "strata/report/reading/evaluations.hpp"

#include <cmath>

#include "strata/report/reading/json_access.hpp"
#include "strata/support/files.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

/// Whether every weight that was judged is the run's.
bool is_of(const Json& evaluation, const Json& record) {
  size_t same = 0;
  const Json& judged = json_at(evaluation, {"of", "weights"});
  for (const Json& stage : json_at(record, {"stages"})) {
    const Json& sum = json_at(stage, {"weights", "sha256"});
    if (sum.is_string() && json_at(judged, {json_text(json_at(stage, {"name"})).c_str()}) == sum)
      ++same;
  }
  return same > 0 && same == judged.size();
}

RunFigure figure_of(const Json& evaluation, const std::string& key, const Json& value) {
  const Json& said = json_at(evaluation, {"figures", key.c_str()});
  RunFigure figure(json_number(value));
  const Json& better = json_at(said, {"better"});
  figure.better = better == "higher" ? 1 : better == "lower" ? -1 : 0;
  figure.fraction = json_at(said, {"unit"}) == "fraction";
  figure.of_labels = json_at(said, {"of"}) == "labels";
  const std::string on = json_text(json_at(evaluation, {"on"}));
  if (!figure.of_labels) figure.unit = "pixels of " + on;
  figure.evaluated_on = on;
  figure.final = true;
  return figure;
}

}  // namespace

void add_evaluations(const Json& record, ComparedRun& run,
                     std::vector<UnreadableRecord>& unreadable) {
  std::error_code none;
  for (const auto& entry : list_folder(run.path.parent_path() / "evaluations", none)) {
    if (entry.path().extension() != ".json") continue;
    try {
      const auto evaluation = parse_json(read_file(entry.path()));
      if (!evaluation || json_at(*evaluation, {"kind"}) != "evaluation")
        throw UserError(entry.path().string() + ": not the record of an evaluation");
      if (!is_of(*evaluation, record)) continue;
      constexpr size_t most = 10'000;
      for (const auto& metric : json_at(*evaluation, {"metrics"}).items()) {
        const RunFigure figure = figure_of(*evaluation, metric.key(), metric.value());
        if (std::isfinite(figure.value) && run.figures.size() < most)
          run.figures[figure.evaluated_on + '.' + metric.key()] = figure;
      }
    } catch (const UserError& e) {
      unreadable.push_back({entry.path(), e.what()});
    }
  }
}

}  // namespace strata
