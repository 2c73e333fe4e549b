#include "strata/run/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/record/record.hpp"
#include "strata/registry/load.hpp"
#include "strata/run/device_data.hpp"
#include "strata/run/images.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/progress.hpp"
#include "strata/run/recorder.hpp"
#include "strata/support/exit_guard.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/safetensors.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Passes on what happens to the record and to the screen.
class Both final : public Observer {
 public:
  Both(Observer& a, Observer& b) : a_(a), b_(b) {}
  void stage_started(const StageSpec& s) override {
    a_.stage_started(s);
    b_.stage_started(s);
  }
  void step_done(const StageSpec& s, int64_t epoch, int64_t done, int64_t samples) override {
    a_.step_done(s, epoch, done, samples);
    b_.step_done(s, epoch, done, samples);
  }
  void epoch_done(const StageSpec& s, const EpochResult& e) override {
    a_.epoch_done(s, e);
    b_.epoch_done(s, e);
  }

 private:
  Observer &a_, &b_;
};

/// "run 2 of 6: mnist-greedy (lr=0.1 seed=3)"
std::string heading(const LoadedExperiment& experiment, const RunOptions& options) {
  return (options.place.empty() ? "" : options.place + ": ") + experiment.title();
}

Json model_summary(const Stack& stack) {
  Json blocks = Json::array();
  int64_t total = 0;
  for (const auto& block : stack.blocks()) {
    Json layers = Json::array();
    for (const PlacedLayer& layer : block->layers) {
      layers.push_back({{"name", layer.name},
                        {"type", layer.type},
                        {"input_shape", layer.input},
                        {"output_shape", layer.output},
                        {"parameters", layer.parameters}});
      if (!layer.tied_to.empty()) layers.back()["tied_to"] = layer.tied_to;
    }
    total += block->parameters();
    blocks.push_back(
        {{"name", block->name}, {"parameters", block->parameters()}, {"layers", layers}});
  }
  return {{"parameters", total}, {"blocks", blocks}};
}

/// One run from data to closed record.
class Run {
 public:
  Run(const LoadedExperiment& experiment, const Plan& plan, const RunOptions& options,
      const fs::path& folder, Json head)
      : plan_(plan),
        options_(options),
        recorder_(folder, std::move(head)),
        progress_(heading(experiment, options), plan.stages, options.quiet),
        observer_(recorder_, progress_) {
    fit_.batch_size = experiment.settings.data.batch_size;
    fit_.shuffle = experiment.settings.data.order == "shuffled";
    fit_.seed = static_cast<uint64_t>(experiment.settings.seed);
    fit_.dtype = experiment.settings.dtype == "float64" ? at::kDouble : at::kFloat;
    if (!options.autograd)
      fit_.engines.push_back(fused_engine(matmul_precision(experiment.settings)));
    fit_.stop = options.stop;
  }

  RunOutcome run() {
    const ExitGuard guard([this] {
      const std::string error = "code of a component ended the process with exit()" + where();
      fmt::print(stderr, "strata: error: {}\n  record: {}\n", error,
                 finish("failed", error).record.string());
    });
    try {
      train();
      return finish("completed", "");
    } catch (const Interrupted&) {
      return finish("interrupted", "stopped by the user" + where());
    } catch (const Diverged& e) {
      return finish("diverged", e.what());
    } catch (const UserError& e) {
      RunOutcome outcome = finish("failed", e.what());
      outcome.users_fault = true;
      return outcome;
    } catch (const StageError& e) {  // says where
      return finish("failed", e.what());
    } catch (...) {
      return finish("failed", current_exception_text() + where());
    }
  }

 private:
  void train() {
    const Experiment& settings = plan_.experiment;
    fit_.device = choose_device(settings.device);
    const int threads = set_threads(options_.threads);
    Json facts = provenance(fit_.device, threads);
    facts["command_line"] = options_.command_line;
    facts["plugins"] = Json::array();
    for (const PluginLibrary& plugin : loaded_plugins())
      facts["plugins"].push_back({{"library", plugin.name}, {"sha256", plugin.sha256}});
    recorder_.set("provenance", facts);
    recorder_.set("model", model_summary(*plan_.stack));
    data_ =
        prepare_data(settings.data, plan_.data, {options_.data_folders, fit_.seed}, fit_.device);
    recorder_.set("data", data_.record);
    plan_.stack->build(fit_.seed, fit_.dtype, fit_.device);
    if (settings.images) images_ = std::make_unique<RunImages>(recorder_.folder(), data_, fit_);
    while (auto spec = plan_.next_stage(done_)) run_stage(*spec);
  }

  void run_stage(const StageSpec& spec) {
    done_.push_back({spec, false, {}});
    fit(*plan_.stack, spec, data_.device, fit_, observer_, done_.back());
    std::vector<std::string> blocks = spec.prefix;
    blocks.insert(blocks.end(), spec.blocks.begin(), spec.blocks.end());
    progress_.stage_done(done_.back());
    const std::string file = fmt::format("weights/{}.safetensors", spec.name);
    const std::string bytes = to_safetensors(plan_.stack->tensors(blocks));
    write_file_atomically(recorder_.folder() / file, bytes);
    recorder_.stage_done(done_.back(),
                         {{"file", file}, {"sha256", sha256_hex(bytes)}, {"bytes", bytes.size()}});
    const auto next = plan_.next_stage(done_);
    const bool last = !next || next->kind != spec.kind;  // of its kind
    if (last) measure(spec);
    if (images_) draw(spec, blocks, last);
  }

  void draw(const StageSpec& spec, const std::vector<std::string>& blocks, bool last) {
    size_t pairs = 0;  // those that the stage's blocks reach
    for (size_t k = 0; k < plan_.experiment.encoder.size(); ++k)
      if (std::find(blocks.begin(), blocks.end(), encoder_block(k)) != blocks.end()) pairs = k + 1;
    if (spec.kind == StageKind::pretrain)
      images_->add_reconstructions(*plan_.stack, spec.name, pairs);
    if (spec.kind == StageKind::pretrain && last)
      images_->add_codes(*plan_.stack, spec.name, pairs);
    if (spec.kind == StageKind::classify) images_->add_worst(*plan_.stack, blocks);
    if (last) images_->add_filters(*plan_.stack);
    recorder_.set("images", images_->record());
  }

  /// The run's final figures, after the last stage of a kind: those of the classifier, and the
  /// error of the images rebuilt through the pairs that were trained.
  void measure(const StageSpec& spec) {
    const Json& measured = done_.back().epochs[done_.back().kept].metrics;
    for (const char* split : {"validation", "test"})
      for (const auto& [key, value] : measured[split].items())
        if (spec.kind == StageKind::classify) metrics_[split][key] = value;
    if (spec.kind == StageKind::pretrain) measure_reconstruction(spec);
    recorder_.set("metrics", metrics_);
  }

  /// The pairs that pretraining reached: an adaptive strategy may stop before the last.
  size_t pairs_reached() const {
    size_t pairs = 0;
    for (size_t k = 0; k < plan_.experiment.encoder.size(); ++k)
      for (const StageResult& stage : done_)
        for (const std::string& block : stage.spec.blocks)
          if (block == encoder_block(k)) pairs = k + 1;
    return pairs;
  }

  void measure_reconstruction(const StageSpec& spec) {
    Evaluation whole;
    const size_t pairs = pairs_reached();
    for (size_t k = 0; k < pairs; ++k) whole.blocks.push_back(encoder_block(k));
    for (size_t k = pairs; k-- > 0;) whole.blocks.push_back(decoder_block(k));
    for (const auto& metric : spec.metrics) whole.metrics.push_back(make_metric(metric));
    const DeviceData& data = data_.device;
    if (data.validation.count() > 0)
      metrics_["validation"] = evaluate(*plan_.stack, whole, data, data.validation, fit_);
    metrics_["test"] = evaluate(*plan_.stack, whole, data, data.test, fit_);
  }

  /// ", in stage 'pretrain-1' after 3 epochs"; empty before the first stage
  std::string where() const {
    if (done_.empty()) return "";
    return fmt::format(", in stage '{}' after {} epoch{}", done_.back().spec.name,
                       done_.back().epochs.size(), done_.back().epochs.size() == 1 ? "" : "s");
  }

  RunOutcome finish(const std::string& status, const std::string& error) {
    recorder_.finish(status, error.empty() ? Json(nullptr) : Json(error));
    return {status, error, recorder_.folder() / "record.json", false};
  }

  const Plan& plan_;
  const RunOptions& options_;
  Recorder recorder_;
  Progress progress_;
  Both observer_;
  FitOptions fit_;
  PreparedData data_;
  std::unique_ptr<RunImages> images_;
  std::vector<StageResult> done_;
  Json metrics_ = Json::object();
};

}  // namespace

MatmulPrecision matmul_precision(const Experiment& settings) {
  return settings.matmul_precision == "medium" ? MatmulPrecision::medium
         : settings.matmul_precision == "high" ? MatmulPrecision::high
                                               : MatmulPrecision::highest;
}

Json LoadedExperiment::resolved() const {
  return dump_params(param_list<Experiment>(), &settings);
}

std::string LoadedExperiment::title() const {
  return fmt::format("{} ({})", settings.name,
                     label.empty() ? fmt::format("seed {}", settings.seed) : label);
}

std::string LoadedExperiment::hash() const {
  return sha256_hex(resolved().dump());
}

std::string LoadedExperiment::run_id() const {
  return fmt::format("{}-s{}", hash().substr(0, 8), settings.seed);
}

fs::path record_path(const LoadedExperiment& experiment, const fs::path& out) {
  return out / experiment.settings.name / experiment.run_id() / "record.json";
}

RunOutcome run_experiment(const LoadedExperiment& experiment, const Plan& plan,
                          const RunOptions& options) {
  const fs::path folder = record_path(experiment, options.out).parent_path();
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
  return Run(experiment, plan, options, folder, head).run();
}

}  // namespace strata
