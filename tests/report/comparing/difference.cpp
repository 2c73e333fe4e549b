#include "strata/report/comparing/difference.hpp"

#include <doctest/doctest.h>

#include "report/compared.hpp"
#include "strata/report/rendering/difference_text.hpp"

using namespace strata;
using namespace strata::test;

namespace {

std::string lines(const std::vector<RunDifference::Line>& all) {
  std::string text;
  for (const auto& line : all)
    text += fmt::format("{}: {} | {}\n", line.key, line.first, line.second);
  return text;
}

}  // namespace

TEST_CASE("two runs differ in what was set, seeds among it, and in nothing else") {
  const RunDifference found =
      run_difference(with_accuracy(0.1, 0, 0.9), with_accuracy(1.0, 3, 0.875));
  CHECK(lines(found.settings) == "classify.optimizer.lr: 0.1 | 1\nseed: 0 | 3\n");
  CHECK(lines(found.conditions) == "");
  CHECK_FALSE(found.same_result);
  REQUIRE(found.figures.size() > 3);
  CHECK(found.figures[0].name == "accuracy");
  CHECK(found.figures[0].second - found.figures[0].first == doctest::Approx(-0.025));
  CHECK(found.figures.back().name == "training_seconds");
  for (const auto& figure : found.figures)
    CHECK(figure.name.rfind("per_class_accuracy", 0) == std::string::npos);
}

TEST_CASE("data, versions and machine are told by the record's keys") {
  RunSpec spec;
  const RunDifference found = run_difference(run(spec), run(spec, [](Json& record) {
                                               record["provenance"]["device"] = "cuda";
                                               record["provenance"]["strata"]["version"] = "0.2.0";
                                               record["data"]["files"][0]["sha256"] = "other";
                                             }));
  CHECK(lines(found.settings) == "");
  CHECK(lines(found.conditions).find("data.files: ") == 0);
  CHECK(lines(found.conditions).find("provenance.strata.version: 0.1.0 | 0.2.0\n") !=
        std::string::npos);
  CHECK(lines(found.conditions).find("provenance.device: cpu | cuda\n") != std::string::npos);
  CHECK(found.same_result);
}

TEST_CASE("errors of other pixels are set side by side and not subtracted") {
  RunSpec mnist, fashion;
  fashion.dataset = "fashion_mnist";
  const RunDifference found = run_difference(run(mnist), run(fashion));
  for (const auto& figure : found.figures) {
    if (figure.name == "reconstruction_error") CHECK_FALSE(figure.comparable);
    if (figure.name == "accuracy") CHECK(figure.comparable);
  }
}

TEST_CASE("as text: settings, conditions and figures with their difference") {
  const std::string text =
      difference_text(with_accuracy(0.1, 0, 0.9), with_accuracy(1.0, 0, 0.875), 100);
  CHECK(text.find("A  results/lecture-mnist-greedy  completed  2026-11-23T12:00:00Z\n") == 0);
  CHECK(text.find("\nsetting                A    B\nclassify.optimizer.lr  0.1  1\n") !=
        std::string::npos);
  CHECK(text.find("\nData, program and machine are the same.\n") != std::string::npos);
  CHECK(text.find("0.9000") != std::string::npos);
  CHECK(text.find("-0.0250\n") != std::string::npos);
  CHECK(text.find("bit for bit") == std::string::npos);
  const std::string same = difference_text(run({}), run({}), 100);
  CHECK(same.find("\nThe settings are the same.\n") != std::string::npos);
  CHECK(same.find("\nLosses and figures are equal, bit for bit, but for time and memory.\n") !=
        std::string::npos);
  CHECK(same.find("explains") == std::string::npos);
  const std::string other = difference_text(with_accuracy(0.1, 0, 0.9), with_accuracy(0.1, 0, 0.8));
  CHECK(other.find("\nNothing that the records state explains the difference.\n") !=
        std::string::npos);
  CHECK(difference_json(run({}), run({}))["same_result"] == true);
}
