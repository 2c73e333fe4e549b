#include "strata/core/strategy.hpp"

namespace strata {
namespace {

class None final : public Strategy {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "No pretraining: the classifier starts from random layers. The control without which no "
          "claim about pretraining means anything; the other pretraining settings go unused.");
      d.known_as({"no_pretraining", "scratch", "random"});
    }
  };
  explicit None(const Params&) {}

  std::optional<StageSpec> next(const StackDescription&,
                                const std::vector<StageResult>&) const override {
    return std::nullopt;
  }
};

STRATA_REGISTER(Strategy, None, "none");

}  // namespace
}  // namespace strata
