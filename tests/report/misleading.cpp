// Cases where a naive comparison misleads, and this one does not.
#include <doctest/doctest.h>

#include "report/compared.hpp"
#include "strata/report/rendering/comparison_text.hpp"

using namespace strata;
using namespace strata::test;
using doctest::Approx;

// Ten seeds each. The seeds matter far more (spread 0.010) than the setting (gain 0.002), so that
// the intervals of the means overlap nearly wholly and an unpaired test sees nothing (p = 0.63).
// But the gain is there for every seed.
TEST_CASE("a naive comparison sees no difference, the paired one does") {
  const std::vector<double> base = {0.900, 0.922, 0.911, 0.905, 0.917,
                                    0.896, 0.913, 0.908, 0.925, 0.903};
  const std::vector<double> gains = {0.0021, 0.0018, 0.0024, 0.0015, 0.0022,
                                     0.0019, 0.0017, 0.0025, 0.0020, 0.0023};
  std::vector<double> better = base;
  for (size_t i = 0; i < base.size(); ++i) better[i] += gains[i];
  const Comparison c =
      compare(accuracies({{0.1, base}, {1, better}}), options({"accuracy"}, "lr=0.1"));
  const Summary &a = c.groups[0].cells[0].summary, &b = c.groups[1].cells[0].summary;
  CHECK(b.ci_low < a.mean);  // the naive look: each mean lies within the other's interval
  CHECK(a.ci_high > b.mean);
  REQUIRE(c.paired.size() == 1);
  const Paired& paired = c.paired[0];
  CHECK(paired.test.difference.mean == Approx(0.00204));
  CHECK(paired.test.wilcoxon.p == Approx(2.0 / 1024));  // all ten of one sign
  CHECK(paired.p_t < 1e-6);
  CHECK(verdict_text(paired, 1) == "better");
}

// Twenty settings that are all the same but for chance (normal, spread 0.002). Tested one by one
// against the first, the luckiest of them looks better at 5 %.
TEST_CASE("the best of many that are all alike is not called better") {
  std::vector<std::pair<double, std::vector<double>>> all;
  for (size_t s = 0; s < 20; ++s) {
    std::vector<double> values;
    for (uint64_t seed = 0; seed < 10; ++seed)
      values.push_back(0.9 + 0.002 * random_stream(6, "chance", "", "").normal(s * 10 + seed));
    all.emplace_back(0.1 * double(s + 1), values);
  }
  const Comparison c = compare(accuracies(all), options({"accuracy"}, "lr=0.1"));
  REQUIRE(c.paired.size() == 19);
  double smallest = 1;
  for (const Paired& paired : c.paired) {
    smallest = std::min(smallest, paired.test.p_t);
    CHECK(paired.verdict == Verdict::no_difference);
  }
  CHECK(smallest < 0.05);  // uncorrected, at least one would have been a discovery
}

TEST_CASE("few seeds: too few to tell, unless the difference is plain") {
  const auto verdict = [](const std::vector<double>& a, const std::vector<double>& b) {
    const Comparison c = compare(accuracies({{0.1, a}, {1, b}}), options({"accuracy"}));
    return verdict_text(c.paired.at(0), 1);
  };
  CHECK(verdict({0.91}, {0.95}) == "n too small to tell");
  CHECK(verdict({0.91, 0.92}, {0.95, 0.96}) == "n too small to tell");
  CHECK(verdict({0.910, 0.920, 0.915}, {0.915, 0.918, 0.920}) == "n too small to tell");
  CHECK(verdict({0.910, 0.920, 0.915}, {0.810, 0.821, 0.814}) == "worse (by t alone)");
  CHECK(verdict({0.9, 0.8, 0.7, 0.6, 0.5, 0.4}, {0.9, 0.8, 0.7, 0.6, 0.5, 0.4}) == "identical");
}

TEST_CASE("a difference in the last digits is no gain, whatever the tests say") {
  const std::vector<double> base = {0.22, 0.23, 0.21, 0.24, 0.22, 0.23};
  const auto verdict = [&](const std::vector<double>& off) {
    std::vector<double> other = base;
    for (size_t i = 0; i < base.size(); ++i) other[i] += off[i];
    const Comparison c = compare(accuracies({{0.1, base}, {1, other}}), options({"accuracy"}));
    return verdict_text(c.paired.at(0), 1);
  };
  CHECK(verdict({1e-8, 2e-8, 1e-8, 2e-8, 1e-8, 2e-8}) == "same but for rounding");
  CHECK(verdict({-1e-8, -2e-8, -1e-8, -2e-8, -1e-8, -2e-8}) == "same but for rounding");
  CHECK(verdict({1e-8, -2e-8, 1e-8, -2e-8, 1e-8, 2e-8}) == "same but for rounding");
  CHECK(verdict({1e-6, 2e-6, 1e-6, 2e-6, 1e-6, 2e-6}) == "better");
  CHECK(verdict({0.01, -0.01, 0.02, -0.02, 0.01, -0.01}) == "no difference shown");
  CHECK(verdict({0, 0, 0, 0, 0, 0}) == "identical");
}

TEST_CASE("only shared seeds make pairs") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 4; ++seed) runs.push_back(with_accuracy(0.1, seed, 0.90));
  for (int64_t seed = 2; seed < 7; ++seed)
    runs.push_back(with_accuracy(1, seed, 0.91 + 0.001 * double(seed)));
  const Comparison c = compare(std::move(runs), options({"accuracy"}));
  CHECK(c.paired[0].test.difference.n == 2);
  CHECK(c.paired[0].unpaired == 5);
  CHECK(c.paired[0].test.difference.mean == Approx(0.0125));
}

TEST_CASE("p-values are corrected over the rows of a metric") {
  const std::vector<double> base = {0.90, 0.91, 0.92, 0.90, 0.91, 0.92};
  std::vector<double> up = base, other = base;
  for (size_t i = 0; i < 6; ++i)
    up[i] += 0.01 + 0.001 * double(i), other[i] += 0.02 + 0.002 * double(i);
  const Comparison c =
      compare(accuracies({{0.1, base}, {1, up}, {2, other}}), options({"accuracy"}, "lr=0.1"));
  REQUIRE(c.paired.size() == 2);
  for (const Paired& paired : c.paired) {
    CHECK(paired.test.wilcoxon.p == Approx(2.0 / 64));
    CHECK(paired.p_wilcoxon == Approx(4.0 / 64));
    CHECK(paired.p_t == Approx(2 * paired.test.p_t));
    CHECK(paired.verdict == Verdict::differs);
  }
}
