#include "strata/train/trainer.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "strata/core/batches.hpp"

namespace strata {
namespace {

constexpr int64_t kEvaluationBatch = 1000;

void check_stop(const FitOptions& options) {
  if (options.stop != nullptr && options.stop->load(std::memory_order_relaxed))
    throw Interrupted("interrupted");
}

Tensor images(const DeviceSplit& split, const Tensor& index, const Shape& sample,
              const FitOptions& options) {
  return gather_images(split.pixels, index, sample, options.dtype);
}

Tensor target_of(Target target, const Tensor& input, const DeviceSplit& split,
                 const Tensor& index) {
  return target == Target::labels ? split.labels.index_select(0, index) : input;
}

/// The output of a chain of blocks, in the target's shape where a decoder written out ends flat.
Tensor output_of(const Stack& stack, const std::vector<std::string>& blocks, const Tensor& x,
                 Target target, const ForwardContext& context) {
  const Tensor y = stack.forward(blocks, x, context);
  return target == Target::labels || y.sizes() == x.sizes() ? y : y.view_as(x);
}

/// Makes exactly the tensors that train ask for gradients while it lives.
class TrainOnly {
 public:
  TrainOnly(Stack& stack, const StageSpec& spec) : parameters_(stack.parameters(spec.trains)) {
    for (const Parameter& p : parameters_) p.value.set_requires_grad(true);
  }
  ~TrainOnly() {
    for (const Parameter& p : parameters_) {
      p.value.mutable_grad() = Tensor();
      p.value.set_requires_grad(false);
    }
  }
  TrainOnly(const TrainOnly&) = delete;
  TrainOnly& operator=(const TrainOnly&) = delete;
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  std::vector<Parameter> parameters_;
};

/// The inputs of a stage: images, or the codes that its frozen prefix makes of them, computed once.
class StageInput {
 public:
  StageInput(const Stack& stack, const StageSpec& spec, const DeviceData& data,
             const DeviceSplit& split, const FitOptions& options)
      : data_(data), split_(split), options_(options) {
    if (spec.prefix.empty() || split.count() == 0) return;
    at::NoGradGuard no_grad;
    for (int64_t first = 0; first < split.count(); first += kEvaluationBatch) {
      check_stop(options);
      const int64_t n = std::min(kEvaluationBatch, split.count() - first);
      const Tensor x = images(split, split.samples.narrow(0, first, n), data.sample, options);
      const Tensor code = stack.forward(spec.prefix, x, {});
      if (!codes_.defined()) {
        std::vector<int64_t> sizes = code.sizes().vec();
        sizes[0] = split.pixels.size(0);  // a row a sample of the whole part: indexed as pixels are
        codes_ = at::empty(sizes, code.options());
      }
      codes_.index_copy_(0, split.samples.narrow(0, first, n), code);
    }
  }

  Tensor batch(const Tensor& index) const {
    return codes_.defined() ? codes_.index_select(0, index)
                            : images(split_, index, data_.sample, options_);
  }

 private:
  const DeviceData& data_;
  const DeviceSplit& split_;
  const FitOptions& options_;
  Tensor codes_;
};

Json measure(const Stack& stack, const Evaluation& what, const StageInput& input,
             const DeviceData& data, const DeviceSplit& split, const FitOptions& options) {
  if (split.count() == 0) return Json::object();
  at::NoGradGuard no_grad;
  const at::TensorOptions place = at::TensorOptions().device(options.device).dtype(options.dtype);
  const int64_t classes = what.target == Target::labels ? data.classes : 0;
  for (const auto& metric : what.metrics) metric->start(classes, place);
  Tensor loss_sum = at::zeros({}, place.dtype(at::kDouble));
  for (int64_t first = 0; first < split.count(); first += kEvaluationBatch) {
    check_stop(options);
    const int64_t n = std::min(kEvaluationBatch, split.count() - first);
    const Tensor index = split.samples.narrow(0, first, n);
    const Tensor x = input.batch(index);
    const Tensor y = output_of(stack, what.blocks, x, what.target, {});
    const Tensor target = target_of(what.target, x, split, index);
    if (what.loss) loss_sum.add_(what.loss->forward(y, target), static_cast<double>(n));
    for (const auto& metric : what.metrics) metric->update(y, target);
  }
  Json figures = Json::object();
  if (what.loss)
    figures[what.loss->measure()] = loss_sum.item<double>() / static_cast<double>(split.count());
  for (const auto& metric : what.metrics)
    for (auto& [key, value] : metric->result()) figures[key] = value;
  return figures;
}

/// One stage while it trains.
class Fit {
 public:
  Fit(Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options,
      Observer& observer)
      : stack_(stack),
        spec_(spec),
        data_(data),
        options_(options),
        observer_(observer),
        train_input_(stack, spec, data, data.train, options),
        validation_input_(stack, spec, data, data.validation, options),
        test_input_(stack, spec, data, data.test, options),
        trained_(stack, spec),
        loss_(make(spec.loss)),
        optimizer_(make(spec.optimizer)),
        order_(random_stream(options.seed, "shuffle", "data", spec.name)) {
    const at::TensorOptions place = at::TensorOptions().device(options.device).dtype(options.dtype);
    optimizer_->start(trained_.parameters());
    rate_ = at::full({}, optimizer_->learning_rate(), place);
    steps_ = (data.train.count() + options.batch_size - 1) / options.batch_size;
    losses_ = at::zeros({steps_}, place);
    evaluation_ = {spec.blocks, spec.target, loss_, {}};
    for (const auto& metric : spec.metrics) evaluation_.metrics.push_back(make(metric));
    context_.training = true;
    context_.seed = options.seed;
    context_.stage = spec.name;
  }

  EpochResult epoch(int64_t number) {
    EpochResult result;
    result.epoch = number;
    result.learning_rate = optimizer_->learning_rate();
    const auto begin = std::chrono::steady_clock::now();
    train(number);
    const Tensor losses = losses_.to(at::kCPU, at::kDouble);  // the epoch's one read
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    result.samples_per_second = static_cast<double>(data_.train.count()) / result.seconds;
    result.loss = mean_loss(losses, number);
    result.terms = {{spec_.loss.type, result.loss}};
    result.metrics = {
        {"train", Json::object()},
        {"validation",
         measure(stack_, evaluation_, validation_input_, data_, data_.validation, options_)},
        {"test", measure(stack_, evaluation_, test_input_, data_, data_.test, options_)}};
    check_measured(result.metrics["test"], number);
    return result;
  }

 private:
  void train(int64_t number) {
    context_.epoch = static_cast<uint32_t>(number);
    const Tensor order = epoch_order(data_.train.samples, order_, context_.epoch);
    const int64_t count = order.size(0);
    for (int64_t k = 0; k < steps_; ++k) {
      check_stop(options_);
      const int64_t first = k * options_.batch_size;
      const int64_t n = std::min(options_.batch_size, count - first);
      context_.step = static_cast<uint32_t>(k);
      step(order.narrow(0, first, n));
      observer_.step_done(spec_, number, first + n, count);
    }
  }

  void step(const Tensor& index) {
    const Tensor x = train_input_.batch(index);
    const Tensor y = output_of(stack_, spec_.blocks, x, spec_.target, context_);
    const Tensor loss = loss_->forward(y, target_of(spec_.target, x, data_.train, index));
    losses_.select(0, context_.step).copy_(loss.detach());
    loss.backward();
    at::NoGradGuard no_grad;
    optimizer_->step(rate_);
    for (const Parameter& p : trained_.parameters()) p.value.mutable_grad() = Tensor();
  }

  /// The mean over samples of the batches' losses; throws Diverged at the first that is no number.
  double mean_loss(const Tensor& losses, int64_t number) const {
    const int64_t count = data_.train.count();
    double sum = 0;
    for (int64_t k = 0; k < steps_; ++k) {
      const double loss = losses[k].item<double>();
      if (!std::isfinite(loss))
        throw Diverged(
            fmt::format("the loss became {} in stage '{}', epoch {}, step {} of {}, at learning "
                        "rate {:g}; try a "
                        "smaller one",
                        std::isnan(loss) ? "NaN" : "infinite", spec_.name, number, k + 1, steps_,
                        optimizer_->learning_rate()));
      sum += loss *
             static_cast<double>(std::min(options_.batch_size, count - k * options_.batch_size));
    }
    return sum / static_cast<double>(count);
  }

  /// Throws Diverged where an epoch's last update broke the parameters, which no training loss
  /// shows.
  void check_measured(const Json& figures, int64_t number) const {
    const double loss = figures.value(loss_->measure(), 0.0);
    if (!std::isfinite(loss))
      throw Diverged(fmt::format(
          "the loss on the test set became {} in stage '{}', epoch {}, at learning rate {:g}; try "
          "a "
          "smaller one",
          std::isnan(loss) ? "NaN" : "infinite", spec_.name, number, optimizer_->learning_rate()));
  }

  Stack& stack_;
  const StageSpec& spec_;
  const DeviceData& data_;
  const FitOptions& options_;
  Observer& observer_;
  StageInput train_input_, validation_input_, test_input_;
  TrainOnly trained_;
  std::shared_ptr<Loss> loss_;
  std::shared_ptr<Optimizer> optimizer_;
  RandomStream order_;
  Evaluation evaluation_;
  ForwardContext context_;
  Tensor rate_, losses_;
  int64_t steps_ = 0;
};

}  // namespace

void fit(Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options,
         Observer& observer, StageResult& result) {
  observer.stage_started(spec);
  Fit fit(stack, spec, data, options, observer);
  result.measured = true;
  for (int64_t number = 1; number <= spec.epochs; ++number) {
    result.epochs.push_back(fit.epoch(number));
    observer.epoch_done(spec, result.epochs.back());
  }
}

Json evaluate(const Stack& stack, const Evaluation& what, const DeviceData& data,
              const DeviceSplit& split, const FitOptions& options) {
  StageSpec no_prefix;
  const StageInput input(stack, no_prefix, data, split, options);
  return measure(stack, what, input, data, split, options);
}

}  // namespace strata
