#include "strata/run/estimate.hpp"

#include <doctest/doctest.h>

#include "run/small_run.hpp"

using namespace strata;
using namespace strata::testing;

TEST_CASE("samples are counted as they are split") {
  DataSettings data;
  SampleCounts counts = sample_counts(data, {60000, 10000});
  CHECK(counts.train == 60000);
  CHECK(counts.validation == 0);
  CHECK(counts.test == 10000);
  data.validation_size = 5000;
  CHECK(sample_counts(data, {60000, 10000}).train == 55000);
  data.train_size = 1000;
  data.test_size = 200;
  counts = sample_counts(data, {60000, 10000});
  CHECK(counts.train == 1000);
  CHECK(counts.validation == 5000);
  CHECK(counts.test == 200);
}

TEST_CASE("a stage takes its steps, and a third of one for as many samples measured") {
  CHECK(stage_seconds(0.01, 3, 100, {6000, 0, 0}) == doctest::Approx(3 * 60 * 0.01));
  CHECK(stage_seconds(0.01, 2, 100, {6000, 600, 900}) == doctest::Approx(2 * (60 + 5) * 0.01));
  CHECK(stage_seconds(0.01, 1, 100, {150, 0, 0}) == doctest::Approx(1.5 * 0.01));
}

TEST_CASE("a run's weights, stage by stage, and only the stages that are left take time") {
  const Loaded loaded = load_good(kSmallRun);
  Estimator estimator({});
  const auto whole = estimator.cost(loaded.experiment, loaded.plan, {});
  REQUIRE(whole);
  const int64_t first = 784 * 8 + 8 + 8 * 784 + 784;         // encoder.0, decoder.0
  const int64_t second = first + (8 * 5 + 5) + (5 * 8 + 8);  // and the second pair, as all train
  const int64_t classifier = 784 * 8 + 8 + 8 * 5 + 5 + 5 * 10 + 10;
  CHECK(whole->disk == 8.0 * static_cast<double>(first + second + classifier));
  CHECK(whole->seconds > 0);
  CHECK(whole->memory > 1e7);
  const auto last = estimator.cost(loaded.experiment, loaded.plan, {"pretrain-1", "pretrain-2"});
  REQUIRE(last);
  CHECK(last->seconds < whole->seconds);
  CHECK(last->disk == whole->disk);
  const auto none =
      estimator.cost(loaded.experiment, loaded.plan, {"pretrain-1", "pretrain-2", "classify"});
  CHECK(none->seconds == 0);
}

TEST_CASE("stages that take the same are timed once") {
  Estimator estimator({});
  const Loaded slow = load_good(kSmallRun);
  const Loaded fast = load_good(with(kSmallRun, "lr: 0.1", "lr: 0.2"));
  CHECK(estimator.cost(slow.experiment, slow.plan, {})->seconds ==
        estimator.cost(fast.experiment, fast.plan, {})->seconds);
}

TEST_CASE("what cannot be tried has no cost") {
  Loaded loaded = load_good(kSmallRun);
  loaded.experiment.settings.device = "no such device";
  CHECK_FALSE(Estimator({}).cost(loaded.experiment, loaded.plan, {}));
}

TEST_CASE("costs in words, and how far they were off") {
  CHECK(cost_text({65, 310e6, 6.3e6}) == "about 1 min 05 s, 310 MB of memory, 6.3 MB on disk");
  CHECK(cost_text({0.4, 310e6, 0}) == "less than 1 s, 310 MB of memory, 0.0 MB on disk");
  CHECK(cost_error_text({40, 0, 0}, 50) == "took 50 s, 25 % more than foreseen");
  CHECK(cost_error_text({40, 0, 0}, 38) == "took 38 s, 5 % less than foreseen");
  CHECK(cost_error_text({40, 0, 0}, 40.4) == "took 40 s, as foreseen");
}
