#include "strata/run/freeze_check.hpp"

#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

TEST_CASE("what is frozen can train there") {
  const std::string frozen = with(kPlanned, "all}}", "all}, freeze: [decoder.0]}");
  CHECK(mistakes(frozen).empty());
  CHECK(mistakes(with(frozen, kGreedy, "none")).empty());  // unused there
  CHECK(
      mistakes(with(kPlanned, "all}}", "all}, freeze: [head]}")) ==
      Lines{"6:59: 'head' does not train here; known: encoder.0, encoder.0.0, encoder.0.1, "
            "encoder.1, encoder.1.0, encoder.1.1, decoder.0, decoder.0.0, decoder.0.1, decoder.1, "
            "decoder.1.0, decoder.1.1 (at pretrain.freeze[0])"});
  CHECK(mistakes(with(kPlanned, "classify: {}", "classify: {freeze: [decoder.0]}")) ==
        Lines{"7:21: 'decoder.0' does not train here; known: encoder.0, encoder.0.0, encoder.0.1, "
              "encoder.1, encoder.1.0, encoder.1.1, head, head.0, head.1 (at classify.freeze[0])"});
  CHECK(mistakes(
            with(kPlanned, "classify: {}", "classify: {freeze: [encoder.0, encoder.1, head]}")) ==
        Lines{"7:20: nothing is left to train (stage 'classify') (at classify.freeze)"});
  // A name that is none freezes nothing.
  CHECK(mistakes(with(kPlanned, "classify: {}", "classify: {freeze: [encoder, head]}")) ==
        Lines{"7:21: no block or layer is called 'encoder'; did you mean 'encoder.0'? Known: "
              "encoder.0, encoder.0.0, encoder.0.1, encoder.1, encoder.1.0, encoder.1.1, head, "
              "head.0, head.1 (at classify.freeze[0])"});
}
