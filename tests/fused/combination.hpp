#pragma once
// Stages made at random of all parts that the fused engine knows.
#include <random>

#include "strata/fused/engine.hpp"
#include "train/small.hpp"

namespace strata::testing {

/// One stage, and what builds the stack that it belongs to.
struct Combination {
  std::vector<std::vector<std::string>> pairs, decoders;  ///< decoders: written out; empty: mirrors
  bool tied = false;
  std::vector<std::string> head;
  StageSpec spec;
  int64_t batch_size = 0, samples = 0;

  Stack stack() const {
    Stack built;
    Shape shape{1, 3, 4};
    Range range{0, 1};
    std::vector<const Block*> before;
    for (size_t k = 0; k < pairs.size(); ++k) {
      const Block& block = built.add(encoder_block(k), layers(pairs[k]), shape, range, {});
      shape = block.output;
      range = block.output_range;
    }
    for (size_t k = 0; k < pairs.size(); ++k) {
      const Block& block = built.block(encoder_block(k));
      if (decoders.empty())
        built.add_mirror(decoder_block(k), block, before, MirrorContext{tied});
      else
        built.add(decoder_block(k), layers(decoders[k]), block.output, block.output_range, {});
      before.push_back(&block);
    }
    LayerContext context;
    context.classes = 3;
    if (!head.empty()) built.add(head_block(), layers(head), shape, range, context);
    return built;
  }

  std::string text() const {
    std::string all = fmt::format("tied {} batch {} of {} {} pairs {} head {} decoders {}", tied,
                                  batch_size, samples, spec.dump().dump(), Json(pairs).dump(),
                                  Json(head).dump(), Json(decoders).dump());
    return all;
  }
};

/// Draws combinations; the same from the same number.
class Combinations {
 public:
  explicit Combinations(unsigned number,
                        std::vector<std::string> activations = {"tanh", "sigmoid", "relu"})
      : activations_(std::move(activations)), random_(number) {}

  Combination next(const std::string& optimizer = "") {
    Combination made;
    const size_t pairs = 1 + below(3);
    for (size_t k = 0; k < pairs; ++k) made.pairs.push_back(encoder());
    made.tied = chance(3);
    made.samples = 17 + static_cast<int64_t>(below(20));
    made.batch_size = std::vector<int64_t>{5, 8, 100}[below(3)];
    if (chance(3))
      classify(made, pairs);
    else
      pretrain(made, pairs);
    made.spec.optimizer = slot<Optimizer>(optimizer.empty() ? this->optimizer() : optimizer);
    freeze(made);
    return made;
  }

 private:
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  bool chance(size_t of) { return below(of) == 0; }
  std::string one_of(const std::vector<std::string>& list) { return list[below(list.size())]; }

  std::string linear(int64_t units) {
    return fmt::format("{{type: linear, units: {}, bias: {}}}", units,
                       chance(4) ? "false" : "true");
  }

  std::vector<std::string> encoder() {
    std::vector<std::string> list{linear(3 + static_cast<int64_t>(below(7)))};
    if (chance(6)) list.insert(list.begin(), "flatten");
    if (!chance(5)) list.push_back(one_of(activations_));
    return list;
  }

  std::string optimizer() {
    const std::string clip = chance(3) ? ", clip_norm: 0.05" : "";
    const std::string decay = chance(3) ? ", weight_decay: 0.01" : "";
    const std::string schedule = chance(4) ? ", schedule: {type: exponential, factor: 0.9}" : "";
    const std::string rest = clip + decay + schedule + "}";
    switch (below(4)) {
      case 0:
        return "{type: sgd, lr: 0.3}";
      case 1:
        return "{type: sgd, lr: 0.3" + rest;
      case 2:
        return fmt::format("{{type: sgd, lr: 0.1, momentum: 0.8, nesterov: {}", chance(2)) + rest;
      default:
        return "{type: adam, lr: 0.01" + rest;
    }
  }

  void pretrain(Combination& made, size_t pairs) {
    const std::string strategy =
        one_of({"end_to_end", "{type: greedy, train: new}", "{type: greedy, train: all}"});
    const std::vector<StageSpec> stages = stages_of(strategy, pairs, "sgd", 1);
    made.spec = stages[below(stages.size())];
    if (made.spec.prefix.empty() && chance(3)) made.spec.loss = slot<Loss>("bce");
    const std::string& last = made.pairs[code_pair(made.spec)].back();
    if (chance(3)) {
      made.spec.penalties.push_back(slot<Penalty>("{type: l1, weight: 0.01}"));
      if (last == "sigmoid")
        made.spec.penalties.push_back(slot<Penalty>("{type: kl_sparsity, weight: 0.01}"));
    }
    if (chance(3))
      made.spec.corruption =
          slot<Corruption>(one_of({"{type: masking, rate: 0.3}", "gaussian", "salt_and_pepper"}));
    if (chance(2)) made.spec.metrics.push_back(slot<Metric>("reconstruction_error"));
  }

  /// The last pair whose encoder is in play.
  static size_t code_pair(const StageSpec& spec) {
    const std::string& block = spec.blocks[code_blocks(spec.blocks) - 1];
    return static_cast<size_t>(std::stoi(block.substr(block.find('.') + 1)));
  }

  void classify(Combination& made, size_t pairs) {
    made.spec = classify_stage(pairs, "sgd", 1);
    const bool scores = chance(2);
    if (chance(3)) made.head = {"{type: linear, units: 6}", one_of(activations_)};
    made.head.push_back("linear");
    if (scores)
      made.spec.loss = slot<Loss>("cross_entropy");
    else
      made.head.push_back("log_softmax");
    for (const char* metric : {"per_class_accuracy", "confusion_matrix"})
      if (chance(2)) made.spec.metrics.push_back(slot<Metric>(metric));
  }

  /// Now and then a layer or a parameter stays as it is, never all of them.
  void freeze(Combination& made) {
    if (!chance(3)) return;
    made.spec.freeze = {one_of({"encoder.0", "encoder.0.0.bias", "encoder.0.0.weight"})};
    Stack stack = made.stack();
    build(stack, fit_options(at::kDouble, 1));
    bool any = false;
    for (const Parameter& p : stack.parameters(made.spec.trains))
      any = any || !names_part(made.spec.freeze[0], p.name);
    if (!any) made.spec.freeze.clear();
  }

  std::vector<std::string> activations_;
  std::mt19937 random_;
};

/// What a stage leaves, trained by an engine.
struct Trained {
  std::vector<Tensor> parameters;
  StageResult result;
};

inline Trained trained_by(const Combination& made, const std::vector<StepMaker>& engines,
                          at::ScalarType dtype, int64_t epochs) {
  Stack stack = made.stack();
  FitOptions options = fit_options(dtype, made.batch_size);
  options.engines = engines;
  build(stack, options);
  StageSpec spec = made.spec;
  spec.epochs = epochs;
  const DeviceData data = make_data(made.samples, made.samples - 6, dtype);
  Trained trained{{}, train(stack, spec, data, options)};
  for (const auto& block : stack.blocks())
    for (const Tensor& copy : copies(stack, {block->name})) trained.parameters.push_back(copy);
  return trained;
}

/// The largest difference between two lists of tensors.
inline double distance(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  double most = 0;
  REQUIRE(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i)
    most = std::max(most, (a[i].to(at::kDouble) - b[i].to(at::kDouble)).abs().max().item<double>());
  return most;
}

}  // namespace strata::testing
