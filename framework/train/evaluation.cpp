#include "strata/train/evaluation.hpp"

#include <ATen/core/grad_mode.h>

#include "strata/core/batches.hpp"

namespace strata {
namespace {

Tensor images(const DeviceSplit& split, const Tensor& index, const Shape& sample,
              const FitOptions& options) {
  return gather_images(split.pixels, index, sample, options.dtype);
}

/// Calls body(index, n) for one batch of the split's samples after the other.
template <class Body>
void for_batches(const DeviceSplit& split, const FitOptions& options, Body body) {
  for (int64_t first = 0; first < split.count(); first += kEvaluationBatch) {
    check_stop(options);
    const int64_t n = std::min(kEvaluationBatch, split.count() - first);
    body(split.samples.narrow(0, first, n), n);
  }
}

class NamedMetric final : public Metric {
 public:
  explicit NamedMetric(const Slot<Metric>& slot) : slot_(slot), metric_(make(slot)) {}
  bool suits(Target target) const override {
    return of_component(slot_, "suits()", [&] { return metric_->suits(target); });
  }
  std::vector<FigureInfo> figures(Target target) const override {
    return of_component(slot_, "figures()", [&] { return metric_->figures(target); });
  }
  void start(const MetricUse& use) override {
    of_component(slot_, "start()", [&] { metric_->start(use); });
  }
  void update(const MetricBatch& batch) override {
    of_component(slot_, "update()", [&] { metric_->update(batch); });
  }
  std::vector<Parameter> state() const override {
    return of_component(slot_, "state()", [&] { return metric_->state(); });
  }
  MetricForm form() const override { return metric_->form(); }
  std::map<std::string, Json> result() const override {
    return of_component(slot_, "result()", [&] { return metric_->result(); });
  }

 private:
  Slot<Metric> slot_;
  std::shared_ptr<Metric> metric_;
};

}  // namespace

std::shared_ptr<Metric> make_metric(const Slot<Metric>& slot) {
  return std::make_shared<NamedMetric>(slot);
}

void check_stop(const FitOptions& options) {
  if (options.stop != nullptr && options.stop->load(std::memory_order_relaxed))
    throw Interrupted("interrupted");
}

StageInput::StageInput(const Stack& stack, const std::vector<std::string>& prefix,
                       const DeviceData& data, const DeviceSplit& split, const FitOptions& options)
    : data_(data), split_(split), options_(options) {
  if (prefix.empty()) return;
  at::NoGradGuard no_grad;
  int64_t row = 0;
  for_batches(split, options, [&](const Tensor& index, int64_t n) {
    const Tensor code = stack.forward(prefix, images(split, index, data.sample, options), {});
    if (row == 0) {
      std::vector<int64_t> sizes = code.sizes().vec();
      sizes[0] = split.count();
      codes_ = at::empty(sizes, code.options());
      row_of_ = at::empty({split.pixels.size(0)}, index.options());
      row_of_.index_copy_(0, split.samples, at::arange(split.count(), index.options()));
    }
    codes_.narrow(0, row, n).copy_(code);
    row += n;
  });
}

Tensor StageInput::batch(const Tensor& index) const {
  return codes_.defined() ? codes_.index_select(0, row_of_.index_select(0, index))
                          : images(split_, index, data_.sample, options_);
}

Tensor target_of(Target target, const Tensor& input, const DeviceSplit& split,
                 const Tensor& index) {
  return target == Target::labels ? split.labels.index_select(0, index) : input;
}

Tensor shaped_like(Target target, const Tensor& output, const Tensor& input) {
  const bool same = target == Target::labels || output.sizes() == input.sizes();
  return same ? output : output.view_as(input);
}

MetricUse metric_use(const Stack& stack, const std::vector<std::string>& blocks, Target target,
                     const DeviceData& data, const DeviceSplit& split, const FitOptions& options) {
  MetricUse use{target, data.classes,
                at::TensorOptions().device(options.device).dtype(options.dtype), split.count()};
  const size_t encoders = code_blocks(blocks);  // without any, what comes in is the code
  const Block& block = stack.block(blocks[encoders == 0 ? 0 : encoders - 1]);
  use.code = element_count(encoders == 0 ? block.input : block.output);
  use.code_range = encoders == 0 ? block.input_range : block.output_range;
  return use;
}

Json evaluate(const Stack& stack, const Evaluation& what, const StageInput& input,
              const DeviceData& data, const DeviceSplit& split, const FitOptions& options) {
  if (split.count() == 0) return Json::object();
  at::NoGradGuard no_grad;
  const MetricUse use = metric_use(stack, what.blocks, what.target, data, split, options);
  for (const auto& metric : what.metrics) metric->start(use);
  const auto end = what.blocks.begin() + static_cast<long>(code_blocks(what.blocks));
  const std::vector<std::string> encode(what.blocks.begin(), end), decode(end, what.blocks.end());
  Tensor loss_sum = at::zeros({}, use.place.dtype(at::kDouble));
  for_batches(split, options, [&](const Tensor& index, int64_t n) {
    const Tensor x = input.batch(index), code = stack.forward(encode, x, {});
    const Tensor y = shaped_like(what.target, stack.forward(decode, code, {}), x);
    const Tensor target = target_of(what.target, x, split, index);
    if (what.loss) loss_sum.add_(what.loss->forward(y, target), static_cast<double>(n));
    const MetricBatch batch{y, target, code, split.labels.index_select(0, index)};
    for (const auto& metric : what.metrics) metric->update(batch);
  });
  Json figures = Json::object();
  if (what.loss)
    figures[what.loss->measure(what.target).key] =
        loss_sum.item<double>() / static_cast<double>(split.count());
  for (const auto& metric : what.metrics)
    for (auto& [key, value] : metric->result()) figures[key] = value;
  return figures;
}

Json evaluate(const Stack& stack, const Evaluation& what, const DeviceData& data,
              const DeviceSplit& split, const FitOptions& options) {
  return evaluate(stack, what, StageInput(stack, {}, data, split, options), data, split, options);
}

}  // namespace strata
