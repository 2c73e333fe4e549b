#include <fmt/format.h>

#include "strata/core/strategy.hpp"

namespace strata {
namespace {

/// Encoders first..last and their decoders, as one network around what encoder `first` is given.
StageSpec stage_of_pairs(const std::string& name, size_t first, size_t last) {
  StageSpec stage;
  stage.name = name;
  for (size_t k = 0; k < first; ++k) stage.prefix.push_back(encoder_block(k));
  for (size_t k = first; k <= last; ++k) stage.blocks.push_back(encoder_block(k));
  for (size_t k = last + 1; k-- > first;) stage.blocks.push_back(decoder_block(k));
  stage.trains = stage.blocks;
  stage.target = first == 0 ? Target::pixels : Target::codes;
  return stage;
}

/// Layer by layer. Stage k adds pair k:
///   train all: images -> encoders 0..k -> decoders k..0 -> images, all of them trained on;
///   train new: codes of encoders 0..k-1, frozen -> encoder k -> decoder k -> the same codes
///   (Bengio et al. 2007).
class Greedy final : public Strategy {
 public:
  struct Params {
    std::string train = "new";

    static void declare(Declare<Params>& d) {
      d.doc("Adds one encoder/decoder pair at a time and trains after each.");
      d.known_as({"layerwise", "layer_wise", "stacked"});
      d.add("train", &Params::train,
            "all: every pair so far, on the images; new: the added pair alone, on the codes of the "
            "frozen ones")
          .choices({"all", "new"});
    }
  };

  explicit Greedy(const Params& params) : all_(params.train == "all") {}

  std::optional<StageSpec> next(const StackDescription& stack,
                                const std::vector<StageResult>& done) const override {
    const size_t added = done.size();
    if (added == stack.pairs) return std::nullopt;
    return stage_of_pairs(fmt::format("pretrain-{}", added + 1), all_ ? 0 : added, added);
  }

 private:
  bool all_;
};

STRATA_REGISTER(Strategy, Greedy, "greedy");

/// Greedy with train new, then one stage more: all pairs together, with the weights that they have,
/// rebuild the images (Hinton and Salakhutdinov 2006).
class FineTune final : public Strategy {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Pretrains pair by pair, each on the codes of the frozen ones, and then all pairs "
          "together "
          "on the images (Hinton and Salakhutdinov 2006): as many stages as pairs, and one.");
      d.known_as({"greedy_then_joint", "unroll", "hinton_salakhutdinov"});
    }
  };

  explicit FineTune(const Params&) {}

  std::optional<StageSpec> next(const StackDescription& stack,
                                const std::vector<StageResult>& done) const override {
    const size_t pair = done.size();
    if (pair < stack.pairs) return stage_of_pairs(fmt::format("pretrain-{}", pair + 1), pair, pair);
    if (pair == stack.pairs) return stage_of_pairs("fine-tune", 0, stack.pairs - 1);
    return std::nullopt;
  }
};

STRATA_REGISTER(Strategy, FineTune, "fine_tune");

}  // namespace
}  // namespace strata
