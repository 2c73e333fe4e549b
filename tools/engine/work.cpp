#include "engine/work.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "strata/run/data_check.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/previous_run.hpp"
#include "strata/run/progress.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

/// "in stage 2 of 3 (pretrain-2)": where a run stopped that did so many stages.
std::string stopped_in(const Work& work, size_t stages_done) {
  const std::vector<StageSpec>& stages = work.run.plan.stages;
  if (stages_done >= stages.size()) return "after its last stage";
  return fmt::format("in stage {} of {} ({})", stages_done + 1, stages.size(),
                     stages[stages_done].name);
}

/// @param before_launch  PreviousRun::written then; what was recorded since is of the launch, which
/// this goes on with
void decide(Work& work, const EngineRequest& request, PreviousRuns& records,
            const int64_t* before_launch) {
  const PreviousRun recorded = records.find(work.run.experiment);
  work.run.experiment.beside = recorded.beside;
  work.at_work = recorded.at_work;
  work.written = recorded.written;
  if (work.at_work) work.why = "is running in another process";
  const bool changed = before_launch != nullptr && recorded.written != *before_launch;
  work.again = request.again && !changed;
  if (work.again || work.at_work) return;
  work.stages_done = recorded.goes_on ? recorded.stages_done : 0;
  const std::string& status = work.status = recorded.status;
  const bool failed = status == "failed" || status == "diverged";
  work.measures = status == "completed" && !recorded.lacks.empty();
  work.stays =
      (status == "completed" && !work.measures) || ((request.keep_failed || changed) && failed);
  if (status == "completed" || failed) work.why = status + " before";
  work.then = work.stays ? "--again runs it anew" : recorded.goes_on ? "goes on" : "run anew";
  if (work.measures) {
    work.why += fmt::format(", without {}", fmt::join(recorded.lacks, ", "));
    work.then = "measured from its weights";
  }
  if (status.empty()) {
    work.why = recorded.other;
    if (!recorded.beside.empty())
      work.then = "this run goes beside it, into " +
                  record_path(work.run.experiment, request.out).parent_path().string();
  } else if (status == "interrupted" || status == "running") {
    work.why = fmt::format("was {} {}", status == "running" ? "killed" : status,
                           stopped_in(work, recorded.stages_done));
    work.then = recorded.goes_on ? "goes on from there" : "starts from its beginning";
  }
}

}  // namespace

std::string run_key(const LoadedExperiment& experiment) {
  return experiment.settings.name + "/" + experiment.own_id();
}

std::vector<Work> expand(const EngineRequest& request, bool& good,
                         const std::optional<WrittenBefore>& launched) {
  std::vector<Work> all;
  PreviousRuns records(request.out, request.data_folders,
                       request.verify ? FileCheck::content : FileCheck::quick);
  std::set<std::filesystem::path> places;
  for (const std::string& file : request.files) {
    Issues issues;
    std::vector<CheckedExperiment> runs = load_checked(request, file, issues);
    good = good && issues.ok();
    if (!issues.ok() || !request.is_part()) print_issues(issues);
    if (!issues.ok()) continue;
    if (!request.quiet && !request.is_part()) print_notes(runs);
    const size_t before = all.size();
    for (CheckedExperiment& run : runs) {
      if (!places.insert(record_path(run.experiment, request.out)).second) continue;
      const auto before_launch =
          launched ? launched->find(run_key(run.experiment)) : WrittenBefore::const_iterator();
      if (launched && before_launch == launched->end()) continue;
      all.push_back({std::move(run)});
      decide(all.back(), request, records, launched ? &before_launch->second : nullptr);
    }
    if (!request.quiet && !request.is_part())
      print_repeated(file, runs.size(), runs.size() - (all.size() - before));
  }
  return all;
}

int threads_of_each(const EngineRequest& request, const Slot<Launcher>& launcher, size_t runs) {
  if (request.threads > 0) return request.threads;
  return launcher.empty() ? granted_cores() : make(launcher)->threads(granted_cores(), runs);
}

void foresee_stages(std::vector<Work>& all, const EngineRequest& request,
                    const Slot<Launcher>& launcher) {
  const auto runs = std::count_if(all.begin(), all.end(), [](const Work& w) { return !w.stays; });
  const int threads = threads_of_each(request, launcher, static_cast<size_t>(runs));
  PreviousRuns records(request.out, request.data_folders);
  for (Work& work : all)
    if (!work.stays && !work.measures)
      work.stages = foresee(work.run, work.stages_done, threads, request, records);
}

namespace {

std::string name_of(const Work& work) {
  const LoadedExperiment& experiment = work.run.experiment;
  return experiment.settings.name + "/" + experiment.run_id();
}

}  // namespace

void foresee_costs(std::vector<Work>& all, const EngineRequest& request,
                   const Slot<Launcher>& launcher) {
  std::vector<const std::vector<ForeseenStage>*> stages;
  std::vector<std::string> names;
  size_t to_run = 0;
  for (const Work& work : all) {
    stages.push_back(&work.stages), names.push_back(name_of(work));
    if (!work.stays) ++to_run;
  }
  std::vector<std::map<std::string, std::string>> taken(all.size());
  if (!request.again && !request.no_reuse) taken = taken_stages(stages, names);
  RunOptions options;
  options.data_folders = request.data_folders;
  options.engine = request.engine;
  options.threads = threads_of_each(request, launcher, to_run);
  Estimator estimator(options);
  for (size_t i = 0; i < all.size(); ++i) {
    Work& work = all[i];
    work.taken = std::move(taken[i]);
    if (!work.stays && !work.at_work && !work.measures)
      work.cost = foreseen_cost(work.run, work.stages, work.taken, estimator);
  }
}

std::optional<Cost> total_cost(const std::vector<Work>& all, int jobs) {
  Cost total;
  int runs = 0;
  for (const Work& work : all) {
    if (work.stays || work.at_work || work.measures) continue;
    if (!work.cost) return std::nullopt;
    ++runs;
    total.seconds += work.cost->seconds;
    total.disk += work.cost->disk;
    total.memory = std::max(total.memory, work.cost->memory);
  }
  const int at_once = std::max(1, std::min(jobs, runs));
  total.seconds /= at_once;
  total.memory *= at_once;
  return runs == 0 ? std::nullopt : std::optional<Cost>(total);
}

namespace {

/// What is wrong with the device that a run asks for; empty where it is there.
std::string missing_device(const std::string& setting) {
  try {
    choose_device(setting);
    return "";
  } catch (const UserError& e) {
    return e.what();
  }
}

}  // namespace

bool can_start(const std::vector<Work>& all, const EngineRequest& request) {
  std::map<std::string, size_t> needed;  // what is wrong, by how many runs
  std::map<std::string, std::string> known;
  size_t to_run = 0;
  for (const Work& work : all) {
    if (work.stays) continue;
    ++to_run;
    const Experiment& settings = work.run.experiment.settings;
    const auto [found, is_new] = known.try_emplace(settings.data.dataset.dump().dump());
    if (is_new) found->second = missing_data(settings.data.dataset, request.data_folders);
    for (const std::string& missing : {found->second, missing_device(settings.device)})
      if (!missing.empty()) ++needed[missing];
  }
  for (const auto& [error, runs] : needed) {
    print_err("strata: {}: {}\n", request.dry_run ? "warning" : "error", error);
    if (to_run > 1)
      print_err("{} of {} runs need it{}\n", runs, to_run,
                request.dry_run ? "" : "; none was started");
  }
  return needed.empty();
}

namespace {

/// "3 to run, 1 completed before"
std::string totals_text(const std::vector<Work>& all) {
  std::map<std::string, size_t> staying;
  size_t to_run = 0;
  for (const Work& work : all) ++(work.stays || work.at_work ? staying[work.why] : to_run);
  std::string text = fmt::format("{} to run", to_run);
  for (const auto& [why, runs] : staying) text += fmt::format(", {} {}", runs, why);
  return text;
}

/// "pretrain-1 from small/3fa9c1d2-s0, pretrain-2 from small/3fa9c1d2-s0"; empty where none is.
std::string taken_text(const std::map<std::string, std::string>& taken) {
  std::vector<std::string> parts;
  for (const auto& [stage, from] : taken) parts.push_back(fmt::format("{} from {}", stage, from));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

void list_runs(const std::vector<Work>& all, const EngineRequest& request) {
  for (const Work& work : all) {
    std::string what = work.why;
    if (!work.stays && !work.at_work)
      what = what.empty() ? "to run" : fmt::format("to run ({})", what);
    if (work.cost && work.cost->seconds >= 1)
      what += ", about " + duration_text(work.cost->seconds);
    if (!work.taken.empty()) what += "; takes " + taken_text(work.taken);
    const std::string& label = work.run.experiment.label;
    print_out("{}  {}{}\n", name_of(work), label.empty() ? "" : label + "  ", what);
  }
  if (all.size() > 1) print_out("{} runs: {}\n", all.size(), totals_text(all));
  if (const auto cost = total_cost(all, request.jobs)) print_out("{}\n", cost_text(*cost));
}

}  // namespace strata
