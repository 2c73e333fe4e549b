// Grows the stack by some pairs a stage and trains all of them on the images: a strategy with a
// parameter, to put your own plan in the place of.
#include <fmt/format.h>

#include <algorithm>

#include "strata/core/strategy.hpp"

namespace strata {
namespace {

class @Class@ final : public Strategy {
 public:
  struct Params {
    int64_t pairs = 2;
    static void declare(Declare<Params>& d) {
      d.doc("Adds some pairs a stage and trains all of them so far, on the images.");
      d.add("pairs", &Params::pairs, "how many a stage").min(1);
    }
  };
  explicit @Class@(const Params& params) : pairs_(static_cast<size_t>(params.pairs)) {}

  std::optional<StageSpec> next(const StackDescription& stack, const std::vector<StageResult>& done)
      const override {
    const size_t before = pairs_ * done.size();
    if (before >= stack.pairs) return std::nullopt;
    const size_t count = before + std::min(pairs_, stack.pairs - before);
    StageSpec stage;
    stage.name = fmt::format("pretrain-{}", done.size() + 1);
    stage.target = Target::pixels;
    for (size_t k = 0; k < count; ++k) stage.blocks.push_back(encoder_block(k));
    for (size_t k = count; k-- > 0;) stage.blocks.push_back(decoder_block(k));
    stage.trains = stage.blocks;
    return stage;
  }

 private:
  size_t pairs_;
};

STRATA_REGISTER(Strategy, @Class@, "@name@");

}  // namespace
}  // namespace strata
