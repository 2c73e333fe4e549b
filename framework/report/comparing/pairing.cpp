#include "strata/report/comparing/pairing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "strata/report/comparing/baselines.hpp"
#include "strata/report/comparing/cells.hpp"
#include "strata/report/settings/varying_settings.hpp"

namespace strata {
namespace {

constexpr double untested = std::numeric_limits<double>::quiet_NaN();

/// The runs that give a figure, by seed.
using SeedRuns = std::map<int64_t, std::vector<const ComparedRun*>>;

SeedRuns runs_with(const Group& group, const std::string& metric) {
  SeedRuns runs;
  for (const ComparedRun* run : group.runs)
    if (run->status == "completed" && run->figures.count(metric) != 0)
      runs[run->seed].push_back(run);
  return runs;
}

/// Of sums of figures of this size: what lies this near 0 is their rounding.
double or_zero(double mean, double size) {
  return std::abs(mean) <= 1e-12 * size ? 0 : mean;
}

std::vector<double> values_of(const std::map<int64_t, double>& by_seed) {
  std::vector<double> values;
  for (const auto& one : by_seed) values.push_back(one.second);
  return values;
}

/// For each seed the mean difference of the runs that `fit` each other.
std::map<int64_t, double> differences_by_seed(const SeedRuns& ours, const SeedRuns& theirs,
                                              const std::string& metric, const RunsAgree& fit) {
  std::map<int64_t, double> differences;
  for (const auto& [seed, runs] : ours) {
    const auto others = theirs.find(seed);
    if (others == theirs.end()) continue;
    std::vector<double> found;
    double size = 0;
    for (const ComparedRun* a : runs)
      for (const ComparedRun* b : others->second)
        if (a->test_data == b->test_data && fit(*a, *b)) {
          found.push_back(a->figures.at(metric).value - b->figures.at(metric).value);
          size = std::max(size, std::abs(a->figures.at(metric).value));
        }
    if (!found.empty()) differences[seed] = or_zero(summarize(found).mean, size);
  }
  return differences;
}

Paired compare_pair(const Comparison& c, const RunsAgree& agree, size_t g, size_t baseline,
                    size_t m) {
  Paired paired;
  paired.group = g;
  paired.baseline = baseline;
  paired.metric = m;
  const std::string& metric = c.metrics[m].name;
  paired.test = paired_test({});
  paired.p_t = paired.p_wilcoxon = untested;
  const Cell &ours_cell = c.groups[g].cells[m], &theirs_cell = c.groups[baseline].cells[m];
  if (ours_cell.values.empty() || theirs_cell.values.empty()) return paired;
  paired.size = std::max(std::abs(ours_cell.summary.mean), std::abs(theirs_cell.summary.mean));
  paired.comparable = ours_cell.unit == theirs_cell.unit && !is_of_codes(ours_cell) &&
                      c.groups[g].tested() && c.groups[baseline].tested();
  paired.chosen_on_test = ours_cell.chosen_on_test || theirs_cell.chosen_on_test;
  paired.lost_runs = c.groups[g].lost_runs() || c.groups[baseline].lost_runs();
  paired.lacks_figures = !ours_cell.complete || !theirs_cell.complete;
  for (const Flag& flag : c.flags) {
    if (!flag.concerns(c.metrics[m]) || !flag.between(g, baseline)) continue;
    paired.flags += (paired.flags.empty() ? "" : ",") + flag.mark;
    if (flag.forbids(c.metrics[m])) paired.comparable = false;
  }
  if (!paired.comparable) return paired;
  const SeedRuns ours = runs_with(c.groups[g], metric);
  const SeedRuns theirs = runs_with(c.groups[baseline], metric);
  auto& differences = paired.differences;
  differences = differences_by_seed(ours, theirs, metric, agree);
  if (differences.empty())  // the rows share no setting of what they mix: their means are compared
    differences = differences_by_seed(ours, theirs, metric, [](auto&, auto&) { return true; });
  paired.unpaired = static_cast<int64_t>(ours.size() + theirs.size() - 2 * differences.size());
  paired.test = paired_test(values_of(differences));
  return paired;
}

bool share(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& data) { return b.count(data) != 0; });
}

/// Whether the two may be tested, if they have figures: on test data that both have.
bool on_shared_data(const Group& a, const Group& b) {
  const auto ours = a.test_data(), theirs = b.test_data();
  return ours.empty() || theirs.empty() || share(ours, theirs);
}

/// The groups to test, each with its baseline. Notes name those that have none.
std::map<size_t, size_t> own_baselines(Comparison& c) {
  std::map<size_t, size_t> own;
  std::vector<size_t> other_data, alone;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    if (std::find(c.baselines.begin(), c.baselines.end(), g) != c.baselines.end()) continue;
    std::vector<size_t> on_data;
    std::copy_if(c.baselines.begin(), c.baselines.end(), std::back_inserter(on_data),
                 [&](size_t b) { return on_shared_data(c.groups[g], c.groups[b]); });
    const auto found =
        c.baselines.size() == 1 ? on_data : partners(c, {on_data, c.baseline_keys}, g);
    if (on_data.empty())
      other_data.push_back(g);
    else if (found.size() == 1 || (!found.empty() && c.baseline_keys.empty()))
      own[g] = found[0];
    else
      alone.push_back(g);
  }
  if (!other_data.empty())
    c.notes.push_back(fmt::format(
        "{} {} tested on other data than {}: they stand side by side, "
        "and no paired test is made between them",
        rows_text(other_data), other_data.size() > 1 ? "were" : "was", rows_text(c.baselines)));
  if (!alone.empty())
    c.notes.push_back(
        fmt::format("{} {} not tested: not one of {} alone agrees in all other settings",
                    rows_text(alone), alone.size() > 1 ? "were" : "was", rows_text(c.baselines)));
  return own;
}

/// Whether two rows differ in settings of the data, and in nothing else.
bool differ_in_data(const Comparison& c, size_t a, size_t b) {
  const auto &ours = c.groups[a].values, &theirs = c.groups[b].values;
  for (size_t k = 0; k < c.keys.size(); ++k)
    if (ours[k] != theirs[k] && !lies_in(c.keys[k], "data")) return false;
  return ours != theirs;
}

/// The difference of two differences, each over its own baseline.
void add_gains(Comparison& c) {
  for (size_t i = 0; i < c.paired.size(); ++i)
    for (size_t j = i + 1; j < c.paired.size(); ++j) {
      const Paired &p = c.paired[i], &q = c.paired[j];
      const auto unit = [&](const Paired& one) { return c.groups[one.group].cells[p.metric].unit; };
      if (p.metric != q.metric || !p.comparable || !q.comparable || unit(p) != unit(q) ||
          !differ_in_data(c, p.group, q.group) || !differ_in_data(c, p.baseline, q.baseline))
        continue;
      std::vector<double> differences;
      for (const auto& [seed, difference] : p.differences)
        if (const auto other = q.differences.find(seed); other != q.differences.end())
          differences.push_back(or_zero(difference - other->second, std::max(p.size, q.size)));
      Gain gain{p.group, q.group, p.metric, paired_test(differences), Verdict::too_few};
      if (!differences.empty()) c.gains.push_back(gain);
    }
  std::map<size_t, int64_t> comparisons;  // by metric; corrected as Bonferroni does
  for (const Gain& gain : c.gains) ++comparisons[gain.metric];
  for (Gain& gain : c.gains) {
    const auto corrected = static_cast<double>(comparisons[gain.metric]);
    gain.verdict = judge(gain.test, std::min(1.0, corrected * gain.test.p_t),
                         std::min(1.0, corrected * gain.test.wilcoxon.p), comparisons[gain.metric],
                         c.groups[gain.first].cells[gain.metric].summary.mean);
  }
}

}  // namespace

void add_paired(Comparison& c, const RunsAgree& agree) {
  const auto own = own_baselines(c);
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    if (c.metrics[m].figure.cost) continue;
    std::vector<Paired> rows;
    std::vector<double> p_t, p_wilcoxon;
    for (const auto& [group, baseline] : own) {
      rows.push_back(compare_pair(c, agree, group, baseline, m));
      p_t.push_back(rows.back().test.p_t);
      p_wilcoxon.push_back(rows.back().test.wilcoxon.p);
      if (!rows.back().comparable) p_t.back() = p_wilcoxon.back() = untested;
    }
    p_t = holm(p_t);
    p_wilcoxon = holm(p_wilcoxon);
    const auto comparisons = std::count_if(p_wilcoxon.begin(), p_wilcoxon.end(),
                                           [](double p) { return !std::isnan(p); });
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i].p_t = p_t[i];
      rows[i].p_wilcoxon = p_wilcoxon[i];
      rows[i].verdict = judge(rows[i].test, p_t[i], p_wilcoxon[i], comparisons, rows[i].size);
      c.paired.push_back(rows[i]);
    }
  }
  add_gains(c);
}

}  // namespace strata
