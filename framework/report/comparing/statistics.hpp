#pragma once
// Means, intervals and tests. Implemented in statistics.cpp.
#include <cstdint>
#include <vector>

namespace strata {

/// A figure that cannot be given (a spread of one value, say) is NaN throughout.

/// Mean, spread and Student's confidence interval of independent values.
struct Summary {
  int64_t n = 0;
  double mean = 0;
  double sd = 0;      ///< with n - 1; NaN where n < 2; 0 within 1e-12 of the mean
  double ci_low = 0;  ///< mean -+ t(n - 1) sd / sqrt(n); NaN where n < 2
  double ci_high = 0;
};
Summary summarize(const std::vector<double>& values, double confidence = 0.95);

/// Two-sided p of Student's t with `df` degrees of freedom (regularized incomplete beta function).
double student_p(double t, double df);
/// The t beyond which lies (1 - confidence) / 2 on each side.
double student_quantile(double confidence, double df);

/// Wilcoxon's signed-rank test: the exact two-sided p over all 2^n signs, with zero differences
/// left out and equal magnitudes given their mean rank (Wilcoxon 1945; with ties this is the
/// permutation test on those ranks). Of more than 200 differences the normal approximation, with
/// the variance of tied ranks and a correction for continuity (Hollander and Wolfe 1973, section
/// 3.1). NaN where every difference is zero.
struct SignedRank {
  int64_t n = 0;      ///< differences that are not zero
  double w_plus = 0;  ///< sum of the ranks of the positive ones
  double p = 0;
  double smallest_p = 0;  ///< 2^(1 - n): no data of this size can give less
};
SignedRank signed_rank_test(const std::vector<double>& differences);

/// Pairs (the same seed under two settings) by their differences.
struct PairedTest {
  Summary difference;
  double t = 0;  ///< NaN where n < 2 or the differences do not vary
  double p_t = 0;
  SignedRank wilcoxon;
};
PairedTest paired_test(const std::vector<double>& differences);

/// Holm's step-down correction (Holm 1979): the adjusted p-values, in the order given. NaN stays
/// NaN and does not count as a comparison.
std::vector<double> holm(const std::vector<double>& p_values);

/// How many pairs would tell a difference of this mean and spread: by the t-test in four of five
/// tries, and enough for Wilcoxon's test to pass 5 % after `comparisons` are corrected for.
int64_t seeds_needed(const Summary& difference, int64_t comparisons);

/// Where a difference counts as shown.
constexpr double significance_level = 0.05;

/// What paired differences show at that level, after correction.
enum class Verdict {
  identical,      ///< every difference is zero
  rounding,       ///< the mean difference is within a millionth of the figures
  too_few,        ///< n too small to tell
  no_difference,  ///< enough pairs, and none shown
  differs,        ///< both tests agree (or, with few pairs, the t-test alone can tell)
  tests_disagree  ///< one test finds a difference that the other could see, and does not
};
/// @param p_t, p_wilcoxon  adjusted p-values
/// @param comparisons  how many were corrected for
/// @param size  of the figures: what is within a millionth of it is rounding, whatever the tests
///   say
/// Fewer than 3 pairs never tell. Where n pairs could not pass Wilcoxon's test whatever the data,
/// comparisons * 2^(1 - n) being above 5 %, and the t-test finds nothing, n is too_few.
Verdict judge(const PairedTest& test, double p_t, double p_wilcoxon, int64_t comparisons,
              double size = 0);

}  // namespace strata
