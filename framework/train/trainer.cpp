#include "strata/train/trainer.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "strata/core/batches.hpp"
#include "strata/core/clip.hpp"
#include "strata/train/objective.hpp"
#include "strata/train/selection.hpp"
#include "strata/train/train_only.hpp"

namespace strata {
namespace {

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
        place_(at::TensorOptions().device(options.device).dtype(options.dtype)),
        steps_((data.train.count() + options.batch_size - 1) / options.batch_size),
        encode_(spec.blocks.begin(), spec.blocks.begin() + static_cast<long>(spec.code_blocks())),
        decode_(spec.blocks.begin() + static_cast<long>(spec.code_blocks()), spec.blocks.end()),
        train_input_(stack, spec.prefix, data, data.train, options),
        validation_input_(stack, spec.prefix, data, data.validation, options),
        test_input_(stack, spec.prefix, data, data.test, options),
        trained_(stack, spec),
        objective_(spec, steps_, place_),
        optimizer_(make(spec.optimizer)),
        schedule_(make(optimizer_->common().schedule)),
        selection_(spec, trained_.parameters()),
        order_(random_stream(options.seed, "shuffle", "data", spec.name)),
        noise_(random_stream(options.seed, "corruption", "input", spec.name)),
        rate_(at::zeros({}, place_)) {
    of_component(spec.optimizer, "start()", [&] { optimizer_->start(trained_.parameters()); });
    if (!spec.corruption.empty()) corruption_ = make(spec.corruption);
    evaluation_ = {spec.blocks, spec.target, objective_.loss(), {}};
    for (const auto& metric : spec.metrics) {
      evaluation_.metrics.push_back(make_metric(metric));
      if (!evaluation_.metrics.back()->figures().empty())
        training_metrics_.push_back(make_metric(metric));
    }
    context_.training = true;
    context_.seed = options.seed;
    context_.stage = spec.name;
  }

  EpochResult epoch(int64_t number) {
    EpochResult result;
    result.epoch = number;
    evaluating_ = false;
    result.learning_rate = rate_at(number, 0);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Parameter> all = trained_.parameters(), state = optimizer_->state();
    all.insert(all.end(), state.begin(), state.end());
    start_.take(all);
    for (const auto& metric : training_metrics_) metric->start(metric_classes(), place_);
    train(number, steps_, observer_);
    const Tensor values = objective_.values().to(at::kCPU, at::kDouble);  // the epoch's one read
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    result.samples_per_second = static_cast<double>(data_.train.count()) / result.seconds;
    for (size_t term = 0; term < objective_.names().size(); ++term) {
      const double mean =
          mean_of(values[static_cast<int64_t>(term)], objective_.names()[term], number);
      result.terms[objective_.names()[term]] = mean;
      result.loss += objective_.weight(term) * mean;
    }
    evaluating_ = true;
    result.metrics = {
        {"train", while_training(result.terms)},
        {"validation",
         evaluate(stack_, evaluation_, validation_input_, data_, data_.validation, options_)},
        {"test", evaluate(stack_, evaluation_, test_input_, data_, data_.test, options_)}};
    check_measured(result.metrics["test"], number);
    return result;
  }

  /// True where the stage is to end after this epoch.
  bool ends_after(const EpochResult& epoch) {
    if (const auto figure = schedule_->follows())
      followed_.push_back(figure_value(*figure, spec_, epoch));
    return selection_.ends_after(epoch);
  }

  size_t finish(size_t last) { return selection_.finish(last); }

  /// ", in stage 'pretrain-1', epoch 2, step 3 of 5": where training is.
  std::string where() const {
    return fmt::format(
        ", in stage '{}', epoch {}, {}", spec_.name, context_.epoch,
        evaluating_ ? "in evaluation" : fmt::format("step {} of {}", context_.step + 1, steps_));
  }

 private:
  double rate_at(int64_t number, int64_t step) const {
    return of_component(optimizer_->common().schedule, "rate()", [&] {
      return schedule_->rate(optimizer_->common().lr, {number - 1, step, steps_, spec_.epochs},
                             followed_);
    });
  }

  /// The first steps of an epoch.
  void train(int64_t number, int64_t steps, Observer& observer) {
    const Tensor order = order_of(number);
    for (int64_t k = 0; k < steps; ++k) {
      check_stop(options_);
      const Tensor index = begin_step(order, number, k);
      step(index);
      observer.step_done(spec_, number, k * options_.batch_size + index.size(0), order.size(0));
    }
  }

  Tensor order_of(int64_t number) const {
    return options_.shuffle
               ? epoch_order(data_.train.samples, order_, static_cast<uint32_t>(number))
               : data_.train.samples;
  }

  /// The samples of a step, whose place is noted.
  Tensor begin_step(const Tensor& order, int64_t number, int64_t k) {
    const int64_t first = k * options_.batch_size;
    context_.epoch = static_cast<uint32_t>(number);
    context_.step = static_cast<uint32_t>(k);
    context_.samples = order.narrow(0, first, std::min(options_.batch_size, order.size(0) - first));
    set_rate(rate_at(number, k));
    return context_.samples;
  }

  /// What the stage is given of x.
  Tensor corrupted(const Tensor& x) const {
    if (!corruption_) return x;
    return of_component(spec_.corruption, "apply()", [&] {
      return corruption_->apply(x, {noise_, context_.samples, context_.epoch, 0});
    });
  }

  void set_rate(double rate) {
    if (rate == rate_value_) return;
    rate_value_ = rate;
    rate_.fill_(rate);
  }

  void step(const Tensor& index) {
    const Tensor x = train_input_.batch(index);
    const Tensor input = corrupted(x), code = stack_.forward(encode_, input, context_);
    const Tensor y = shaped_like(spec_.target, stack_.forward(decode_, code, context_), x);
    const Tensor target = target_of(spec_.target, x, data_.train, index);
    backward(objective_.forward(y, target, code, context_.step), input);
    at::NoGradGuard no_grad;
    for (const auto& metric : training_metrics_) metric->update(y.detach(), target);
    if (const auto& norm = optimizer_->common().clip_norm)
      clip_gradients(trained_.parameters(), *norm);
    of_component(spec_.optimizer, "step()", [&] { optimizer_->step(rate_); });
    trained_.clear_gradients();
  }

  /// What autograd throws names no layer; the one at fault is found by asking each alone.
  void backward(const Tensor& loss, const Tensor& input) {
    if (!loss.requires_grad()) require_gradients(input);
    try {
      loss.backward();
    } catch (...) {
      const std::string text = current_exception_text(), fault = backward_fault(input);
      throw RunError(fault.empty() ? "in the backward pass: " + text : fault);
    }
    if (context_.epoch == 1 && context_.step == 0) require_gradients(input);
  }

  std::string backward_fault(const Tensor& input) const {
    try {
      return stack_.backward_fault(spec_.blocks, input, context_);
    } catch (...) {  // forward() fails where it is asked alone
      return current_exception_text();
    }
  }

  /// The classes that metrics are started with.
  int64_t metric_classes() const { return spec_.target == Target::labels ? data_.classes : 0; }

  /// Figures of the training set as the epoch went by: of outputs from changing parameters, and
  /// from the input as the stage was given it.
  Json while_training(const Json& terms) const {
    Json figures = {{objective_.loss()->measure(), terms.at(spec_.loss.type)}};
    for (const auto& metric : training_metrics_)
      for (const auto& [key, value] : metric->result())
        if (metric->figures().count(key) > 0 && !figures.contains(key)) figures[key] = value;
    return figures;
  }

  /// Throws where a parameter that trains got no gradient: a layer behind it passes none.
  void require_gradients(const Tensor& input) const {
    std::vector<std::string> idle;
    for (const Parameter& p : trained_.parameters())
      if (!p.value.grad().defined()) idle.push_back(p.name);
    if (idle.empty()) return;
    const std::string fault = backward_fault(input);
    throw RunError(fmt::format("{}{} get{} no gradient", fault.empty() ? "" : fault + ": ",
                               fmt::join(idle, ", "), idle.size() == 1 ? "s" : ""));
  }

  /// A term's mean over samples from its batches'; throws Diverged at the first that is no number.
  double mean_of(const Tensor& values, const std::string& name, int64_t number) {
    const int64_t count = data_.train.count();
    double sum = 0;
    for (int64_t k = 0; k < steps_; ++k) {
      const double value = values[k].item<double>();
      if (!std::isfinite(value)) {
        const double rate = rate_at(number, k);
        throw Diverged(fmt::format(
            "{} became {} in stage '{}', epoch {}, step {} of {}, at learning rate {:g}{}",
            name == spec_.loss.type ? "the loss" : "penalty '" + name + "'",
            std::isnan(value) ? "NaN" : "infinite", spec_.name, number, k + 1, steps_, rate,
            origin(number, k)));
      }
      sum += value *
             static_cast<double>(std::min(options_.batch_size, count - k * options_.batch_size));
    }
    return sum / static_cast<double>(count);
  }

  /// Where a value that is no number began, and what to do where the learning rate may be to blame.
  /// The epoch is replayed up to that step, which nothing random hinders, and the layers' passes
  /// are watched.
  std::string origin(int64_t number, int64_t bad_step) {
    Observer silent;
    start_.restore();
    if (bad_step > 0) {
      train(number, bad_step - 1, silent);
      const Tensor x = train_input_.batch(begin_step(order_of(number), number, bad_step - 1));
      const std::string fault = backward_fault(corrupted(x));
      trained_.clear_gradients();
      if (!fault.empty()) return advice() + "; " + fault;
      step(context_.samples);
    }
    at::NoGradGuard no_grad;
    for (const Parameter& p : trained_.parameters())
      if (!at::isfinite(p.value).all().item<bool>())
        return fmt::format("{}; it begins in the update of {}, one step before", advice(), p.name);
    const Tensor x = train_input_.batch(begin_step(order_of(number), number, bad_step));
    const std::string layer = stack_.first_not_finite(spec_.blocks, corrupted(x), context_);
    return layer.empty() ? kSmaller : advice() + "; it begins in the output of " + layer;
  }

  /// Whether training drove the parameters so far that a layer may well give up; where it did not,
  /// a layer that gives no number does so by itself.
  std::string advice() const {
    for (const Parameter& p : trained_.parameters())
      if (!(p.value.detach().abs().max().item<double>() < 1e3)) return kSmaller;
    return "";
  }

  /// Throws Diverged where an epoch's last update broke the parameters, or a layer only evaluates
  /// to no number: neither shows in a training loss.
  void check_measured(const Json& figures, int64_t number) const {
    const double loss = figures.value(objective_.loss()->measure(), 0.0);
    if (std::isfinite(loss)) return;
    const std::string layer = first_not_finite_in_evaluation();
    throw Diverged(fmt::format(
        "the loss on the test set became {} in stage '{}', epoch {}, at learning rate {:g}{}",
        std::isnan(loss) ? "NaN" : "infinite", spec_.name, number, rate_at(number, steps_ - 1),
        layer.empty() ? kSmaller : advice() + "; it begins in the output of " + layer));
  }

  std::string first_not_finite_in_evaluation() const {
    at::NoGradGuard no_grad;
    for (const Tensor& index : data_.test.samples.split(1000)) {
      const std::string layer =
          stack_.first_not_finite(spec_.blocks, test_input_.batch(index), ForwardContext());
      if (!layer.empty()) return layer;
    }
    return {};
  }

  static constexpr const char* kSmaller = "; try a smaller one";

  Stack& stack_;
  const StageSpec& spec_;
  const DeviceData& data_;
  const FitOptions& options_;
  Observer& observer_;
  at::TensorOptions place_;
  int64_t steps_;
  std::vector<std::string> encode_, decode_;  // the stage's blocks, parted where the code is
  StageInput train_input_, validation_input_, test_input_;
  TrainOnly trained_;
  Objective objective_;
  std::shared_ptr<Optimizer> optimizer_;
  std::shared_ptr<Schedule> schedule_;
  std::shared_ptr<Corruption> corruption_;  // null where the input stays clean
  Selection selection_;
  Snapshot start_;  // of the epoch
  RandomStream order_, noise_;
  Evaluation evaluation_;
  std::vector<std::shared_ptr<Metric>> training_metrics_;  // those that are single figures
  ForwardContext context_;
  Tensor rate_;
  double rate_value_ = 0;
  bool evaluating_ = false;
  std::vector<double> followed_;
};

}  // namespace

void fit(Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options,
         Observer& observer, StageResult& result) {
  observer.stage_started(spec);
  std::optional<Fit> fit;
  const auto with_place = [&](const auto& body) {
    try {
      body();
    } catch (const Interrupted&) {
      throw;
    } catch (const Diverged&) {
      throw;
    } catch (const UserError&) {
      throw;
    } catch (...) {
      throw StageError(
          current_exception_text() +
          (fit ? fit->where() : fmt::format(", in stage '{}', before its first step", spec.name)));
    }
  };
  with_place([&] { fit.emplace(stack, spec, data, options, observer); });
  result.measured = true;
  for (int64_t number = 1; number <= spec.epochs; ++number) {
    with_place([&] { result.epochs.push_back(fit->epoch(number)); });
    result.kept = result.epochs.size() - 1;
    observer.epoch_done(spec, result.epochs.back());
    if (fit->ends_after(result.epochs.back())) break;
  }
  result.kept = fit->finish(result.kept);
}

}  // namespace strata
