#include "strata/report/comparing/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace strata {
namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
constexpr double rounding = 1e-6;  // of a figure's size: sums of single precision, in another order
constexpr size_t most_exact = 200;  // differences; beyond, the normal distribution is as good

/// Twice the mid-ranks of the magnitudes, so that they are whole numbers.
std::vector<int64_t> doubled_ranks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto magnitude = [&](size_t i) { return std::abs(values[i]); };
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return magnitude(a) < magnitude(b); });
  std::vector<int64_t> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    // Differences of accuracies that should be equal differ in the last bits.
    const double limit = magnitude(order[begin]) * (1 + 1e-9);
    size_t end = begin;
    while (end < order.size() && magnitude(order[end]) <= limit) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<int64_t>(begin + 1 + end);
    begin = end;
  }
  return ranks;
}

/// P(sum of the ranks with a fair coin each <= limit).
double lower_tail(const std::vector<int64_t>& ranks, int64_t limit) {
  const int64_t total = std::accumulate(ranks.begin(), ranks.end(), int64_t{0});
  std::vector<double> chance(static_cast<size_t>(total) + 1, 0.0);
  chance[0] = 1;
  int64_t reached = 0;
  for (const int64_t rank : ranks) {
    reached += rank;
    for (int64_t sum = reached; sum >= 0; --sum) {
      const double without = chance[static_cast<size_t>(sum)];
      const double with = sum >= rank ? chance[static_cast<size_t>(sum - rank)] : 0.0;
      chance[static_cast<size_t>(sum)] = 0.5 * (without + with);
    }
  }
  return std::accumulate(chance.begin(), chance.begin() + limit + 1, 0.0);
}

/// Two-sided p of the smaller sum of ranks, by the normal distribution with the variance that tied
/// ranks have (a quarter of their squares' sum) and half a rank for continuity.
double normal_p(const std::vector<int64_t>& doubled, int64_t smaller) {
  double mean = 0, variance = 0;  // of the doubled sum
  for (const int64_t rank : doubled) {
    mean += static_cast<double>(rank) / 2;
    variance += static_cast<double>(rank * rank) / 4;
  }
  const double z = std::max(0.0, mean - static_cast<double>(smaller) - 1) / std::sqrt(variance);
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

}  // namespace

double student_p(double t, double df) {
  const boost::math::students_t distribution(df);
  return 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

double student_quantile(double confidence, double df) {
  const boost::math::students_t distribution(df);
  return boost::math::quantile(boost::math::complement(distribution, (1 - confidence) / 2));
}

Summary summarize(const std::vector<double>& values, double confidence) {
  Summary s;
  s.n = static_cast<int64_t>(values.size());
  s.mean = s.sd = s.ci_low = s.ci_high = not_known;
  if (s.n == 0) return s;
  const auto n = static_cast<double>(s.n);
  s.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (s.n < 2) return s;
  double squares = 0;
  for (const double value : values) squares += (value - s.mean) * (value - s.mean);
  s.sd = std::sqrt(squares / (n - 1));
  if (s.sd <= 1e-12 * std::abs(s.mean)) s.sd = 0;  // equal but for the rounding of their mean
  const double half = student_quantile(confidence, n - 1) * s.sd / std::sqrt(n);
  s.ci_low = s.mean - half;
  s.ci_high = s.mean + half;
  return s;
}

SignedRank signed_rank_test(const std::vector<double>& differences) {
  std::vector<double> values;
  std::copy_if(differences.begin(), differences.end(), std::back_inserter(values),
               [](double d) { return d != 0; });
  SignedRank result;
  result.n = static_cast<int64_t>(values.size());
  result.p = result.w_plus = result.smallest_p = not_known;
  if (values.empty()) return result;
  const auto ranks = doubled_ranks(values);
  int64_t plus = 0;
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] > 0) plus += ranks[i];
  const int64_t minus = std::accumulate(ranks.begin(), ranks.end(), int64_t{0}) - plus;
  result.w_plus = static_cast<double>(plus) / 2;
  const int64_t smaller = std::min(plus, minus);
  result.p = values.size() > most_exact ? normal_p(ranks, smaller)
                                        : std::min(1.0, 2 * lower_tail(ranks, smaller));
  result.smallest_p = std::ldexp(1.0, 1 - static_cast<int>(result.n));
  return result;
}

PairedTest paired_test(const std::vector<double>& differences) {
  PairedTest test;
  test.difference = summarize(differences);
  test.wilcoxon = signed_rank_test(differences);
  test.t = test.p_t = not_known;
  const Summary& d = test.difference;
  if (d.n < 2 || d.sd == 0) return test;  // no spread to judge by
  test.t = d.mean / (d.sd / std::sqrt(static_cast<double>(d.n)));
  test.p_t = student_p(test.t, static_cast<double>(d.n - 1));
  return test;
}

std::vector<double> holm(const std::vector<double>& p_values) {
  std::vector<size_t> order;
  for (size_t i = 0; i < p_values.size(); ++i)
    if (!std::isnan(p_values[i])) order.push_back(i);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size(), not_known);
  double largest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const double factor = static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, factor * p_values[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

int64_t seeds_needed(const Summary& difference, int64_t comparisons) {
  int64_t n = 3;
  while (std::ldexp(static_cast<double>(comparisons), 1 - static_cast<int>(n)) > significance_level)
    ++n;
  if (difference.n < 2) return n;
  constexpr double least = 7.849;  // (z(0.975) + z(0.8)) squared
  constexpr double many = 1e6;
  const double ratio = difference.sd / difference.mean;
  const double by_t = std::min(many, std::ceil(least * ratio * ratio) + 2);  // + 2: t, not z
  return std::isnan(by_t) ? static_cast<int64_t>(many) : std::max(n, static_cast<int64_t>(by_t));
}

Verdict judge(const PairedTest& test, double p_t, double p_wilcoxon, int64_t comparisons,
              double size) {
  const int64_t n = test.difference.n;
  if (n >= 1 && test.wilcoxon.n == 0) return n < 3 ? Verdict::too_few : Verdict::identical;
  if (n < 3) return Verdict::too_few;
  const auto corrected = static_cast<double>(comparisons);
  const bool wilcoxon_can = test.wilcoxon.smallest_p * corrected <= significance_level;
  const bool enough = std::ldexp(corrected, 1 - static_cast<int>(n)) <= significance_level;
  const bool wilcoxon_differs = p_wilcoxon <= significance_level;
  const bool t_differs = p_t <= significance_level;  // false where there is no t
  const double least = rounding * size;
  if (std::abs(test.difference.mean) <= least && (t_differs || test.difference.sd <= least))
    return Verdict::rounding;
  if (std::isnan(p_t)) return wilcoxon_differs ? Verdict::differs : Verdict::too_few;
  if (t_differs)
    return wilcoxon_can && !wilcoxon_differs ? Verdict::tests_disagree : Verdict::differs;
  if (wilcoxon_differs) return Verdict::tests_disagree;
  return enough ? Verdict::no_difference : Verdict::too_few;
}

}  // namespace strata
