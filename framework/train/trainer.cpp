#include "strata/train/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "strata/core/batches.hpp"
#include "strata/train/objective.hpp"
#include "strata/train/post_mortem.hpp"
#include "strata/train/selection.hpp"
#include "strata/train/step.hpp"
#include "strata/train/train_only.hpp"
#include "strata/train/training_state.hpp"

namespace strata {
namespace {

bool one_guides(const std::vector<FigureInfo>& figures) {
  return std::any_of(figures.begin(), figures.end(), [](const auto& f) { return f.guides(); });
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
        place_(at::TensorOptions().device(options.device).dtype(options.dtype)),
        steps_((data.train.count() + options.batch_size - 1) / options.batch_size),
        train_input_(stack, spec.prefix, data, data.train, options),
        validation_input_(stack, spec.prefix, data, data.validation, options),
        test_input_(stack, spec.prefix, data, data.test, options),
        trained_(stack, spec),
        objective_(spec, steps_, place_),
        parts_(make_parts()),
        schedule_(make(parts_.optimizer->common().schedule)),
        selection_(spec, trained_.tensors()),
        order_(random_stream(options.seed, "shuffle", "data", spec.name)),
        rate_(at::zeros({}, place_)),
        loss_key_(objective_.loss()->measure(spec.target).key) {
    if (spec.target == Target::labels) prepare_loss();
    of_component(spec.optimizer, "start()",
                 [&] { parts_.optimizer->start(trained_.parameters()); });
    evaluation_ = {spec.blocks, spec.target, objective_.loss(), {}};
    for (const auto& metric : spec.metrics) evaluation_.metrics.push_back(make_metric(metric));
    context_.training = true;
    context_.seed = options.seed;
    context_.stage = spec.name;
    step_ = make_step(parts_);
  }

  Json engine() const { return step_->description(); }

  /// Goes on from a state that an equal stage gave.
  void resume(const TrainingState& from, const std::string& name) {
    followed_ = from.followed;
    first_step_ = from.step;
    seconds_before_ = from.seconds;
    selection_.restore(from.selection);
    if (first_step_ > 0) start_metrics();
    copy_state(from.tensors, state_tensors(first_step_ > 0), name);
  }

  /// All of it, shared. `done`: the epochs so far; `step`: the next one, 0 between epochs.
  TrainingState state(const std::vector<EpochResult>& done, int64_t step) const {
    TrainingState state;
    state.epoch = static_cast<int64_t>(done.size()) + 1;
    state.step = step;
    state.seconds = step > 0 ? seconds_ : 0;
    state.epochs = done;
    state.followed = followed_;
    state.selection = selection_.state();
    state.tensors = state_tensors(step > 0);
    return state;
  }

  /// The state to be kept where the stage ends before its time, or at any other moment.
  TrainingState state(const std::vector<EpochResult>& done) const {
    return state(done, in_epoch_ ? next_step_ : 0);
  }

  /// One epoch, or what is left of it where the stage goes on within it. `after_step` is called
  /// between steps.
  EpochResult epoch(int64_t number, const std::function<void()>& after_step) {
    EpochResult result;
    result.epoch = number;
    evaluating_ = false;
    result.learning_rate = rate_at(number, 0);
    seconds_ = std::exchange(seconds_before_, 0);
    replay_from_ = next_step_ = std::exchange(first_step_, 0);
    start_.take(replayed());
    if (next_step_ == 0) start_metrics();
    in_epoch_ = true;
    train(number, after_step);
    const Tensor values = objective_.values().to(at::kCPU, at::kDouble);  // the epoch's one read
    result.seconds = seconds_;
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
        {"validation", step_->evaluate(evaluation_, validation_input_, data_.validation)},
        {"test", step_->evaluate(evaluation_, test_input_, data_.test)}};
    check_measured(result.metrics["test"], number);
    in_epoch_ = false;
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
  StageParts make_parts() {
    const auto code = spec_.blocks.begin() + static_cast<long>(code_blocks(spec_.blocks));
    StageParts parts{stack_,
                     spec_,
                     data_,
                     options_,
                     train_input_,
                     trained_.parameters(),
                     {spec_.blocks.begin(), code},
                     {code, spec_.blocks.end()},
                     objective_,
                     make(spec_.optimizer),
                     nullptr,
                     random_stream(options_.seed, "corruption", "input", spec_.name),
                     {}};
    if (!spec_.corruption.empty()) parts.corruption = make(spec_.corruption);
    for (const auto& metric : spec_.metrics)  // those that are single figures
      if (auto made = make_metric(metric); one_guides(made->figures(spec_.target)))
        parts.metrics.push_back(std::move(made));
    return parts;
  }

  void prepare_loss() {
    const Tensor labels = data_.train.labels.index_select(0, data_.train.samples).cpu();
    LossData of_labels{std::vector<int64_t>(static_cast<size_t>(data_.classes)),
                       class_labels(data_.classes, data_.class_names), place_};
    for (int64_t i = 0; i < labels.numel(); ++i)
      ++of_labels.class_counts[static_cast<size_t>(labels.data_ptr<int64_t>()[i])];
    of_component(spec_.loss, "prepare()", [&] { objective_.loss()->prepare(of_labels); });
  }

  void start_metrics() {
    const MetricUse use =
        metric_use(stack_, spec_.blocks, spec_.target, data_, data_.train, options_);
    for (const auto& metric : parts_.metrics) metric->start(use);
  }

  double rate_at(int64_t number, int64_t step) const {
    const auto& common = parts_.optimizer->common();
    return of_component(common.schedule, "rate()", [&] {
      return schedule_->rate(common.lr, {number - 1, step, steps_, spec_.epochs}, followed_);
    });
  }

  /// The tensors that a state holds; within an epoch, what is gathered over its steps too.
  std::vector<Parameter> state_tensors(bool in_epoch) const {
    std::vector<Parameter> all;
    const auto add = [&](const std::string& group, const std::vector<Parameter>& tensors) {
      for (const Parameter& p : tensors) all.push_back({group + "/" + p.name, p.value.detach()});
    };
    add("parameter", trained_.tensors());
    add("optimizer", parts_.optimizer->state());
    add("best", selection_.snapshot().values());
    if (!in_epoch) return all;
    add("objective", {{"values", objective_.values()}});
    for (size_t i = 0; i < parts_.metrics.size(); ++i)
      add(fmt::format("metric/{}", i), parts_.metrics[i]->state());
    return all;
  }

  /// What a replay of the epoch's steps begins with.
  std::vector<Parameter> replayed() const {
    std::vector<Parameter> all = trained_.tensors(), state = parts_.optimizer->state();
    all.insert(all.end(), state.begin(), state.end());
    return all;
  }

  /// The epoch's steps from the next one on.
  void train(int64_t number, const std::function<void()>& after_step) {
    begin_epoch(number);
    const double before = seconds_;
    const auto begin = std::chrono::steady_clock::now();
    while (next_step_ < steps_) {
      check_stop(options_);
      const ForwardContext& place = begin_step(next_step_);
      step_->run(place, rate_);
      ++next_step_;
      seconds_ =
          before + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      observer_.step_done(spec_, number,
                          context_.step * options_.batch_size + place.samples.size(0),
                          epoch_order_.size(0));
      after_step();
    }
  }

  void begin_epoch(int64_t number) {
    context_.epoch = static_cast<uint32_t>(number);
    epoch_order_ = options_.shuffle
                       ? epoch_order(data_.train.samples, order_, static_cast<uint32_t>(number))
                       : data_.train.samples;
  }

  /// The place of a step, with its samples and its rate.
  const ForwardContext& begin_step(int64_t k) {
    const int64_t first = k * options_.batch_size;
    context_.step = static_cast<uint32_t>(k);
    context_.samples =
        epoch_order_.narrow(0, first, std::min(options_.batch_size, epoch_order_.size(0) - first));
    set_rate(rate_at(context_.epoch, k));
    of_component(spec_.optimizer, "begin_step()", [&] {
      parts_.optimizer->begin_step({context_.epoch - 1, k, steps_, spec_.epochs});
    });
    return context_;
  }

  void set_rate(double rate) {
    if (rate == rate_value_) return;
    rate_value_ = rate;
    rate_.fill_(rate);
  }

  /// Figures of the training set as the epoch went by: of outputs from changing parameters, and
  /// from the input as the stage was given it.
  Json while_training(const Json& terms) const {
    Json figures = {{loss_key_, terms.at(loss_key_)}};
    for (const auto& metric : parts_.metrics) {
      const auto results = metric->result();
      for (const FigureInfo& figure : metric->figures(spec_.target))
        if (figure.guides() && !figures.contains(figure.key))
          figures[figure.key] = results.at(figure.key);
    }
    return figures;
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
            name == loss_key_ ? "the loss" : "penalty '" + name + "'",
            std::isnan(value) ? "NaN" : "infinite", spec_.name, number, k + 1, steps_, rate,
            origin_of_divergence(parts_, replay(number), k)));
      }
      sum += value *
             static_cast<double>(std::min(options_.batch_size, count - k * options_.batch_size));
    }
    return sum / static_cast<double>(count);
  }

  Replay replay(int64_t number) {
    Replay again;
    again.up_to = [this, number](int64_t step) {
      start_.restore();
      begin_epoch(number);
      for (int64_t k = replay_from_; k < step; ++k) step_->run(begin_step(k), rate_);
    };
    again.place = [this](int64_t step) { return begin_step(step); };
    again.make = [this](int64_t step) { step_->run(begin_step(step), rate_); };
    again.first = replay_from_;
    return again;
  }

  /// Throws Diverged where an epoch's last update broke the parameters, or a layer only evaluates
  /// to no number: neither shows in a training loss.
  void check_measured(const Json& figures, int64_t number) const {
    const double loss = figures.value(loss_key_, 0.0);
    if (std::isfinite(loss)) return;
    throw Diverged(fmt::format(
        "the loss on the test set became {} in stage '{}', epoch {}, at learning rate {:g}{}",
        std::isnan(loss) ? "NaN" : "infinite", spec_.name, number, rate_at(number, steps_ - 1),
        origin_in_evaluation(parts_, test_input_, data_.test)));
  }

  Stack& stack_;
  const StageSpec& spec_;
  const DeviceData& data_;
  const FitOptions& options_;
  Observer& observer_;
  at::TensorOptions place_;
  int64_t steps_;
  StageInput train_input_, validation_input_, test_input_;
  TrainOnly trained_;
  Objective objective_;
  StageParts parts_;
  std::unique_ptr<StageStep> step_;
  std::shared_ptr<Schedule> schedule_;
  Selection selection_;
  Snapshot start_;  // of the epoch, or of the step at which the stage went on within it
  RandomStream order_;
  Evaluation evaluation_;
  ForwardContext context_;
  Tensor epoch_order_;  // int64 {n}: the samples in the order of the epoch
  Tensor rate_;
  std::string loss_key_;
  double rate_value_ = 0;
  bool evaluating_ = false;
  bool in_epoch_ = false;
  int64_t next_step_ = 0, replay_from_ = 0;  // in the epoch
  int64_t first_step_ = 0;                   // of the next epoch, and what was spent before
  double seconds_ = 0, seconds_before_ = 0;  // on this epoch's steps; likewise
  std::vector<double> followed_;
};

}  // namespace

void fit(Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options,
         Observer& observer, StageResult& result, const ResumeFrom* from,
         Checkpointing* checkpoints) {
  std::optional<Fit> fit;
  const auto with_place = [&](const auto& body) {
    try {
      body();
    } catch (const Interrupted&) {
      if (fit && checkpoints != nullptr) checkpoints->save(spec, fit->state(result.epochs));
      if (fit && !result.epochs.empty()) result.kept = fit->finish(result.epochs.size() - 1);
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
  result.measured = true;
  if (from == nullptr) {
    observer.stage_started(spec);
  } else {
    result.epochs = from->state.epochs;
    observer.stage_resumed(spec, result);
  }
  with_place([&] {
    fit.emplace(stack, spec, data, options, observer);
    if (from != nullptr) fit->resume(from->state, from->name);
  });
  result.engine = fit->engine();
  bool ended = false;
  const auto keep = [&](bool epoch_ended) {
    if (checkpoints != nullptr && checkpoints->due(epoch_ended))
      checkpoints->save(spec, fit->state(result.epochs));
  };
  const auto first = static_cast<int64_t>(result.epochs.size()) + 1;
  for (int64_t number = first; number <= spec.epochs && !ended; ++number) {
    with_place([&] { result.epochs.push_back(fit->epoch(number, [&] { keep(false); })); });
    observer.epoch_done(spec, result.epochs.back());
    ended = fit->ends_after(result.epochs.back());
    if (!ended && number < spec.epochs) keep(true);
  }
  if (!ended && checkpoints != nullptr) checkpoints->ended(spec, fit->state(result.epochs));
  result.kept = fit->finish(result.epochs.size() - 1);
}

}  // namespace strata
