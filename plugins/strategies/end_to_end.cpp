#include "strata/core/strategy.hpp"

namespace strata {
namespace {

class EndToEnd final : public Strategy {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Builds all encoder/decoder pairs at once and trains them as one network.");
      d.known_as({"joint", "e2e", "all"});
    }
  };
  explicit EndToEnd(const Params&) {}

  std::optional<StageSpec> next(const StackDescription& stack,
                                const std::vector<StageResult>& done) const override {
    if (!done.empty()) return std::nullopt;
    StageSpec stage;
    stage.name = "pretrain";
    for (size_t k = 0; k < stack.pairs; ++k) stage.blocks.push_back(encoder_block(k));
    for (size_t k = stack.pairs; k-- > 0;) stage.blocks.push_back(decoder_block(k));
    stage.trains = stage.blocks;
    return stage;
  }
};

STRATA_REGISTER(Strategy, EndToEnd, "end_to_end");

}  // namespace
}  // namespace strata
