#include "strata/run/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "strata/fused/engine.hpp"
#include "strata/record/record.hpp"
#include "strata/registry/load.hpp"
#include "strata/run/checkpoint.hpp"
#include "strata/run/device_data.hpp"
#include "strata/run/events.hpp"
#include "strata/run/final_figures.hpp"
#include "strata/run/findings.hpp"
#include "strata/run/identity.hpp"
#include "strata/run/images.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/model_summary.hpp"
#include "strata/run/observers.hpp"
#include "strata/run/progress.hpp"
#include "strata/run/recorder.hpp"
#include "strata/run/stage_sharing.hpp"
#include "strata/run/unfinished.hpp"
#include "strata/support/exit_guard.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// "run 2 of 6: mnist-greedy (lr=0.1 seed=3)"
std::string heading(const LoadedExperiment& experiment, const RunOptions& options) {
  return (options.place.empty() ? "" : options.place + ": ") + experiment.title();
}

/// One run from data to closed record.
class Run {
 public:
  Run(const LoadedExperiment& experiment, const Plan& plan, const RunOptions& options,
      RunFolder folder, Json head)
      : plan_(plan),
        options_(options),
        recorder_(std::move(folder), std::move(head)),
        observers_(recorder_),
        start_{heading(experiment, options), experiment.run_id(), {},
               experiment.resolved(),        plan.stages,         false,
               [this] { return learned(); }} {
    observers_.add("the progress line", [&] {
      return std::make_shared<Progress>(start_.title, plan.stages, options.quiet, options.columns);
    });
    observers_.add("events.jsonl", [] { return std::make_shared<Events>(); });
  }

  RunOutcome run() {
    const ExitGuard guard([this] {
      const std::string error = "code of a component ended the process with exit()" + where();
      print_err("strata: error: {}\n  record: {}\n", error,
                finish("failed", error).record.string());
    });
    try {
      return close();
    } catch (const ClaimLost& e) {
      return {"elsewhere", e.what(), {}, false, {}};
    }
  }

 private:
  /// Trains, and closes the record whatever happens.
  RunOutcome close() {
    try {
      train();
      return finish("completed", "");
    } catch (const ClaimLost&) {
      throw;
    } catch (const Interrupted&) {
      return finish("interrupted", "stopped by the user" + where());
    } catch (const Diverged& e) {
      return finish("diverged", e.what());
    } catch (const UserError& e) {
      if (!recorder_.begun()) return {"failed", e.what(), {}, true, {}};  // nothing was touched
      RunOutcome outcome = finish("failed", e.what());
      outcome.users_fault = true;
      return outcome;
    } catch (const StageError& e) {  // says where
      return finish("failed", e.what());
    } catch (...) {
      return finish("failed", current_exception_text() + where());
    }
  }

  void train() {
    const Experiment& settings = plan_.experiment;
    if (!options_.again) before_ = find_unfinished(recorder_.folder().own());
    if (before_) recorder_.leave_record();
    RunOptions as_made = options_;
    if (options_.engine.empty() && before_) as_made.engine = engine_of(before_->record);
    fit_ = fit_options(settings, as_made);
    const bool as_before = before_ && options_.threads == 0;
    const int threads = set_threads(as_before ? threads_of(before_->record) : options_.threads);
    Json facts = provenance(fit_.device, threads, as_made.engine);
    facts["command_line"] = options_.command_line;
    facts["plugins"] = Json::array();
    for (const PluginLibrary& plugin : loaded_plugins())
      facts["plugins"].push_back({{"library", plugin.name}, {"sha256", plugin.sha256}});
    recorder_.set("provenance", facts);
    recorder_.set("model", model_summary(*plan_.stack));
    data_ =
        prepare_data(settings.data, plan_.data, {options_.data_folders, fit_.seed}, fit_.device);
    recorder_.set("data", data_.record);
    const Json content = content_of(settings, data_.host.files, options_.data_folders);
    recorder_.set("content", content);
    sharing_.emplace(plan_, common_of_keys(settings, options_.data_folders, content, facts),
                     options_.out);
    if (!options_.reuse || options_.again) sharing_->take_none();
    if (before_) check_unchanged(content, facts);
    plan_.stack->build(fit_.seed, fit_.dtype, fit_.device);
    if (settings.init_from) {
      const InitialWeights weights = read_initial_weights(*settings.init_from, settings.seed);
      take_initial_weights(weights, *settings.init_from, *plan_.stack);
      recorder_.set("init_from", weights.origin);
    }
    start_.folder = recorder_.folder().place();
    if (settings.images)
      observers_.add("drawing the pictures", [&] {
        return std::make_shared<RunImages>(
            start_.folder, data_, fit_, *plan_.stack,
            [this](const Json& images) { recorder_.set("images", images); });
      });
    for (const Slot<Observer>& listed : settings.observers)  // which may read the pictures
      observers_.add(component_name(*listed.info), [&] { return make(listed); });
    checkpoints_.emplace(start_.folder, settings.checkpoint, plan_.stages.back().name);
    before_ ? go_on() : begin();
    note_overlap();
    while (auto spec = plan_.next_stage(done_)) run_stage(*spec);
    checkpoints_->clear();
  }

  void check_unchanged(const Json& content, const Json& facts) {
    const Json changed =
        changed_since(*before_, content, facts, options_.resume_anyway, recorder_.folder().own());
    if (changed.empty()) return;
    recorder_.set("resumed_anyway", changed);
    sharing_->stay_out();
  }

  void begin() {
    recorder_.begin();
    observers_.run_started(start_);
  }

  /// Takes up the run where it was: its complete stages, then its checkpoint.
  void go_on() {
    for (const FinishedStage& stage : before_->stages) {
      const auto spec = plan_.next_stage(done_);
      if (!spec || spec->name != stage.name) break;
      done_.push_back(recorded_result(*spec, stage.recorded));
    }
    const auto next = plan_.next_stage(done_);
    std::string damage = before_->damage;
    try {
      if (auto found = checkpoints_->find(); found && next && found->stage == next->name)
        from_ = std::move(found->from);
    } catch (const UserError& e) {
      damage = std::string(e.what()) + "; the stage starts anew";
    }
    Json from = nullptr;
    if (from_)
      from = {{"stage", next->name}, {"epoch", from_->state.epoch}, {"step", from_->state.step}};
    else if (next)
      from = {{"stage", next->name}, {"epoch", 1}, {"step", 0}};
    recorder_.resume(before_->record, done_.size(), from);
    start_.resumed = true;
    observers_.run_started(start_);
    if (!damage.empty()) observers_.noted("resume", damage);
    restore(std::exchange(done_, {}));
    if (from_)
      observers_.noted(next->name, fmt::format("goes on in epoch {}, after step {}",
                                               from_->state.epoch, from_->state.step));
  }

  /// The stages that the run completed before it was stopped.
  void restore(const std::vector<StageResult>& results) {
    for (const StageResult& result : results) {
      const FinishedStage& stage = before_->stages[done_.size()];
      done_.push_back(result);
      copy_state(stage.weights, plan_.stack->tensors(blocks_of(result.spec)), stage.name);
      observers_.stage_restored({done_.back(), stage.recorded["weights"], is_last_of_kind()});
      sharing_->add(stage.recorded, recorder_.folder().own());  // it may not have come to that
      if (is_last_of_kind()) measure();
    }
  }

  /// Takes the stage from where it was trained before, or trains it.
  void run_stage(const StageSpec& spec) {
    bool told = false;
    const SharedStages::Source source = sharing_->look(done_, spec, [&] {
      check_stop(fit_);
      if (!std::exchange(told, true))
        observers_.noted(spec.name, "waits: another process trains it");
    });
    if (source.found)
      take_over(spec, *source.found);
    else
      train_stage(spec);
    checkpoints_->clear();
    if (is_last_of_kind()) measure();
  }

  void take_over(const StageSpec& spec, const SharedStage& stage) {
    from_.reset();
    copy_state(stage.weights, plan_.stack->tensors(blocks_of(spec)), stage.name);
    done_.push_back(recorded_result(spec, stage.recorded));
    recorder_.check();
    link_or_copy(stage.file, start_.folder / weights_file(spec));
    Json facts = StageSharing::facts_of(stage);
    facts["weights"]["file"] = weights_file(spec);
    recorder_.stage_reused(done_.back(), facts);
    observers_.stage_restored({done_.back(), facts["weights"], is_last_of_kind(), stage.run});
    look_at(spec);
  }

  void train_stage(const StageSpec& spec) {
    const Json keys = sharing_->keys(done_, spec);
    recorder_.say_of_next_stage(keys);
    if (!from_) lengthen(spec);
    done_.push_back({spec, false, {}});
    const std::optional<ResumeFrom> from = std::exchange(from_, std::nullopt);
    try {
      fit(*plan_.stack, spec, data_.device, fit_, observers_, done_.back(), from ? &*from : nullptr,
          &*checkpoints_);
    } catch (const Interrupted&) {
      leave_weights(spec);
      throw;
    }
    for (const std::string& failure : checkpoints_->failures())
      observers_.noted(spec.name, "no checkpoint: " + failure);
    if (const uint64_t size = checkpoints_->end_bytes())
      observers_.noted(spec.name, fmt::format("its end is kept for more epochs: {:.1f} MB",
                                              static_cast<double>(size) / 1e6));
    recorder_.folder().check();
    const Json weights = write_weights(start_.folder, spec, *plan_.stack);
    look_at(spec);
    observers_.stage_done({done_.back(), weights, is_last_of_kind()});
    sharing_->add(keys, recorder_.folder().own());
  }

  /// Those of a stage that was stopped: of its best epoch so far, or as they are. The checkpoint
  /// goes on from elsewhere.
  void leave_weights(const StageSpec& spec) {
    if (done_.back().epochs.empty()) return;
    try {
      recorder_.weights_so_far(done_.back(), write_weights(start_.folder, spec, *plan_.stack));
    } catch (const RunError& e) {
      observers_.noted(spec.name, std::string("no weights: ") + e.what());
    }
  }

  /// The stage goes on from the end of a run that had it with fewer epochs.
  void lengthen(const StageSpec& spec) {
    StageSharing::Shorter shorter = sharing_->find_shorter(done_, spec);
    if (!shorter.why_not.empty()) observers_.noted(spec.name, shorter.why_not);
    if (!shorter.from) return;
    const size_t epochs = shorter.from->state.epochs.size();
    observers_.noted(spec.name, fmt::format("goes on from the end of {}, after {} epoch{}",
                                            shorter.run, epochs, epochs == 1 ? "" : "s"));
    recorder_.say_of_next_stage(
        {{"continued_from", {{"record", shorter.run + "/record.json"}, {"epochs", epochs}}}});
    from_ = std::move(shorter.from);
  }

  void measure() {
    add_final_figures(metrics_, plan_, done_, data_.device, fit_);
    recorder_.set("metrics", metrics_);
  }

  /// Whether pretraining, or the classifier, ends with the last stage that is done.
  bool is_last_of_kind() const {
    const auto next = plan_.next_stage(done_);
    return !next || next->kind != done_.back().spec.kind;
  }

  /// All that the stack has learned.
  std::vector<Parameter> learned() const {
    std::vector<std::string> blocks;
    for (const auto& block : plan_.stack->blocks()) blocks.push_back(block->name);
    return plan_.stack->tensors(blocks);
  }

  void note_overlap() {
    const auto shared = data_.record["overlap"]["test_in_train"].get<int64_t>();
    if (shared == 0) return;
    const int64_t tested = data_.device.test.count();
    const std::string text =
        fmt::format("{} of the {} test samples {} in the training set too, pixel for pixel", shared,
                    tested, shared == 1 ? "is" : "are");
    recorder_.note("overlap", "", text);
    observers_.noted("data", text);
  }

  /// What its figures do not say. It fails no run.
  void look_at(const StageSpec& spec) {
    try {
      for (const Finding& found : find_idle(*plan_.stack, spec, data_.device, fit_)) {
        recorder_.note(found.kind, spec.name, found.text);
        observers_.noted(spec.name, found.text);
      }
    } catch (...) {
      observers_.noted(spec.name, fmt::format("not looked at: {}", current_exception_text()));
    }
  }

  /// ", in stage 'pretrain-1' after 3 epochs"; empty before the first stage
  std::string where() const {
    if (done_.empty()) return "";
    return fmt::format(", in stage '{}' after {} epoch{}", done_.back().spec.name,
                       done_.back().epochs.size(), done_.back().epochs.size() == 1 ? "" : "s");
  }

  RunOutcome finish(const std::string& status, const std::string& error) {
    if (before_ && !recorder_.begun())  // what is left of the run stays as it is
      return {status, error, recorder_.folder().own() / "record.json", false, {}};
    recorder_.prepare_end();
    observers_.run_done(status, error);
    RunOutcome outcome{status, error, recorder_.folder().place() / "record.json", false, {}};
    if (recorder_.folder().keeps_finished())
      outcome.kept = recorder_.folder().own() / "record.json";
    return outcome;
  }

  const Plan& plan_;
  const RunOptions& options_;
  Recorder recorder_;
  Observers observers_;
  ObservedRun start_;
  FitOptions fit_;
  PreparedData data_;
  std::vector<StageResult> done_;
  std::optional<UnfinishedRun> before_;  // where the run goes on
  std::optional<ResumeFrom> from_;       // of its next stage
  std::optional<Checkpoints> checkpoints_;
  std::optional<StageSharing> sharing_;
  Json metrics_ = Json::object();
};

}  // namespace

RunOutcome run_experiment(const LoadedExperiment& experiment, const Plan& plan,
                          const RunOptions& options) {
  auto folder = RunFolder::try_take(record_path(experiment, options.out).parent_path());
  if (!folder) return {"elsewhere", "is running in another process", {}, false, {}};
  if (options.made_before)
    if (auto outcome = options.made_before()) return *outcome;
  reset_peak_memory();
  const Json head = {{"schema_version", record_schema_version},
                     {"name", experiment.settings.name},
                     {"run_id", experiment.run_id()},
                     {"seed", experiment.settings.seed},
                     {"status", "running"},
                     {"error", nullptr},
                     {"config", experiment.resolved()},
                     {"config_hash", experiment.hash()},
                     {"source",
                      {{"file", experiment.file},
                       {"text", experiment.text},
                       {"overrides", experiment.overrides}}}};
  return Run(experiment, plan, options, std::move(*folder), head).run();
}

}  // namespace strata
