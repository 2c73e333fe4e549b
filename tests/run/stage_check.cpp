#include "strata/run/stage_check.hpp"

#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

TEST_CASE("losses that do not suit their stage") {
  CHECK(mistakes(with(kPlanned, "all}}", "all}, loss: nll}")) ==
        Lines{"6:56: nll needs labels, and this stage rebuilds its input; use mse or bce (stages "
              "'pretrain-1', 'pretrain-2') (at pretrain.loss)"});
  // images are in [0, 1], codes of tanh are not
  CHECK(mistakes(with(kPlanned, "all}}", "new}, loss: bce}")) ==
        Lines{"6:56: bce needs targets in [0, 1], and these codes can leave it; use mse (stage "
              "'pretrain-2') (at pretrain.loss)"});
  CHECK(
      mistakes(with(kPlanned, "classify: {}", "classify: {head: [linear]}")) ==
      Lines{"7:11: nll needs log-probabilities; end the head in log_softmax, or use cross_entropy "
            "(stage 'classify') (at classify.loss)"});
  CHECK(mistakes(with(kPlanned, "classify: {}", "classify: {loss: mse}")) ==
        Lines{"7:18: mse compares images or codes, not labels; use nll or cross_entropy (stage "
              "'classify') (at classify.loss)"});
}

TEST_CASE("metrics that do not suit their stage") {
  CHECK(mistakes(with(with(kPlanned, "all}}", "all}, epochs: 1, metrics: [accuracy]}"),
                      "classify: {}", "classify: {metrics: [accuracy, reconstruction_error]}")) ==
        Lines{"6:71: metric 'accuracy' cannot be measured against pixels (stages 'pretrain-1', "
              "'pretrain-2') (at pretrain.metrics[0])",
              "7:32: metric 'reconstruction_error' cannot be measured against labels (stage "
              "'classify') (at classify.metrics[1])"});
  // one mistake a key, though the stages object for different reasons
  CHECK(mistakes(with(kPlanned, "all}}", "new}, metrics: [accuracy]}")) ==
        Lines{"6:60: metric 'accuracy' cannot be measured against pixels (stage 'pretrain-1'); "
              "metric 'accuracy' cannot be measured against codes (stage 'pretrain-2') (at "
              "pretrain.metrics[0])"});
}

TEST_CASE("a figure is followed by its own key, whatever is wrong beside it") {
  const std::string validated =
      with(kPlanned, "synthetic_digits}", "synthetic_digits, validation_size: 9}");
  CHECK(mistakes(with(validated, "classify: {}",
                      "classify: {early_stopping: {metric: acuracy, split: val}, keep: bset}")) ==
        Lines{"7:53: unknown value 'val'; did you mean 'validation'? Known: validation, test (at "
              "classify.early_stopping.split)",
              "7:65: unknown value 'bset'; did you mean 'best'? Known: last, best (at "
              "classify.keep)",
              "7:37: early_stopping follows 'acuracy', which is not measured; did you mean "
              "'accuracy'? Known: loss, nll, accuracy (stage 'classify') (at "
              "classify.early_stopping.metric)"});
  CHECK(mistakes(with(validated, "classify: {}",
                      "classify: {early_stopping: {metric: per_class_accuracy}, metrics: "
                      "[accuracy, per_class_accuracy, accuracy]}")) ==
        Lines{"7:98: metric 'accuracy' is given twice (stage 'classify') (at "
              "classify.metrics[2])",
              "7:37: early_stopping follows 'per_class_accuracy', which is not one number; known: "
              "loss, nll, accuracy (stage 'classify') (at classify.early_stopping.metric)"});
  // What does not suit the stage is no figure of it, and is not told twice.
  CHECK(mistakes(with(validated, "all}}",
                      "all}, loss: nll, metrics: [accuracy], early_stopping: {metric: f1}}")) ==
        Lines{"6:56: nll needs labels, and this stage rebuilds its input; use mse or bce (stages "
              "'pretrain-1', 'pretrain-2') (at pretrain.loss)",
              "6:71: metric 'accuracy' cannot be measured against pixels (stages 'pretrain-1', "
              "'pretrain-2') (at pretrain.metrics[0])",
              "6:107: early_stopping follows 'f1', which is not measured on validation data; "
              "known: loss (stages 'pretrain-1', 'pretrain-2') (at "
              "pretrain.early_stopping.metric)"});
  CHECK(mistakes(with(validated, "all}}",
                      "all}, metrics: [accuracy], early_stopping: {metric: accuracy}}"))
            .size() == 1);
  CHECK(mistakes(with(kPlanned, "classify: {}",
                      "classify: {optimizer: {type: sgd, schedule: {type: warmup, then: {type: "
                      "plateau, split: validation}}}}")) ==
        Lines{"7:89: schedule 'plateau' needs validation data; set data.validation_size (stage "
              "'classify') (at classify.optimizer.schedule.then.split)"});
}
