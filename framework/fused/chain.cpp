#include "strata/fused/chain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strata {
namespace {

/// Thrown within this file alone.
struct Unknown {
  std::string what;
};

std::string described(const PlacedLayer& placed) {
  return fmt::format("layer {} ({})", placed.name, placed.type);
}

Pointwise pointwise_of(LayerOp op) {
  return op == LayerOp::tanh      ? Pointwise::tanh
         : op == LayerOp::sigmoid ? Pointwise::sigmoid
                                  : Pointwise::relu;
}

class Recognition {
 public:
  explicit Recognition(const StageSpec& spec) : spec_(spec) {}

  void add(const PlacedLayer& placed) {
    if (chain_.ends_normalized) throw Unknown{described(placed) + " comes after log_softmax"};
    const LayerForm form = placed.layer->form();
    switch (form.op) {
      case LayerOp::reshape:
        return;
      case LayerOp::affine:
        chain_.links.push_back({placed.name, element_count(placed.input),
                                element_count(placed.output), form.weight, form.bias,
                                form.transposed});
        return;
      case LayerOp::tanh:
      case LayerOp::sigmoid:
      case LayerOp::relu:
        last_of(placed).activation = pointwise_of(form.op);
        return;
      case LayerOp::log_softmax:
        last_of(placed);
        chain_.ends_normalized = true;
        return;
      default:
        throw Unknown{described(placed)};
    }
  }

  /// All layers so far make the code.
  void end_code() { chain_.code = chain_.links.size(); }

  Chain finish() {
    if (chain_.links.empty()) throw Unknown{"no linear layer"};
    add_loss();
    for (const auto& slot : spec_.penalties) {
      chain_.penalties.push_back(make(slot)->form());
      if (chain_.penalties.back().op == PenaltyOp::opaque) throw Unknown{"penalty " + slot.type};
    }
    const bool within = chain_.code > 0 && chain_.code < chain_.links.size();
    if (!chain_.penalties.empty() && (split_code_ || !within))
      throw Unknown{"a penalty on a code that is no output of a hidden layer"};
    chain_.optimizer = make(spec_.optimizer)->form();
    if (chain_.optimizer.op == OptimizerOp::opaque)
      throw Unknown{"optimizer " + spec_.optimizer.type};
    return chain_;
  }

 private:
  /// The link that an activation completes.
  Link& last_of(const PlacedLayer& activation) {
    if (chain_.links.empty() || chain_.links.back().activation != Pointwise::none)
      throw Unknown{described(activation) + ", which follows no linear layer"};
    split_code_ = split_code_ || chain_.code == chain_.links.size();
    return chain_.links.back();
  }

  void add_loss() {
    chain_.loss = make(spec_.loss)->form().op;
    const bool labels = spec_.target == Target::labels;
    const bool fits = chain_.loss != LossOp::opaque && labels == chain_.compares_labels() &&
                      chain_.ends_normalized == (chain_.loss == LossOp::nll);
    const bool same_size = labels || chain_.links.front().in == chain_.links.back().out;
    if (!fits || !same_size) throw Unknown{"loss " + spec_.loss.type + " of this output"};
  }

  const StageSpec& spec_;
  Chain chain_;
  bool split_code_ = false;  // between a linear layer and its activation
};

}  // namespace

size_t Chain::first_with_weight_of(size_t k) const {
  size_t first = 0;
  while (!links[first].weight.is_same(links[k].weight)) ++first;
  return first;
}

std::optional<Chain> recognise(const Stack& stack, const StageSpec& spec, std::string& why_not) {
  Recognition recognition(spec);
  try {
    const size_t code = code_blocks(spec.blocks);
    for (size_t i = 0; i < spec.blocks.size(); ++i) {
      for (const PlacedLayer& placed : stack.block(spec.blocks[i]).layers) recognition.add(placed);
      if (i + 1 == code) recognition.end_code();
    }
    return recognition.finish();
  } catch (const Unknown& unknown) {
    why_not = unknown.what;
  }
  return std::nullopt;
}

}  // namespace strata
