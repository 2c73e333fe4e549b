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

// By hand, of the counts above: class 3 is called once, wrongly, and does not occur.
TEST_CASE("precision, recall and f1 by class, macro and micro") {
  on_each([](const at::TensorOptions& options) {
    const auto precision = measured("precision", options);
    CHECK(precision.at("precision") == Json({3.0 / 4, 2.0 / 3, 1.0 / 2, 0.0}));
    CHECK(precision.at("macro_precision").get<double>() ==
          doctest::Approx((3.0 / 4 + 2.0 / 3 + 1.0 / 2) / 4).epsilon(1e-15));
    CHECK(precision.at("micro_precision") == 0.6);
    const auto recall = measured("recall", options);
    CHECK(recall.at("recall") == Json({0.75, 0.5, 0.5, nullptr}));
    CHECK(recall.at("macro_recall") == 1.75 / 4);
    CHECK(recall.at("micro_recall") == 0.6);
    const auto f1 = measured("f1", options);
    CHECK(f1.at("f1") == Json({6.0 / 8, 4.0 / 7, 2.0 / 4, 0.0}));
    CHECK(f1.at("macro_f1").get<double>() ==
          doctest::Approx((0.75 + 4.0 / 7 + 0.5) / 4).epsilon(1e-15));
    CHECK(f1.at("micro_f1") == 0.6);
    CHECK(measured("balanced_accuracy", options).at("balanced_accuracy").get<double>() ==
          doctest::Approx(1.75 / 3).epsilon(1e-15));
  });
}

TEST_CASE("a class that neither occurs nor is called has no part in the macro mean") {
  const auto metric = component<Metric>("f1");
  metric->start({Target::labels, 3, at::kDouble, 2});
  metric->update({predicting({0, 1}, 3, at::kDouble), labels({0, 0}, at::kDouble), {}, {}});
  const auto result = metric->result();
  CHECK(result.at("f1") == Json({2.0 / 3, 0.0, nullptr}));
  CHECK(result.at("macro_f1") == 1.0 / 3);
}

namespace {

/// Scores of six samples of four classes.
Json of_scores(const std::string& yaml, const std::string& key, at::TensorOptions options) {
  const Tensor scores = tensor(
      {2, 1, 0, -1, 0.5, 0.4, 0.6, 0.1, 1, 3, -2, 0, 0, 0, 1, 2, 0.2, 0.1, 0, 1.5, 2, 2.5, 0, 0},
      {6, 4}, options);
  const Tensor truth = labels({0, 1, 1, 3, 2, 0}, options);
  const auto metric = component<Metric>(yaml);
  metric->start({Target::labels, 4, options, 6});
  for (const int64_t first : {0, 2})
    metric->update({scores.slice(0, first, first == 0 ? 2 : 6),
                    truth.slice(0, first, first == 0 ? 2 : 6),
                    {},
                    {}});
  return metric->result().at(key);
}

}  // namespace

// numpy, from the definitions in the sources.
TEST_CASE("figures of a classifier's scores") {
  on_each([](const at::TensorOptions& options) {
    const double eps = options.dtype() == at::kDouble ? 1e-14 : 1e-6;
    const auto figure = [&](const char* yaml, const char* key) {
      return of_scores(yaml, key, options).get<double>();
    };
    CHECK(figure("brier", "brier") == doctest::Approx(0.5172739007920114).epsilon(eps));
    CHECK(figure("ece", "ece") == doctest::Approx(0.3909621055209949).epsilon(eps));
    CHECK(figure("{type: ece, bins: 2}", "ece") ==
          doctest::Approx(0.0887069231090375).epsilon(10 * eps));
    CHECK(figure("{type: top_k, k: 1}", "top_1_accuracy") == 3.0 / 6);
    CHECK(figure("{type: top_k, k: 2}", "top_2_accuracy") == 4.0 / 6);
    CHECK(figure("{type: top_k, k: 3}", "top_3_accuracy") == 5.0 / 6);
    CHECK(of_scores("auc", "auc", options) == Json({1.0, 0.875, 0.6, 1.0}));
    CHECK(figure("auc", "macro_auc") == doctest::Approx(0.86875).epsilon(1e-14));
  });
}

// Three of each; the pairs of equal scores count half: class 1 wins 6 and draws 2 of 9.
TEST_CASE("auc counts equal scores half, and is null without both kinds of samples") {
  const auto metric = component<Metric>("auc");
  metric->start({Target::labels, 3, at::kDouble, 6});
  const Tensor scores = tensor({0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0}, {6, 3});
  metric->update({scores, labels({1, 1, 1, 0, 0, 0}, at::kDouble), {}, {}});
  const Json areas = metric->result().at("auc");
  CHECK(areas[1].get<double>() == doctest::Approx(7.0 / 9).epsilon(1e-15));
  CHECK(areas[2].is_null());
}

namespace {

Json of_images(const std::string& yaml, const std::string& key, const Tensor& rebuilt,
               const Tensor& images) {
  const auto metric = component<Metric>(yaml);
  metric->start({Target::pixels, 0, images.options(), images.size(0)});
  metric->update({rebuilt, images, {}, {}});
  return metric->result().at(key);
}

}  // namespace

// Errors 0.01 and 0.0001 are 20 and 40 dB; without an error, 100.
TEST_CASE("psnr is the mean over images, in decibels") {
  on_each([](const at::TensorOptions& options) {
    const Tensor images = at::zeros({3, 1, 2, 2}, options);
    const Tensor rebuilt =
        at::stack({at::full({1, 2, 2}, 0.1, options), at::full({1, 2, 2}, 0.01, options),
                   at::zeros({1, 2, 2}, options)});
    CHECK(of_images("psnr", "psnr", rebuilt, images).get<double>() ==
          doctest::Approx((20 + 40 + 100) / 3.0).epsilon(1e-6));
  });
}

// numpy, window by window, of an image and one made from it.
TEST_CASE("ssim of images larger and smaller than its window") {
  Tensor x = at::zeros({1, 1, 13, 12}, at::kDouble), y = x.clone();
  for (int64_t i = 0; i < 13; ++i)
    for (int64_t j = 0; j < 12; ++j) {
      const double value = static_cast<double>((i * 31 + j * 17) % 29) / 29;
      x[0][0][i][j] = value;
      y[0][0][i][j] = std::min(1.0, value * 0.8 + static_cast<double>((i * 13 + j * 7) % 11) / 55);
    }
  const auto corner = [](const Tensor& t) { return t.slice(2, 0, 4).slice(3, 0, 5).contiguous(); };
  CHECK(of_images("ssim", "ssim", y, x).get<double>() ==
        doctest::Approx(0.9755613628274776).epsilon(1e-12));
  CHECK(of_images("ssim", "ssim", corner(y), corner(x)).get<double>() ==
        doctest::Approx(0.9444330613774519).epsilon(1e-12));
  CHECK(of_images("ssim", "ssim", x, x).get<double>() == doctest::Approx(1).epsilon(1e-12));
}

namespace {

/// Thirty codes of three units, of three classes that overlap.
Json of_codes(const std::string& yaml, const std::string& key, at::TensorOptions options) {
  Tensor codes = at::zeros({30, 3}, at::kDouble);
  std::vector<int64_t> classes;
  for (int64_t i = 0; i < 30; ++i) {
    classes.push_back(i % 3);
    for (int64_t j = 0; j < 3; ++j)
      codes[i][j] = static_cast<double>(((3 * i + j) * 7919 + 13) % 101) / 101 +
                    (j == 0 ? 0.5 * static_cast<double>(i % 3) : 0) +
                    (j == 1 && i % 3 == 1 ? 0.3 : 0);
  }
  const auto metric = component<Metric>(yaml);
  const Tensor truth = labels(classes, options);
  codes = codes.to(options);
  metric->start({Target::codes, 3, options, 30, 3});
  for (const auto& [first, last] : {std::pair<int64_t, int64_t>{0, 13}, {13, 14}, {14, 30}})
    metric->update({{}, {}, codes.slice(0, first, last), truth.slice(0, first, last)});
  return metric->result().at(key);
}

}  // namespace

// numpy: thirty least-squares fits, each to all codes but one; and thirty votes.
TEST_CASE("probes call each sample by all others") {
  on_each([](const at::TensorOptions& options) {
    CHECK(of_codes("linear_probe", "linear_probe", options) == 24.0 / 30);
    CHECK(of_codes("{type: knn_probe, k: 1}", "knn_probe", options) == 29.0 / 30);
    CHECK(of_codes("{type: knn_probe, k: 3}", "knn_probe", options) == 24.0 / 30);
    CHECK(of_codes("knn_probe", "knn_probe", options) == 16.0 / 30);
  });
}

// The same of every second code.
TEST_CASE("probes take samples spread over the split where it has more than they take") {
  CHECK(of_codes("{type: linear_probe, samples: 15}", "linear_probe", at::kDouble) == 10.0 / 15);
  CHECK(of_codes("{type: knn_probe, k: 3, samples: 20}", "knn_probe", at::kDouble) == 2.0 / 15);
}

// Unit 0 is dead; 6 of 16 values are within 0.01 of 0 or 1; the rest by numpy.
TEST_CASE("statistics of codes") {
  on_each([](const at::TensorOptions& options) {
    const double eps = options.dtype() == at::kDouble ? 1e-13 : 1e-6;
    const auto metric = component<Metric>("code_statistics");
    const Tensor codes =
        tensor({0.5, 0, 0.2, 1, 0.5, 0.999, 0.2, 0, 0.5, 0.3, 0.9, 0.004, 0.5, 0.6, 0.4, 0.996},
               {4, 4}, options);
    const auto with = [&](const Range& range) {
      metric->start({Target::pixels, 2, options, 4, 4, range});
      for (const int64_t first : {0, 1})
        metric->update({{}, {}, codes.slice(0, first, first == 0 ? 1 : 4), {}});
      return metric->result();
    };
    const auto result = with({0, 1});
    CHECK(result.at("dead_units") == 0.25);
    CHECK(result.at("saturated") == 6.0 / 16);
    CHECK(result.at("sparsity").get<double>() == doctest::Approx(0.3842139227546145).epsilon(eps));
    CHECK(result.at("effective_rank").get<double>() ==
          doctest::Approx(2.2524655151033883).epsilon(eps));
    CHECK(with({}).at("saturated").is_null());
  });
}

TEST_CASE("codes that are all alike have no rank") {
  const auto metric = component<Metric>("code_statistics");
  metric->start({Target::pixels, 2, at::kDouble, 3, 2, {0, 1}});
  metric->update({{}, {}, at::zeros({3, 2}, at::kDouble), {}});
  CHECK(metric->result().at("effective_rank") == 0);
  CHECK(metric->result().at("dead_units") == 1);
  CHECK(metric->result().at("sparsity") == 1);
}
