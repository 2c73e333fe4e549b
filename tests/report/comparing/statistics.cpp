#include "strata/report/comparing/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace strata;
using doctest::Approx;
using Values = std::vector<double>;

namespace {

// Student 1908 (Biometrika 6, p. 20), hours of sleep gained with two drugs by the same ten
// patients.
const Values sleep = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
// Darwin 1876, maize heights, crossed minus self-fertilized, in eighths of an inch; Fisher, The
// Design of Experiments, section 17.
const Values maize = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
// Hollander and Wolfe 1973, p. 29, depression scale before and after; R's example of wilcox.test.
const Values depression = {0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01};

Values sequence(int from, int to) {
  Values values;
  for (int i = from; i <= to; ++i) values.push_back(i);
  return values;
}

double exact_p(const Values& differences) {
  return signed_rank_test(differences).p;
}

}  // namespace

TEST_CASE("Student's t against the printed table (97.5 % point) and scipy 1.10.1") {
  CHECK(student_quantile(0.95, 1) == Approx(12.706204736432095).epsilon(1e-10));
  CHECK(student_quantile(0.95, 2) == Approx(4.302652729911275).epsilon(1e-10));
  CHECK(student_quantile(0.95, 4) == Approx(2.7764451051977987).epsilon(1e-10));
  CHECK(student_quantile(0.95, 9) == Approx(2.2621571627409915).epsilon(1e-10));
  CHECK(student_quantile(0.95, 29) == Approx(2.045229642132703).epsilon(1e-10));
  CHECK(student_p(2.0, 4) == Approx(0.1161165235168155).epsilon(1e-12));
  CHECK(student_p(-3.5, 9) == Approx(0.006723515763058952).epsilon(1e-12));
  CHECK(student_p(0.5, 30) == Approx(0.6207230048851273).epsilon(1e-12));
  CHECK(student_p(8.0, 99) == Approx(2.4003038210568732e-12).epsilon(1e-9));
  CHECK(student_p(0, 3) == 1);
}

TEST_CASE("mean, spread and interval (scipy.stats.t.interval)") {
  const Summary s = summarize({0.912, 0.918, 0.921, 0.915, 0.919});
  CHECK(s.n == 5);
  CHECK(s.mean == Approx(0.917));
  CHECK(s.sd == Approx(0.0035355339059327407));
  CHECK(s.ci_low == Approx(0.9126100548345747));
  CHECK(s.ci_high == Approx(0.9213899451654256));
}

TEST_CASE("one value has a mean and no spread; none has neither") {
  const Summary one = summarize({0.5});
  CHECK(one.mean == 0.5);
  CHECK(std::isnan(one.sd));
  CHECK(std::isnan(one.ci_low));
  CHECK(summarize({}).n == 0);
  CHECK(std::isnan(summarize({}).mean));
}

TEST_CASE("paired t: Student's own sleep data, and Darwin's maize as Fisher did it") {
  const PairedTest test = paired_test(sleep);
  CHECK(test.difference.mean == Approx(1.58));
  CHECK(test.t == Approx(4.062127683382037));      // R, t.test(sleep, paired): t = 4.0621
  CHECK(test.p_t == Approx(0.00283289019738427));  // R: p = 0.002833
  CHECK(test.difference.ci_low == Approx(0.7001142367452713));  // R: 0.7001142 2.4598858
  CHECK(test.difference.ci_high == Approx(2.4598857632547286));
  CHECK(paired_test(maize).t == Approx(2.148).epsilon(1e-4));  // Fisher: 2.148
}

TEST_CASE("Wilcoxon's exact p: R, scipy and the printed table") {
  CHECK(signed_rank_test(depression).w_plus == 40);   // R: V = 40
  CHECK(exact_p(depression) == Approx(0.0390625));    // R: one-sided 0.01953
  CHECK(signed_rank_test(maize).w_plus == 96);        // scipy: statistic 24, of 120
  CHECK(exact_p(maize) == Approx(0.041259765625));    // scipy, exact
  CHECK(exact_p(sequence(1, 5)) == Approx(0.0625));   // 2 / 2^5
  CHECK(exact_p(sequence(1, 6)) == Approx(0.03125));  // 2 / 2^6: the first under 5 %
  // n = 10: W = 8 is the table's last value at 5 % two-sided (p = 0.0488), W = 9 is past it.
  Values ten = sequence(1, 10);
  ten[7] = -8;
  CHECK(exact_p(ten) == Approx(50.0 / 1024));
  ten[7] = 8, ten[8] = -9;
  CHECK(exact_p(ten) == Approx(66.0 / 1024));
  CHECK(signed_rank_test(ten).smallest_p == Approx(2.0 / 1024));
}

TEST_CASE(
    "beyond 200 differences Wilcoxon's p is the normal distribution's (the formula in Python)") {
  Values plain = sequence(1, 250), tied;
  for (double& value : plain)
    if (static_cast<int>(value) % 5 > 2) value = -value;
  for (int i = 0; i < 250; ++i) tied.push_back((i % 50 + 1) * (i % 7 < 4 ? 1 : -1));
  CHECK(signed_rank_test(plain).w_plus == 18775);
  CHECK(exact_p(plain) == Approx(0.006992086231470047));
  CHECK(signed_rank_test(tied).w_plus == 18212);
  CHECK(exact_p(tied) == Approx(0.027425113879707065));
  Values exact(plain.begin(), plain.begin() + 200);
  const double p = exact_p(exact);  // at the border the two agree
  exact.push_back(201);
  CHECK(exact_p(exact) == Approx(p).epsilon(0.1));
}

TEST_CASE("values that are equal but for rounding have no spread") {
  const Summary s = summarize({29.167173713, 29.167173713 * (1 + 4e-16), 29.167173713});
  CHECK(s.sd == 0);
  CHECK(s.ci_low == s.mean);
}

TEST_CASE("ties take their mean rank, zeros go (all 2^7 signs enumerated in Python)") {
  const SignedRank test = signed_rank_test({1, 1, 2, -2, 3, 4, 0, 5});
  CHECK(test.n == 7);
  CHECK(test.w_plus == 24.5);
  CHECK(test.p == Approx(0.09375));
  CHECK(std::isnan(exact_p({0, 0, 0})));
}

TEST_CASE("differences that are one value have no t, and no p of zero") {
  const PairedTest test = paired_test({0.001, 0.001, 0.001});
  CHECK(std::isnan(test.p_t));
  CHECK(test.wilcoxon.p == Approx(0.25));
}

TEST_CASE("Holm's correction (R: p.adjust(p, \"holm\"))") {
  const Values adjusted = holm({0.01, 0.02, 0.03, 0.04, 0.05});
  const Values expected = {0.05, 0.08, 0.09, 0.09, 0.09};
  for (size_t i = 0; i < 5; ++i) CHECK(adjusted[i] == Approx(expected[i]));
  const Values mixed = holm({0.04, NAN, 0.001, 0.6});
  CHECK(mixed[0] == Approx(0.08));
  CHECK(std::isnan(mixed[1]));
  CHECK(mixed[2] == Approx(0.003));
  CHECK(mixed[3] == Approx(0.6));
}

TEST_CASE("what a test may say") {
  const auto verdict = [](const Values& differences, int64_t comparisons = 1) {
    const PairedTest test = paired_test(differences);
    const auto m = static_cast<double>(comparisons);
    return judge(test, std::min(1.0, m * test.p_t), std::min(1.0, m * test.wilcoxon.p),
                 comparisons);
  };
  CHECK(verdict({}) == Verdict::too_few);
  CHECK(verdict({0.1, 0.10001}) == Verdict::too_few);             // two pairs: t alone would shout
  CHECK(verdict({0.01, -0.01, 0.02, 0.01}) == Verdict::too_few);  // four, nothing seen
  CHECK(verdict({0.010, 0.011, 0.012, 0.011}) == Verdict::differs);
  CHECK(verdict({0.001, 0.001, 0.001}) == Verdict::too_few);  // no spread, no exact p under 1/4
  CHECK(verdict({0, 0, 0, 0}) == Verdict::identical);
  CHECK(verdict({1, -1, 2, -2, 3, -3, 0.5}) == Verdict::no_difference);
  CHECK(verdict(sleep) == Verdict::differs);
  CHECK(verdict(sleep, 20) == Verdict::no_difference);  // 20 / 2^9 is below 5 %
  CHECK(verdict(sleep, 100) == Verdict::too_few);       // 100 / 2^9: no ten pairs could pass
  CHECK(verdict({5, 5.1, 4.9, 5.2, 4.8, 5, -0.1}) == Verdict::differs);
  // The one loss is the largest of ten: W = 10, past the table's 8, while t = 3.6 has p = 0.006.
  CHECK(verdict({5, 5.1, 4.9, 5.2, 4.8, 5, -6, 5.3, 5.4, 5.2}) == Verdict::tests_disagree);
  CHECK(verdict({9, 9, 9, 8, 8, 8, 9, 8, -10, -10}) == Verdict::no_difference);
  // One seed far off hides from t (p = 0.24) what every seed shows (p = 2 / 2^10).
  const Values outlier = {0.82, 0.02, 0.021, 0.019, 0.02, 0.022, 0.018, 0.02, 0.021, 0.02};
  CHECK(paired_test(outlier).p_t == Approx(0.244).epsilon(0.02));
  CHECK(verdict(outlier) == Verdict::tests_disagree);
  CHECK(verdict(outlier, 40) == Verdict::too_few);  // 40 / 2^9: could not pass
}
