#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>

#include "strata/fused/backward.hpp"
#include "strata/fused/engine.hpp"
#include "strata/fused/measured.hpp"
#include "strata/fused/step_input.hpp"
#include "strata/fused/threads.hpp"
#include "strata/support/free_cores.hpp"

namespace strata {
namespace {

/// Operations of a step's largest product up to which one thread makes the whole step: waking
/// another one costs more. On OpenMP's pool this was so for batches of ten images.
constexpr int64_t kSmallProduct = 8'000'000;

/// The parts that products are made of: what is recorded as the engine's threads, and decides bits.
int parts_for(const Chain& chain, int64_t rows) {
  int64_t largest = 0;
  for (const Link& link : chain.links) largest = std::max(largest, link.in * link.out);
  return 2 * rows * largest < kSmallProduct ? 1 : at::get_num_threads();
}

const char* name_of(Format format) {
  return format == Format::float64 ? "float64" : format == Format::float32 ? "float32" : "bfloat16";
}

template <class T, class E>
class FusedStep final : public FusedStageStep {
 public:
  FusedStep(const StageParts& parts, Chain chain)
      : parts_(parts),
        chain_(std::move(chain)),
        products_in_(parts_for(chain_, parts.options.batch_size)),
        passes_(counts_),
        network_(chain_, most_rows(parts), products_in_, passes_, counts_),
        backward_(chain_, parts.parameters, *parts.optimizer, most_rows(parts), products_in_,
                  network_, passes_, counts_),
        input_(parts, network_, passes_, counts_),
        arena_(counts_),
        means_(arena_.template take<T>(chain_.links[chain_.code == 0 ? 0 : chain_.code - 1].out)) {
    const EngineThreads threads = on_free_cores();
    network_.prepare(std::min(parts.options.batch_size, parts.data.train.count()));
  }

  void run(const ForwardContext& place, const Tensor& rate_tensor) override {
    at::NoGradGuard no_grad;
    const EngineThreads threads = on_free_cores();
    const double rate = rate_tensor.item<double>();
    const int64_t rows = place.samples.size(0);
    if (place.step == 0 || !started_) start_epoch();
    const E* const x = input_.load(place);
    T* const y = network_.forward(rows, x);
    const T scale = backward_.scale(rate);
    const double loss = loss_of(rows, y, scale, backward_.delta(), backward_.sums());
    note(0, place.step, loss / elements(rows));
    const CodeGradient<T> code = penalize(rows, place.step, scale);
    measure(metrics_, rows, y, loss);
    backward_.run(rows, x, code, rate);
  }

  Json evaluate(const Evaluation& what, const StageInput& input,
                const DeviceSplit& split) override {
    if (split.count() == 0) return Json::object();
    at::NoGradGuard no_grad;
    const EngineThreads threads = on_free_cores();
    network_.refresh();
    for (const auto& metric : what.metrics)
      metric->start(
          metric_use(parts_.stack, what.blocks, what.target, parts_.data, split, parts_.options));
    MeasuredMetrics metrics(what.metrics, parts_.data.classes);
    double sum = 0;
    for (int64_t first = 0; first < split.count(); first += kEvaluationBatch) {
      check_stop(parts_.options);
      const int64_t rows = std::min(kEvaluationBatch, split.count() - first);
      const Tensor index = split.samples.narrow(0, first, rows);
      T* const y = network_.forward(rows, input_.load(input, split, index));
      const double loss = loss_of(rows, y, T(0), nullptr, nullptr);
      sum += loss;
      measure(metrics, rows, y, loss);
    }
    Json figures = {{what.loss->measure(what.target).key, sum / elements(split.count())}};
    for (const auto& metric : what.metrics)
      for (auto& [key, value] : metric->result()) figures[key] = value;
    return figures;
  }

  Json description() const override {
    return {{"name", "fused"},
            {"factors", name_of(format_of<E>())},
            {"products", network_.libraries()},
            {"passes", pass_variant()},
            {"parts", products_in_},
            {"threads", threads_}};
  }

  const Counts& counts() const override { return counts_; }

 private:
  /// Beside other work a part's slowest thread makes the others wait, so no more of them than have
  /// a core. The parts stay as they are, and so do the bits.
  EngineThreads on_free_cores() {
    return EngineThreads(threads_ = products_in_ == 1 ? 1 : std::min(products_in_, free_.now()));
  }

  static int64_t most_rows(const StageParts& parts) {
    const int64_t measured = std::max(parts.data.test.count(), parts.data.validation.count());
    return std::max(std::min(parts.options.batch_size, parts.data.train.count()),
                    std::min(kEvaluationBatch, measured));
  }

  /// Weights may have been put back, and metrics start anew.
  void start_epoch() {
    network_.refresh();
    metrics_ = MeasuredMetrics(parts_.metrics, parts_.data.classes);
    started_ = true;
  }

  /// Over how many numbers the loss of so many rows is a mean.
  double elements(int64_t rows) const {
    return static_cast<double>(chain_.compares_labels() ? rows : rows * chain_.links.back().out);
  }

  /// Summed over what elements() counts; `delta` and `sums` may be null.
  double loss_of(int64_t rows, T* y, T scale, E* delta, T* sums) {
    const Link& last = chain_.links.back();
    const T factor = scale / static_cast<T>(elements(rows));
    const bool adds = backward_.adds_sums();
    if (chain_.compares_labels())
      return passes_.label_loss(last.activation, chain_.ends_normalized, rows, last.out, y,
                                input_.labels(), factor, delta, sums, adds);
    const ElementLoss loss =
        chain_.loss == LossOp::mse ? ElementLoss::squared_error : ElementLoss::binary_cross_entropy;
    return passes_.element_loss(loss, last.activation, rows, last.out, y, network_.input(), factor,
                                delta, sums, adds);
  }

  void note(size_t term, uint32_t step, double value) {
    const Tensor& values = parts_.objective.values();
    values.data_ptr<T>()[static_cast<int64_t>(term) * values.size(1) + step] =
        static_cast<T>(value);
  }

  /// Notes the penalties' terms; what they add to the code's gradient.
  CodeGradient<T> penalize(int64_t rows, uint32_t step, T scale) {
    CodeGradient<T> gradient;
    if (chain_.penalties.empty()) return gradient;
    const size_t link = chain_.code - 1;
    const int64_t units = chain_.links[link].out;
    bool has_units = false;
    const double absolute = passes_.code_sums(rows, units, network_.output_of(link), means_);
    slopes_.assign(static_cast<size_t>(units), T(0));
    for (size_t i = 0; i < chain_.penalties.size(); ++i) {
      const PenaltyForm& form = chain_.penalties[i];
      const double weight = parts_.objective.weight(i + 1);
      const T factor = scale * static_cast<T>(weight / static_cast<double>(rows));
      if (form.op == PenaltyOp::l1) {
        note(i + 1, step, absolute / static_cast<double>(rows));
        gradient.of_sign += factor;
        continue;
      }
      has_units = true;
      const KlSparsity<T> term{static_cast<T>(form.target),
                               static_cast<T>(PenaltyForm::least_activity)};
      double sum = 0;
      for (int64_t j = 0; j < units; ++j) {
        sum += static_cast<double>(term.value(means_[j]));
        slopes_[static_cast<size_t>(j)] += factor * term.slope(means_[j]);
      }
      note(i + 1, step, sum);
    }
    if (has_units) gradient.of_unit = slopes_.data();
    return gradient;
  }

  /// A batch's figures, after its loss.
  void measure(MeasuredMetrics& metrics, int64_t rows, const T* y, double loss) {
    const int64_t columns = chain_.links.back().out;
    metrics.update(
        y, input_.labels(), rows, columns,
        [&] {
          return chain_.loss == LossOp::mse
                     ? loss
                     : passes_.element_loss(ElementLoss::squared_error, Pointwise::none, rows,
                                            columns, y, network_.input(), T(0), nullptr, nullptr,
                                            false);
        },
        [&] { return tensors(rows, y); });
  }

  /// What metrics of no known form are shown; views of the engine's memory, but for a code that is
  /// kept as products take it.
  MetricBatch tensors(int64_t rows, const T* y) const {
    const std::vector<std::string>& blocks = parts_.spec.blocks;
    const auto output_of = [&](const std::string& block) {
      return parts_.stack.block(block).output;
    };
    const Tensor labels = at::from_blob(input_.labels(), {rows}, at::kLong);
    const Tensor input = view(network_.input(), rows, parts_.stack.block(blocks.front()).input);
    const bool rebuilds = !chain_.compares_labels();
    const Tensor output = rebuilds ? view(y, rows, parts_.stack.block(blocks.front()).input)
                                   : view(y, rows, output_of(blocks.back()));
    const size_t code = chain_.code;
    const Tensor codes =
        code == 0 ? input
        : code == chain_.links.size()
            ? output
            : view(network_.output_of(code - 1), rows, output_of(blocks[code_blocks(blocks) - 1]));
    return {output, rebuilds ? input : labels, codes, labels};
  }

  template <class N>
  Tensor view(const N* data, int64_t rows, const Shape& sample) const {
    const auto stored = sizeof(N) == sizeof(BFloat16) ? at::kBFloat16 : parts_.options.dtype;
    return at::from_blob(const_cast<N*>(data), batch_shape(rows, sample), stored)
        .to(parts_.options.dtype);
  }

  const StageParts& parts_;
  Chain chain_;
  int products_in_;  // parts
  FreeCores free_;
  int threads_ = 1;  // that run them: fewer where other work is on the cores; no bit depends on it
  Counts counts_;
  Passes<T, E> passes_;
  Network<T, E> network_;
  Backward<T, E> backward_;
  StepInput<T, E> input_;
  Arena arena_;
  T* means_;                 // of the code's units
  std::vector<T> slopes_;    // of the penalties, by unit
  MeasuredMetrics metrics_;  // of training
  bool started_ = false;
};

/// What the engine does not know of a stage besides its chain.
std::string why_not_here(const at::Device& device) {
  return device.is_cpu() ? "" : "device " + device.str();
}

std::string why_not_with(const StageParts& parts, const Chain& chain) {
  if (parts.parameters.empty()) return "no parameter that trains";
  if (chain.compares_labels() && chain.links.back().out < parts.data.classes)
    return "fewer outputs than classes";
  return "";
}

}  // namespace

MatmulPrecision matmul_precision(const std::string& name) {
  return name == "medium" ? MatmulPrecision::medium
         : name == "high" ? MatmulPrecision::high
                          : MatmulPrecision::highest;
}

Format factor_format(at::ScalarType dtype, MatmulPrecision precision) {
  if (dtype == at::kDouble) return Format::float64;
  return precision == MatmulPrecision::medium && multiplies_bfloat16() ? Format::bfloat16
                                                                       : Format::float32;
}

std::string why_not_fused(const Stack& stack, const StageSpec& spec, const at::Device& device) {
  std::string why = why_not_here(device);
  if (why.empty()) recognise(stack, spec, why);
  return why;
}

StepMaker fused_engine(MatmulPrecision precision) {
  return [precision](const StageParts& parts, std::string& why) -> std::unique_ptr<StageStep> {
    why = why_not_here(parts.options.device);
    std::optional<Chain> chain;
    if (why.empty()) chain = recognise(parts.stack, parts.spec, why);
    if (why.empty()) why = why_not_with(parts, *chain);
    if (!why.empty()) return nullptr;
    switch (factor_format(parts.options.dtype, precision)) {
      case Format::float64:
        return std::make_unique<FusedStep<double, double>>(parts, std::move(*chain));
      case Format::float32:
        return std::make_unique<FusedStep<float, float>>(parts, std::move(*chain));
      case Format::bfloat16:
        return std::make_unique<FusedStep<float, BFloat16>>(parts, std::move(*chain));
    }
    return nullptr;
  };
}

}  // namespace strata
