#include "strata/run/valid_parts.hpp"

#include <fmt/ranges.h>

#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

TEST_CASE("mistakes of several parts come in one go") {
  CHECK(mistakes(with(with(kPlanned, "all}}", "all}, epochs: [1, 2, 3], loss: nll}"),
                      "classify: {}", "classify: {loss: mse}"))
            .size() == 3);
  const Lines two =
      mistakes(with(with(kPlanned, "name: plan", "name: plan\nsed: 3"), "units: 5", "units: 0"));
  REQUIRE(two.size() == 2);
  CHECK(two[0].find("2:1: unknown key 'sed'; did you mean 'seed'?") == 0);
  CHECK(two[1] == "6:28: must be at least 1, got 0 (at encoder[1][0].units)");
}

TEST_CASE("one wrong part does not hide what is wrong in the others") {
  CHECK(mistakes(with(with(with(kPlanned, "units: 5}, tanh]", "units: 5}, tahn]"), "all}}",
                           "all}, epochs: [1, 2, 3], early_stopping: {metric: f1}}"),
                      "classify: {}", "classify: {loss: mse, keep: bset}")) ==
        Lines{fmt::format("5:32: unknown layer 'tahn'; did you mean 'tanh'? Known: {} (at "
                          "encoder[1][1])",
                          fmt::join(Registry::instance().names(Layer::family), ", ")),
              "7:29: unknown value 'bset'; did you mean 'best'? Known: last, best (at "
              "classify.keep)",
              "6:85: early_stopping needs validation data; set data.validation_size (stages "
              "'pretrain-1', 'pretrain-2') (at pretrain.early_stopping)",
              "6:94: early_stopping follows 'f1', which is not measured on validation data; known: "
              "loss, reconstruction_error (stages 'pretrain-1', 'pretrain-2') (at "
              "pretrain.early_stopping.metric)",
              "7:18: mse compares images or codes, not labels; use nll or cross_entropy (stage "
              "'classify') (at classify.loss)",
              "6:58: strategy 'greedy' trains 2 stages here: expected one number, or a list of 2, "
              "got a list of 3 (at pretrain.epochs)"});
  CHECK(mistakes(with(with(kPlanned, "synthetic_digits", "synthetic_digit"), "classify: {}",
                      "classify: {loss: mse}")) ==
        Lines{"2:17: unknown dataset 'synthetic_digit'; did you mean 'synthetic_digits'? Known: "
              "fashion_mnist, idx, image_folder, mnist, npy, synthetic_digits (at data.dataset)",
              "7:18: mse compares images or codes, not labels; use nll or cross_entropy (stage "
              "'classify') (at classify.loss)"});
}
