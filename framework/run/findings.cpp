#include "strata/run/findings.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>

namespace strata {
namespace {

constexpr int64_t kSamplesAtOnce = 1000;

/// One look at a stage after it has trained.
class Look {
 public:
  Look(const Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options)
      : stack_(stack),
        spec_(spec),
        data_(data),
        options_(options),
        loss_(make(spec.loss)),
        encode_(spec.blocks.begin(),
                spec.blocks.begin() + static_cast<long>(code_blocks(spec.blocks))),
        decode_(spec.blocks.begin() + static_cast<long>(code_blocks(spec.blocks)),
                spec.blocks.end()),
        test_(stack, spec.prefix, data, data.test, options) {}

  std::vector<Finding> findings() {
    if (spec_.target != Target::labels) mean_ = mean_input();
    for (const Tensor& index : data_.test.samples.split(kSamplesAtOnce)) look_at(index);
    if (spec_.target == Target::labels)
      compare_with_guessing();
    else
      compare_with_mean();
    if (!encode_.empty()) count_units();
    return std::move(found_);
  }

 private:
  /// What a training sample is in the mean: of images, or of the codes that are rebuilt.
  Tensor mean_input() const {
    const StageInput input(stack_, spec_.prefix, data_, data_.train, options_);
    Tensor sum;
    for (const Tensor& index : data_.train.samples.split(kSamplesAtOnce)) {
      const Tensor part = input.batch(index).to(at::kDouble).sum(0);
      sum = sum.defined() ? sum + part : part;
    }
    return (sum / data_.train.count()).to(options_.dtype);
  }

  void look_at(const Tensor& index) {
    const Tensor x = test_.batch(index);
    const Tensor code = encode_.empty() ? x : stack_.forward(encode_, x, ForwardContext());
    see(code.flatten(1));
    const Tensor y = shaped_like(spec_.target, stack_.forward(decode_, code, ForwardContext()), x);
    const Tensor target = target_of(spec_.target, x, data_.test, index);
    const auto samples = static_cast<double>(index.size(0));
    if (spec_.target == Target::labels) {
      right_ += (y.argmax(1) == target).sum().item<int64_t>();
    } else {
      error_ += samples * loss_->forward(y, target).item<double>();
      error_of_mean_ += samples * loss_->forward(mean_.expand_as(x), target).item<double>();
    }
  }

  void see(const Tensor& code) {
    const Tensor low = code.amin(0), high = code.amax(0);
    low_ = low_.defined() ? low_.minimum(low) : low;
    high_ = high_.defined() ? high_.maximum(high) : high;
    if (encode_.empty()) return;
    const Range& range = stack_.block(encode_.back()).output_range;
    if (!range.bounded()) return;
    const double margin = 0.01 * (range.high - range.low);
    const Tensor at_end = ((code <= range.low + margin) | (code >= range.high - margin)).all(0);
    always_at_end_ = always_at_end_.defined() ? always_at_end_ & at_end : at_end;
  }

  void compare_with_mean() {
    const std::string measure = loss_->measure(spec_.target).key;
    const auto samples = static_cast<double>(data_.test.count());
    const double error = error_ / samples, of_mean = error_of_mean_ / samples;
    const bool takes_inputs = !loss_->objection({spec_.target, Range{0, 1}, {}});
    if (!takes_inputs || error < of_mean - 0.01 * std::abs(of_mean)) return;
    const bool codes = spec_.target == Target::codes;
    found_.push_back(
        {codes ? "mean_code" : "mean_image",
         fmt::format("it rebuilds no better than the mean {0} does: {1} {2:.6g} on the "
                     "test set, the mean {0}'s {3:.6g}",
                     codes ? "code" : "image", measure, error, of_mean)});
  }

  /// As compare does: what guessing the commonest class reaches, with three standard deviations.
  void compare_with_guessing() {
    const auto samples = static_cast<double>(data_.test.count());
    const Tensor labels = data_.test.labels.index_select(0, data_.test.samples);
    const double share = labels.bincount().max().item<double>() / samples;
    const double guessing = share + 3 * std::sqrt(share * (1 - share) / samples);
    const double accuracy = static_cast<double>(right_) / samples;
    if (guessing >= 1 || accuracy > guessing) return;
    found_.push_back(
        {"chance", fmt::format("it classifies no better than guessing: {:.3f} of the test set are "
                               "right, and the commonest class has {:.3f}",
                               accuracy, share)});
  }

  /// A few idle units are common, and cost little.
  static bool matters(int64_t idle, int64_t units) { return idle > 0 && 10 * idle >= units; }

  void count_units() {
    const int64_t units = low_.size(0);
    const Tensor size = low_.abs().maximum(high_.abs()).clamp_min(1);
    const Tensor same = (high_ - low_) <= 1e-6 * size;
    const auto dead = same.sum().item<int64_t>();
    const std::string& block = encode_.back();
    if (dead == units)
      found_.push_back(
          {"same_codes", fmt::format("the code of {} is the same for every test sample", block)});
    else if (matters(dead, units))
      found_.push_back({"dead_units", fmt::format("{} of the {} units of {} give every test sample "
                                                  "the same code",
                                                  dead, units, block)});
    if (!always_at_end_.defined()) return;
    const auto saturated = (always_at_end_ & ~same).sum().item<int64_t>();
    if (matters(saturated, units))
      found_.push_back(
          {"saturated_units", fmt::format("{} of the {} units of {} are within 1 % of an end of "
                                          "their range for every test sample",
                                          saturated, units, block)});
  }

  const Stack& stack_;
  const StageSpec& spec_;
  const DeviceData& data_;
  const FitOptions& options_;
  std::shared_ptr<Loss> loss_;
  std::vector<std::string> encode_, decode_;
  StageInput test_;
  Tensor mean_, low_, high_, always_at_end_;
  double error_ = 0, error_of_mean_ = 0;
  int64_t right_ = 0;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> find_idle(const Stack& stack, const StageSpec& spec, const DeviceData& data,
                               const FitOptions& options) {
  at::NoGradGuard no_grad;
  return Look(stack, spec, data, options).findings();
}

}  // namespace strata
