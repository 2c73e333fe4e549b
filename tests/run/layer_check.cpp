#include "strata/run/layer_check.hpp"

#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

TEST_CASE("layers that do not fit are told at their place") {
  CHECK(mistakes(with(kPlanned, "{type: linear, units: 5}", "linear")) ==
        Lines{"5:6: layer 'linear' does not fit: units is missing (only a classifier's last layer "
              "knows how "
              "many it needs) (at encoder[1][0])"});
  CHECK(
      mistakes(with(kPlanned, "units: 5}, tanh]", "units: 5}, log_softmax]")) ==
      Lines{
          "5:32: no decoder follows from it: log_softmax cannot be mirrored; write the decoder out "
          "under 'decoder' (at encoder[1][1])"});
  CHECK(mistakes(with(kPlanned, "units: 8", "units: 4000000000000000000")) ==
        Lines{"4:6: layer 'linear' does not fit: its weight would hold 4000000000000000000x784 "
              "numbers, more than any memory does (at encoder[0][0])"});
}

TEST_CASE("layers whose input is not known are checked for what they refuse of any") {
  CHECK(mistakes(with(with(kPlanned, "{type: linear, units: 8}", "{type: linear, units: 0}"),
                      "{type: linear, units: 5}", "linear")) ==
        Lines{"4:28: must be at least 1, got 0 (at encoder[0][0].units)",
              "5:6: layer 'linear' does not fit: units is missing (only a classifier's last layer "
              "knows "
              "how many it needs) (at encoder[1][0])"});
  // A convolution refuses a vector, and takes images: what comes to it is not known.
  CHECK(mistakes(with(with(kPlanned, "units: 8", "units: 0"), "{type: linear, units: 5}",
                      "{type: conv2d, channels: 2, kernel: 3}"))
            .size() == 1);
  CHECK(mistakes(with(with(kPlanned, "{type: linear, units: 8}", "linear"),
                      "{type: linear, units: 5}", "linear"))
            .size() == 2);
}
