#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "engine/commands.hpp"
#include "strata/composition/compose.hpp"
#include "strata/registry/load.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

/// The issues of a file's runs, each once, with the runs that have it.
class RunIssues {
 public:
  explicit RunIssues(const std::vector<ComposedRun>& runs) : runs_(runs) {}

  void add(const Issues& own) {
    std::set<std::string> counted;  // an issue may be twice in one run
    for (const Issue& issue : own.all()) {
      const std::string key =
          fmt::format("{} {} {} {}", issue.origin.text(), issue.path, issue.message, issue.warning);
      if (!counted.insert(key).second) continue;
      const auto [index, fresh] = index_.try_emplace(key, found_.size());
      if (fresh) found_.push_back({issue, run_, 0});
      ++found_[index->second].runs;
    }
    ++run_;
  }

  void hand_on(Issues& issues) const {
    for (const Found& found : found_) {
      const std::string message = found.issue.message + where(found);
      if (found.issue.warning)
        issues.warning(found.issue.origin, found.issue.path, message);
      else
        issues.error(found.issue.origin, found.issue.path, message);
    }
  }

 private:
  struct Found {
    Issue issue;
    size_t first;  ///< of the runs that have it
    size_t runs;   ///< how many have it
  };

  /// Of a mistake that only some points make, which those are, where its place does not say so.
  std::string where(const Found& found) const {
    const ComposedRun& first = runs_[found.first];
    const bool at_value =
        std::any_of(first.point.begin(), first.point.end(), [&](const Override& swept) {
          return swept.value.origin.text() == found.issue.origin.text();
        });
    if (found.runs == runs_.size() || at_value) return {};
    return fmt::format("; so in {}{}", found.runs == 1 ? "the run " : "", first.label) +
           (found.runs == 1 ? ""
                            : fmt::format(" and {} more of {} runs", found.runs - 1, runs_.size()));
  }

  const std::vector<ComposedRun>& runs_;
  size_t run_ = 0;
  std::vector<Found> found_;
  std::map<std::string, size_t> index_;
};

/// Whether what was read is no experiment's file but the record of a run.
bool is_record(const Node& root) {
  return root.get("schema_version") != nullptr && root.get("run_id") != nullptr;
}

CheckedExperiment checked(const Composition& composition, const ComposedRun& run, const Host& host,
                          RunIssues& issues) {
  CheckedExperiment result;
  LoadedExperiment& loaded = result.experiment;
  loaded.file = composition.files.front()->name;
  loaded.text = composition.files.front()->text;
  loaded.tree = run.root;
  Issues own;  // what is wrong in another run is not wrong in this
  load_listed_plugins(run.root, own);
  loaded.settings = read_experiment(loaded.tree, own);
  result.plan = make_plan(loaded.settings, loaded.tree, own, host);
  issues.add(own);
  return result;
}

}  // namespace

std::vector<CheckedExperiment> load_checked(const EngineRequest& request, const std::string& file,
                                            Issues& issues) {
  if (file.find('=') != std::string::npos && !std::filesystem::exists(file))
    throw UserError(fmt::format("there is no file '{}'; a setting is given by --set {}", file,
                                shell_word(file)));
  CommandSettings settings{request.overrides, request.sweeps, request.seeds};
  if (!request.device.empty()) settings.set.push_back("device=" + request.device);
  const Composition composition = compose(file, settings, issues);
  const Host host{request.data_folders, granted_memory()};
  std::vector<CheckedExperiment> experiments;
  if (!composition.runs.empty() && is_record(composition.runs[0].root)) {
    issues.error({composition.files.front(), 0, 0}, {},
                 "the record of a run, not an experiment file; `strata show` and `strata compare` "
                 "take it");
    return experiments;
  }
  RunIssues of_runs(composition.runs);
  for (const ComposedRun& run : composition.runs) {
    experiments.push_back(checked(composition, run, host, of_runs));
    LoadedExperiment& loaded = experiments.back().experiment;
    loaded.label = run.label;
    loaded.notes = composition.notes;
    const std::vector<std::string>& more = experiments.back().plan.notes;
    loaded.notes.insert(loaded.notes.end(), more.begin(), more.end());
    for (const Override& override : run.point) loaded.overrides.push_back(override.text());
    loaded.overrides.insert(loaded.overrides.end(), settings.set.begin(), settings.set.end());
  }
  of_runs.hand_on(issues);
  return experiments;
}

void print_issues(const Issues& issues) {
  if (!issues.all().empty()) print_err("{}\n", issues.format(display_of(STDERR_FILENO)));
}

void print_repeated(const std::string& file, size_t runs, size_t repeated) {
  if (repeated > 0)
    print_err("{}: note: {} of {} runs {} asked for twice, and made once\n", file, repeated, runs,
              repeated == 1 ? "is" : "are");
}

void print_notes(const std::vector<CheckedExperiment>& runs) {
  std::set<std::string> printed;
  for (const CheckedExperiment& run : runs)
    for (const std::string& note : run.experiment.notes)
      if (printed.insert(note.substr(note.find(": note: "))).second) print_err("{}\n", note);
}

}  // namespace strata
