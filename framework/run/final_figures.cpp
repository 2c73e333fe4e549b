#include "strata/run/final_figures.hpp"

namespace strata {
namespace {

/// The pairs that pretraining reached: an adaptive strategy may stop before the last.
size_t pairs_reached(const Plan& plan, const std::vector<StageResult>& done) {
  size_t pairs = 0;
  for (size_t k = 0; k < plan.experiment.encoder.size(); ++k)
    for (const StageResult& stage : done)
      for (const std::string& block : stage.spec.blocks)
        if (block == encoder_block(k)) pairs = k + 1;
  return pairs;
}

/// Those that the last epoch measured, where its stage rebuilds the images itself.
Json rebuilt_figures(const Plan& plan, const StageResult& last, const Evaluation& whole,
                     const char* name, const DeviceData& data, const DeviceSplit& split,
                     const FitOptions& options) {
  if (!last.spec.prefix.empty() || last.spec.blocks != whole.blocks)
    return evaluate(*plan.stack, whole, data, split, options);
  const Json& measured = last.epochs[last.kept].metrics.at(name);
  Json figures = Json::object();
  for (const auto& metric : whole.metrics)
    for (const FigureInfo& figure : metric->figures(whole.target))
      figures[figure.key] = measured.at(figure.key);
  return figures;
}

}  // namespace

void add_final_figures(Json& metrics, const Plan& plan, const std::vector<StageResult>& done,
                       const DeviceData& data, const FitOptions& options) {
  const StageResult& last = done.back();
  const Json& measured = last.epochs[last.kept].metrics;
  for (const char* split : {"validation", "test"})
    for (const auto& [key, value] : measured[split].items())
      if (last.spec.kind == StageKind::classify) metrics[split][key] = value;
  if (last.spec.kind != StageKind::pretrain) return;
  Evaluation whole;
  const size_t pairs = pairs_reached(plan, done);
  for (size_t k = 0; k < pairs; ++k) whole.blocks.push_back(encoder_block(k));
  for (size_t k = pairs; k-- > 0;) whole.blocks.push_back(decoder_block(k));
  for (const auto& metric : last.spec.metrics) whole.metrics.push_back(make_metric(metric));
  if (data.validation.count() > 0)
    metrics["validation"] =
        rebuilt_figures(plan, last, whole, "validation", data, data.validation, options);
  metrics["test"] = rebuilt_figures(plan, last, whole, "test", data, data.test, options);
}

}  // namespace strata
