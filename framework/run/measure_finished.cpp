#include "strata/run/measure_finished.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/run/device_data.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/safetensors.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Those of the metrics that the record's configuration does not list.
std::vector<Slot<Metric>> lacking(const std::vector<Slot<Metric>>& asked, const Json& record,
                                  StageKind kind) {
  const Json& config = record.at("config").at(stage_kind_name(kind));
  const Json known = config.is_object() ? config.value("metrics", Json::array()) : Json::array();
  std::vector<Slot<Metric>> list;
  for (const Slot<Metric>& metric : asked)
    if (std::find(known.begin(), known.end(), metric.dump()) == known.end()) list.push_back(metric);
  return list;
}

std::vector<Slot<Metric>> lacking(const Experiment& settings, const Json& record, StageKind kind) {
  if (kind == StageKind::pretrain)
    return settings.pretrain ? lacking(settings.pretrain->metrics, record, kind)
                             : std::vector<Slot<Metric>>();
  return settings.classify ? lacking(settings.classify->metrics, record, kind)
                           : std::vector<Slot<Metric>>();
}

/// Puts what a stage left into the stack.
void load_weights(const Stack& stack, const fs::path& folder, const Json& stage) {
  const fs::path file = folder / stage.at("weights").at("file").get<std::string>();
  const std::string bytes = read_file(file);
  if (sha256_hex(bytes) != stage["weights"].at("sha256"))
    throw RunError(fmt::format("{} is not what the record says", file.string()));
  std::vector<std::string> blocks;
  for (const auto& block : stack.blocks()) blocks.push_back(block->name);
  std::map<std::string, Tensor> parameters;
  for (const Parameter& p : stack.tensors(blocks)) parameters[p.name] = p.value;
  at::NoGradGuard no_grad;
  for (const Parameter& stored : from_safetensors(bytes, file.string()))
    parameters.at(stored.name).copy_(stored.value);
}

/// The way on which the last stage of a kind is measured: the classifier's, or through all pairs
/// that were trained.
std::vector<std::string> measured_blocks(const Json& stage, StageKind kind) {
  std::vector<std::string> blocks;
  for (const char* part : {"prefix", "blocks"})
    for (const Json& block : stage.at(part)) blocks.push_back(block);
  if (kind == StageKind::classify) return blocks;
  size_t pairs = 0;
  for (const std::string& block : blocks) pairs += names_part("encoder", block) ? 1 : 0;
  blocks.clear();
  for (size_t k = 0; k < pairs; ++k) blocks.push_back(encoder_block(k));
  for (size_t k = pairs; k-- > 0;) blocks.push_back(decoder_block(k));
  return blocks;
}

class Measuring {
 public:
  Measuring(const LoadedExperiment& experiment, const Plan& plan, const RunOptions& options,
            Json& record)
      : plan_(plan), fit_(fit_options(experiment.settings, options)), record_(record) {
    set_threads(options.threads);
    data_ = prepare_data(plan.experiment.data, plan.data, {options.data_folders, fit_.seed},
                         fit_.device);
    plan.stack->build(fit_.seed, fit_.dtype, fit_.device);
  }

  void run(const fs::path& folder) {
    const Json& stages = record_.at("stages");
    for (size_t i = 0; i < stages.size(); ++i) {
      load_weights(*plan_.stack, folder, stages[i]);
      const bool last = i + 1 == stages.size() || stages[i + 1].at("kind") != stages[i].at("kind");
      const auto kind =
          stages[i].at("kind") == "classify" ? StageKind::classify : StageKind::pretrain;
      if (last) measure(stages[i], kind);
    }
  }

 private:
  void measure(const Json& stage, StageKind kind) {
    const auto asked = lacking(plan_.experiment, record_, kind);
    if (asked.empty()) return;
    Evaluation what;
    what.blocks = measured_blocks(stage, kind);
    what.target = kind == StageKind::classify ? Target::labels : Target::pixels;
    for (const Slot<Metric>& metric : asked) {
      what.metrics.push_back(make_metric(metric));
      record_["config"][stage_kind_name(kind)]["metrics"].push_back(metric.dump());
    }
    add("test", what, data_.device.test);
    if (data_.device.validation.count() > 0) add("validation", what, data_.device.validation);
  }

  void add(const char* name, const Evaluation& what, const DeviceSplit& split) {
    const Json figures = evaluate(*plan_.stack, what, data_.device, split, fit_);
    for (const auto& [key, value] : figures.items()) record_["metrics"][name][key] = value;
  }

  const Plan& plan_;
  FitOptions fit_;
  PreparedData data_;
  Json& record_;
};

}  // namespace

std::vector<std::string> lacking_metrics(const Experiment& settings, const Json& record) {
  std::vector<std::string> names;
  for (const StageKind kind : {StageKind::pretrain, StageKind::classify}) {
    const Json& stages = record.at("stages");
    const bool there = std::any_of(stages.begin(), stages.end(), [&](const Json& stage) {
      return stage.at("kind") == stage_kind_name(kind);
    });
    if (!there) continue;
    for (const Slot<Metric>& metric : lacking(settings, record, kind)) names.push_back(metric.type);
  }
  return names;
}

RunOutcome measure_finished(const LoadedExperiment& experiment, const Plan& plan,
                            const RunOptions& options) {
  const fs::path path = record_path(experiment, options.out);
  const auto folder = RunFolder::try_take(path.parent_path());
  if (!folder) return {"elsewhere", "is running in another process", {}, false, {}};
  try {
    Json record = read_record(path);
    Measuring(experiment, plan, options, record).run(path.parent_path());
    folder->check();
    record["config_hash"] = sha256_hex(record["config"].dump());
    save_record(path, record);
    return {"completed", "", path, false, {}};
  } catch (const ClaimLost& e) {
    return {"elsewhere", e.what(), {}, false, {}};
  } catch (const Interrupted&) {
    return {"interrupted", "stopped by the user", {}, false, path};
  } catch (...) {
    return {"failed",
            current_exception_text() + "; --again trains the run anew, with every metric",
            {},
            false,
            path};
  }
}

}  // namespace strata
