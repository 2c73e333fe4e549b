#include "strata/core/metric.hpp"

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Outputs whose largest element is the prediction.
Tensor predicting(const std::vector<int64_t>& classes, int64_t count, at::TensorOptions options) {
  return at::one_hot(at::tensor(classes, at::kLong), count).to(options) - 5;
}

Tensor labels(const std::vector<int64_t>& values, at::TensorOptions options) {
  return at::tensor(values, at::kLong).to(options.device());
}

/// Ten samples of four classes, none of class 3, in two batches. Rows true, columns predicted:
///   0: 3 1 0 0     1: 1 2 1 0     2: 0 0 1 1     3: 0 0 0 0
std::map<std::string, Json> measured(const std::string& yaml, at::TensorOptions options) {
  const auto metric = component<Metric>(yaml);
  metric->start({Target::labels, 4, options});
  metric->update({predicting({3, 3}, 4, options), labels({0, 1}, options), {}, {}});
  metric->start({Target::labels, 4, options});  // forgets what was seen
  metric->update(
      {predicting({0, 0, 0, 1, 0, 1}, 4, options), labels({0, 0, 0, 0, 1, 1}, options), {}, {}});
  metric->update({predicting({1, 2, 2, 3}, 4, options), labels({1, 1, 2, 2}, options), {}, {}});
  return metric->result();
}

}  // namespace

TEST_CASE("accuracy is the fraction called right") {
  on_each([](const at::TensorOptions& options) {
    const auto result = measured("accuracy", options);
    CHECK(result.size() == 1);
    CHECK(result.at("accuracy") == 0.6);
  });
}

TEST_CASE("accuracy by class, null for a class without samples") {
  on_each([](const at::TensorOptions& options) {
    CHECK(measured("per_class_accuracy", options).at("per_class_accuracy") ==
          Json({0.75, 0.5, 0.5, nullptr}));
  });
}

// Specificity by hand, of the samples of other classes those not called so: class 0: 5 of 6,
// class 1: 5 of 6, class 2: 7 of 8, class 3: 9 of 10.
TEST_CASE("the confusion matrix, and each class's sensitivity and specificity") {
  on_each([](const at::TensorOptions& options) {
    const auto result = measured("confusion_matrix", options);
    CHECK(result.size() == 3);
    CHECK(result.at("confusion_matrix") ==
          Json::parse("[[3, 1, 0, 0], [1, 2, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]]"));
    CHECK(result.at("sensitivity") == Json({0.75, 0.5, 0.5, nullptr}));
    CHECK(result.at("specificity") == Json({5.0 / 6, 5.0 / 6, 7.0 / 8, 9.0 / 10}));
  });
}

// By hand: (0.25 + 0 + 1 + 4) over the first two samples, 9 + 0 of the last: 14.25 / 6.
TEST_CASE("the reconstruction error is the mean over all elements of all batches") {
  on_each([](const at::TensorOptions& options) {
    const auto metric = component<Metric>("reconstruction_error");
    metric->start({Target::pixels, 0, options});
    metric->update({tensor({9, 9}, {1, 2}, options), tensor({0, 0}, {1, 2}, options), {}, {}});
    metric->start({Target::pixels, 0, options});
    metric->update(
        {tensor({0.5, 1, 0, 3}, {2, 2}, options), tensor({0, 1, 1, 1}, {2, 2}, options), {}, {}});
    metric->update({tensor({1, 4}, {1, 2}, options), tensor({-2, 4}, {1, 2}, options), {}, {}});
    CHECK(metric->result().at("reconstruction_error") == 14.25 / 6);
  });
}

TEST_CASE("metrics know what they can be measured against") {
  for (const char* name : {"accuracy", "per_class_accuracy", "confusion_matrix"}) {
    CHECK(component<Metric>(name)->suits(Target::labels));
    CHECK_FALSE(component<Metric>(name)->suits(Target::pixels));
    CHECK_FALSE(component<Metric>(name)->suits(Target::codes));
  }
  const auto error = component<Metric>("reconstruction_error");
  CHECK(error->suits(Target::pixels));
  CHECK(error->suits(Target::codes));
  CHECK_FALSE(error->suits(Target::labels));
}
