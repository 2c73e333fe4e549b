#include <fmt/format.h>

#include "strata/core/strategy.hpp"

namespace strata {
namespace {

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
    StageSpec stage;
    stage.name = fmt::format("pretrain-{}", added + 1);
    const size_t first = all_ ? 0 : added;
    for (size_t k = 0; k < first; ++k) stage.prefix.push_back(encoder_block(k));
    for (size_t k = first; k <= added; ++k) stage.blocks.push_back(encoder_block(k));
    for (size_t k = added + 1; k-- > first;) stage.blocks.push_back(decoder_block(k));
    stage.trains = stage.blocks;
    stage.target = first == 0 ? Target::pixels : Target::codes;
    return stage;
  }

 private:
  bool all_;
};

STRATA_REGISTER(Strategy, Greedy, "greedy");

}  // namespace
}  // namespace strata
