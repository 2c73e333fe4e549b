#include "engine/foresee.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "strata/run/machine.hpp"
#include "strata/run/shared_stages.hpp"
#include "strata/run/stage_key.hpp"

namespace strata {

std::vector<ForeseenStage> foresee(const CheckedExperiment& run, size_t done, int threads,
                                   const EngineRequest& request, PreviousRuns& records) {
  std::vector<ForeseenStage> stages;
  // To put runs in order, the data's names do; only --dry-run reads the data itself.
  const std::optional<Json> content =
      request.dry_run ? records.content(run.experiment)
                      : Json{{"data", run.experiment.resolved()["data"]}, {"strata", nullptr}};
  if (!content) return stages;
  Json facts;
  try {
    const Experiment& settings = run.experiment.settings;
    facts = provenance(choose_device(settings.device), threads, request.engine);
    if (Json& of_blas = facts["blas"]["threads"]; !of_blas.is_null()) of_blas = threads;
  } catch (const UserError&) {  // no such device: told where the runs are looked through
    return stages;
  }
  const Json common =
      common_of_keys(run.experiment.settings, request.data_folders, *content, facts);
  const SharedStages shared(request.out);
  std::vector<StageSpec> specs;
  for (const StageSpec& spec : run.plan.stages) {
    specs.push_back(spec);
    ForeseenStage stage;
    stage.name = spec.name;
    stage.key = stage_key(common, run.plan, specs);
    stage.done = specs.size() <= done && !request.again;
    if (request.dry_run && !stage.done && !request.again && !request.no_reuse)
      stage.from = shared.find_run(stage.key, spec).value_or("");
    stages.push_back(stage);
  }
  return stages;
}

std::vector<size_t> new_stages_first(const std::vector<const std::vector<ForeseenStage>*>& stages) {
  std::vector<size_t> first, later;
  std::set<std::string> begun;
  for (size_t i = 0; i < stages.size(); ++i) {
    const auto next = std::find_if(stages[i]->begin(), stages[i]->end(), [](const auto& stage) {
      return !stage.done && stage.from.empty();
    });
    const bool is_new = next == stages[i]->end() || begun.insert(next->key).second;
    (is_new ? first : later).push_back(i);
  }
  first.insert(first.end(), later.begin(), later.end());
  return first;
}

std::vector<std::map<std::string, std::string>> taken_stages(
    const std::vector<const std::vector<ForeseenStage>*>& stages,
    const std::vector<std::string>& names) {
  std::vector<std::map<std::string, std::string>> taken(stages.size());
  std::map<std::string, std::string> trained_by;  // by key
  for (size_t i = 0; i < stages.size(); ++i)
    for (const ForeseenStage& stage : *stages[i]) {
      if (stage.done) continue;
      std::string from = stage.from;
      if (from.empty()) {
        const auto [known, is_new] = trained_by.try_emplace(stage.key, names[i]);
        if (is_new) continue;
        from = known->second;
      }
      taken[i][stage.name] = from;
    }
  return taken;
}

std::optional<Cost> foreseen_cost(const CheckedExperiment& run,
                                  const std::vector<ForeseenStage>& stages,
                                  const std::map<std::string, std::string>& taken,
                                  Estimator& estimator) {
  std::set<std::string> elsewhere;
  for (const auto& [stage, from] : taken) elsewhere.insert(stage);
  for (const ForeseenStage& stage : stages)
    if (stage.done) elsewhere.insert(stage.name);
  return estimator.cost(run.experiment, run.plan, elsewhere);
}

}  // namespace strata
