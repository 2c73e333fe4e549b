#pragma once
// A small stack and a few images, for the tests of training.
#include "strata/core/strategy.hpp"
#include "strata/train/trainer.hpp"
#include "testing.hpp"

namespace strata::testing {

inline std::vector<ComponentRef> layers(const std::vector<std::string>& yaml) {
  std::vector<ComponentRef> list;
  for (const std::string& text : yaml) list.push_back(slot<Layer>(text));
  return list;
}

/// Pairs of encoders and their mirrors, and a head where one is given, not yet built.
inline Stack make_stack(const std::vector<std::vector<std::string>>& pairs, const Shape& sample,
                        const std::vector<std::string>& head = {}, int64_t classes = 3) {
  Stack stack;
  Shape shape = sample;
  Range range{0, 1};
  std::vector<const Block*> before;
  for (size_t k = 0; k < pairs.size(); ++k) {
    const Block& block = stack.add(encoder_block(k), layers(pairs[k]), shape, range, {});
    shape = block.output;
    range = block.output_range;
  }
  for (size_t k = 0; k < pairs.size(); ++k) {
    const Block& block = stack.block(encoder_block(k));
    stack.add_mirror(decoder_block(k), block, before);
    before.push_back(&block);
  }
  LayerContext context;
  context.classes = classes;
  if (!head.empty()) stack.add(head_block(), layers(head), shape, range, context);
  return stack;
}

/// The stages of a strategy for so many pairs, with these settings.
inline std::vector<StageSpec> stages_of(const std::string& strategy, size_t pairs,
                                        const std::string& optimizer, int64_t epochs,
                                        const std::string& loss = "mse") {
  StackDescription description;
  description.pairs = pairs;
  description.code_shapes.resize(pairs);
  std::vector<StageResult> done;
  std::vector<StageSpec> specs;
  while (auto spec = component<Strategy>(strategy)->next(description, done)) {
    spec->loss = slot<Loss>(loss);
    spec->optimizer = slot<Optimizer>(optimizer);
    spec->epochs = epochs;
    specs.push_back(*spec);
    done.push_back({*spec, false, {}});
  }
  return specs;
}

inline StageSpec classify_stage(size_t pairs, const std::string& optimizer, int64_t epochs) {
  StageSpec spec;
  spec.name = "classify";
  spec.kind = StageKind::classify;
  spec.target = Target::labels;
  for (size_t k = 0; k < pairs; ++k) spec.blocks.push_back(encoder_block(k));
  spec.blocks.push_back(head_block());
  spec.trains = spec.blocks;
  spec.loss = slot<Loss>("nll");
  spec.optimizer = slot<Optimizer>(optimizer);
  spec.metrics = {slot<Metric>("accuracy")};
  spec.epochs = epochs;
  return spec;
}

/// `count` images of {1, 3, 4} with bytes that follow from their place, the first `train` of them
/// for training and the rest for testing; labels 0 ... 2.
inline DeviceData make_data(int64_t count, int64_t train, const at::TensorOptions& options) {
  DeviceData data;
  data.sample = {1, 3, 4};
  data.classes = 3;
  const Tensor place = at::arange(count * 12, at::kLong);
  DeviceSplit all;
  all.pixels = (place * place * 31 + place * 17)
                   .remainder(256)
                   .to(at::kByte)
                   .view({count, 12})
                   .to(options.device());
  all.labels = at::arange(count, at::kLong).remainder(3).to(options.device());
  data.train = data.validation = data.test = all;
  data.train.samples = at::arange(train, at::kLong).to(options.device());
  data.validation.samples = Tensor();
  data.test.samples = at::arange(train, count, at::kLong).to(options.device());
  return data;
}

inline FitOptions fit_options(const at::TensorOptions& options, int64_t batch_size,
                              uint64_t seed = 0) {
  FitOptions fit;
  fit.batch_size = batch_size;
  fit.seed = seed;
  fit.dtype = c10::typeMetaToScalarType(options.dtype());
  fit.device = options.device();
  return fit;
}

inline void build(Stack& stack, const FitOptions& options) {
  stack.build(options.seed, options.dtype, options.device);
}

inline StageResult train(Stack& stack, const StageSpec& spec, const DeviceData& data,
                         const FitOptions& options) {
  StageResult result{spec, false, {}};
  Observer nobody;
  fit(stack, spec, data, options, nobody, result);
  return result;
}

/// Copies of the parameters of these blocks.
inline std::vector<Tensor> copies(const Stack& stack, const std::vector<std::string>& blocks) {
  std::vector<Tensor> list;
  for (const Parameter& p : stack.parameters(blocks)) list.push_back(p.value.detach().clone());
  return list;
}

inline bool same_bits(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  bool same = a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i) same = at::equal(a[i], b[i]);
  return same;
}

}  // namespace strata::testing
