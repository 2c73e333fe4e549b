#include "strata/run/estimate.hpp"

#include <ATen/ops/arange.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "strata/run/machine.hpp"
#include "strata/run/model_summary.hpp"
#include "strata/run/progress.hpp"

namespace strata {
namespace {

constexpr int64_t kEpochs = 5;   // of which the first is not counted: kernels are chosen in it
constexpr double kTimed = 0.01;  // seconds an epoch, where steps are short
constexpr int64_t kMostSteps = 100;

/// Made-up samples; the values do not change what a step takes.
DeviceSplit made_up(int64_t count, int64_t features, int64_t classes, const at::Device& device) {
  const auto numbers = [&](int64_t n) { return at::arange(n, at::kLong); };
  DeviceSplit split;
  split.pixels =
      numbers(count * features).remainder(251).to(at::kByte).view({count, features}).to(device);
  split.labels = numbers(count).remainder(std::max<int64_t>(classes, 1)).to(device);
  split.samples = numbers(count).to(device);
  return split;
}

/// The seconds of a step: the median of some epochs of so many steps, which a moment of other work
/// on the machine does not move.
double timed(const Plan& plan, StageSpec spec, const FitOptions& options, int64_t steps) {
  DeviceData data;
  data.sample = plan.data.sample_shape;
  data.classes = plan.data.classes;
  const int64_t features = element_count(data.sample);
  data.train = made_up(steps * options.batch_size, features, data.classes, options.device);
  data.test = made_up(std::min(options.batch_size, kEvaluationBatch), features, data.classes,
                      options.device);
  data.validation = data.test;
  spec.epochs = kEpochs;
  spec.early_stopping.reset();
  Observer nobody;
  StageResult result{spec, false, {}};
  fit(*plan.stack, spec, data, options, nobody, result);
  std::vector<double> seconds;
  for (size_t i = 1; i < result.epochs.size(); ++i) seconds.push_back(result.epochs[i].seconds);
  std::sort(seconds.begin(), seconds.end());
  return seconds.at(seconds.size() / 2) / static_cast<double>(steps);
}

/// What the inputs of a stage take, where a frozen prefix makes codes of all samples first.
double code_bytes(const Plan& plan, const StageSpec& spec, const SampleCounts& samples) {
  if (spec.prefix.empty()) return 0;
  const auto each =
      static_cast<double>(element_count(plan.stack->block(spec.prefix.back()).output));
  return each * (plan.experiment.dtype == "float64" ? 8 : 4) *
         static_cast<double>(samples.train + samples.validation + samples.test);
}

double disk_bytes(const Plan& plan, const StageSpec& spec) {
  const double each = plan.experiment.dtype == "float64" ? 8 : 4;
  double parameters = 0;
  for (const auto* names : {&spec.prefix, &spec.blocks})
    for (const std::string& name : *names)
      parameters += static_cast<double>(plan.stack->block(name).parameters());
  return each * parameters;
}

std::string megabytes(double bytes) {
  return fmt::format("{:.{}f} MB", bytes / 1e6, bytes < 10e6 ? 1 : 0);
}

}  // namespace

SampleCounts sample_counts(const DataSettings& settings, const PartSizes& sizes) {
  const int64_t validation = settings.validation_size.value_or(0), rest = sizes.train - validation;
  return {settings.train_size.value_or(rest), validation, settings.test_size.value_or(sizes.test)};
}

double stage_seconds(double step, int64_t epochs, int64_t batch_size, const SampleCounts& samples) {
  const double trained = static_cast<double>(samples.train),
               measured = static_cast<double>(samples.validation + samples.test) / 3;
  return step * static_cast<double>(epochs) * (trained + measured) /
         static_cast<double>(batch_size);
}

double Estimator::step_seconds(const LoadedExperiment& experiment, const Plan& plan,
                               const StageSpec& spec) {
  Json key = spec.dump();
  for (const char* ignored : {"name", "epochs"}) key.erase(ignored);
  Json& settings = key["settings"];
  settings.erase("epochs");
  for (const char* part : {"optimizer", "loss"})
    if (settings.contains(part) && settings[part].is_object())
      settings[part] = settings[part]["type"];
  const Experiment& of = experiment.settings;
  key["run"] = {of.dtype, of.device, of.data.batch_size, model_summary(*plan.stack)};
  const auto [known, is_new] = known_.try_emplace(key.dump(), 0.0);
  if (!is_new) return known->second;
  const FitOptions options = fit_options(of, options_);
  plan.stack->build(options.seed, options.dtype, options.device);
  double step = timed(plan, spec, options, 1);
  const auto more = static_cast<int64_t>(kTimed / std::max(step, 1e-6));
  if (more > 1) step = timed(plan, spec, options, std::min(more, kMostSteps));
  return known->second = step;
}

std::optional<Cost> Estimator::cost(const LoadedExperiment& experiment, const Plan& plan,
                                    const std::set<std::string>& elsewhere) {
  const DataSettings& data = experiment.settings.data;
  const DataContext context{options_.data_folders, static_cast<uint64_t>(experiment.settings.seed)};
  Cost cost;
  try {
    set_threads(options_.threads);
    const auto sizes =
        of_component(data.dataset, "sizes()", [&] { return make(data.dataset)->sizes(context); });
    if (!sizes) return std::nullopt;
    const SampleCounts samples = sample_counts(data, *sizes);
    double codes = 0;
    for (const StageSpec& spec : plan.stages) {
      codes = std::max(codes, code_bytes(plan, spec, samples));
      cost.disk += disk_bytes(plan, spec);
      if (elsewhere.count(spec.name) > 0) continue;
      const int64_t batch = std::min(data.batch_size, samples.train);
      cost.seconds +=
          stage_seconds(step_seconds(experiment, plan, spec), spec.epochs, batch, samples);
    }
    cost.memory = codes + static_cast<double>(peak_memory_bytes()) +
                  static_cast<double>((sizes->train + sizes->test) *
                                      (element_count(plan.data.sample_shape) + 1));
  } catch (const std::exception&) {  // what is wrong is told where the run is made
    return std::nullopt;
  }
  return cost;
}

std::string cost_text(const Cost& cost) {
  const std::string time =
      cost.seconds < 1 ? "less than 1 s" : "about " + duration_text(cost.seconds);
  return fmt::format("{}, {} of memory, {} on disk", time, megabytes(cost.memory),
                     megabytes(cost.disk));
}

std::string cost_error_text(const Cost& foreseen, double seconds) {
  const double error = seconds / foreseen.seconds - 1;
  const std::string took = "took " + duration_text(seconds);
  if (std::abs(seconds - foreseen.seconds) < 1) return took + ", as foreseen";
  return fmt::format("{}, {:.0f} % {} than foreseen", took, 100 * std::abs(error),
                     error > 0 ? "more" : "less");
}

}  // namespace strata
