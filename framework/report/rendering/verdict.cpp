#include "strata/report/rendering/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "strata/report/rendering/table.hpp"
#include "strata/report/settings/varying_settings.hpp"

namespace strata {
namespace {

std::string signed_text(double value, double scale) {
  return (value > 0 ? "+" : "") + figure_text(value, scale);
}

/// "accuracy -0.4 points [-0.6, -0.1], 10 seeds"
std::string difference_text(const Summary& d, const ComparedMetric& metric) {
  const double scale = metric.figure.fraction ? 100 : 1, sd = scale * d.sd;
  std::string text = fmt::format("{} {}{}", metric.name, signed_text(scale * d.mean, sd),
                                 metric.figure.fraction ? " points" : "");
  if (d.n > 1)
    text +=
        fmt::format(" [{}, {}]", end_text(scale * d.ci_low, sd), end_text(scale * d.ci_high, sd));
  return text + ", " + counted(static_cast<size_t>(d.n), "seed", "seeds");
}

/// "row 2 (mnist, lr=0.5)"
std::string row_name(const Comparison& c, size_t g) {
  std::vector<std::string> parts;
  for (size_t k = 0; k < c.keys.size(); ++k)
    if (const std::string& value = c.groups[g].values[k]; !value.empty())
      parts.push_back(c.key_names[k] + '=' + value);
  const std::string row = fmt::format("row {}", g + 1);
  return parts.empty() || parts.size() > 3 ? row
                                           : fmt::format("{} ({})", row, fmt::join(parts, ", "));
}

/// How many seeds would do, with what makes their runs; "" where it is not known.
std::string remedy(const Comparison& c, const Paired& p, int64_t comparisons) {
  constexpr int64_t most = 60;
  const int64_t needed = seeds_needed(p.test.difference, comparisons);
  if (needed > most)
    return fmt::format("; a difference of this size would need more than {} seeds", most);
  std::string text = fmt::format("; about {} seeds would do", needed);
  std::set<std::string> commands;
  int64_t first = c.groups[p.group].runs[0]->seed;
  for (const size_t g : {p.group, p.baseline})
    for (const ComparedRun* run : c.groups[g].runs) {
      first = std::min(first, run->seed);
      if (!run->command.empty()) commands.insert(run->command);
    }
  if (commands.empty() || commands.size() > 2) return text;
  const std::string seeds = fmt::format(" --seeds {}-{}", first, first + needed - 1);
  return fmt::format("{}: {}{}", text, fmt::join(commands, seeds + " and "), seeds);
}

std::string conclusion(const Paired& p, const ComparedMetric& metric, const std::string& who,
                       const std::string& than, bool pretraining) {
  const std::string question = pretraining ? "pretraining helps" : who + " differs from " + than;
  switch (p.verdict) {
    case Verdict::differs: {
      const std::string word = direction_word(p, metric.figure.better);
      if (!pretraining) return fmt::format("{} is {} than {}", who, word, than);
      return word == "better"  ? "Pretraining helps"
             : word == "worse" ? "Pretraining does not help"
                               : "Pretraining makes it " + word;
    }
    case Verdict::identical:
      return pretraining ? "Pretraining changes nothing" : who + " is identical to " + than;
    case Verdict::rounding:
      return pretraining ? "Pretraining changes nothing but rounding"
                         : who + " is the same as " + than + " but for rounding";
    case Verdict::no_difference:
      return pretraining ? "Pretraining is not shown to help" : "Not shown: that " + question;
    case Verdict::tests_disagree:
      return "The tests disagree on whether " + question;
    case Verdict::too_few:
      break;
  }
  return "Too few seeds to tell whether " + question;
}

/// "Pretraining on mnist" is told from that on another data set by what the row says beside.
std::string sentence(const Comparison& c, const Paired& p, int64_t comparisons) {
  const bool pretraining = c.groups[p.baseline].is_control() && !c.groups[p.group].is_control();
  std::string text = conclusion(p, c.metrics[p.metric], row_name(c, p.group),
                                row_name(c, p.baseline), pretraining);
  if (pretraining && c.groups.size() > 2) text += ", " + row_name(c, p.group);
  text += ": " + difference_text(p.test.difference, c.metrics[p.metric]);
  if (p.verdict == Verdict::too_few) text += remedy(c, p, comparisons);
  if (!p.flags.empty()) text += fmt::format(", but see {}", p.flags);
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + '.';
}

std::string summary_sentence(const Comparison& c, const std::vector<const Paired*>& tested) {
  std::map<std::string, std::vector<size_t>> rows;
  for (const Paired* p : tested) {
    const int direction = c.metrics[p->metric].figure.better;
    rows[p->verdict == Verdict::differs ? direction_word(*p, direction) : "not told apart"]
        .push_back(p->group);
  }
  std::vector<std::string> parts;
  for (const auto& [what, which] : rows)
    parts.push_back(fmt::format("{} {}", which.size(), what) +
                    (what == "not told apart" ? "" : fmt::format(" ({})", rows_text(which))));
  return fmt::format("Of {} rows tested against {} in {}: {}.", tested.size(),
                     rows_text(c.baselines), c.metrics[tested[0]->metric].name,
                     fmt::join(parts, ", "));
}

std::string best_sentence(const Comparison& c) {
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    if (c.metrics[m].figure.cost || !c.metrics[m].comparable) continue;
    std::vector<std::string> best;
    for (size_t g = 0; g < c.groups.size(); ++g)
      if (c.groups[g].cells[m].best) best.push_back(row_name(c, g));
    if (best.empty()) return fmt::format("No row stands out in {}.", c.metrics[m].name);
    return fmt::format("Best in {}: {}.", c.metrics[m].name, fmt::join(best, ", "));
  }
  return "";
}

/// The values of the data's settings in which two rows differ.
std::string data_name(const Comparison& c, size_t g, size_t other) {
  std::vector<std::string> parts;
  for (size_t k = 0; k < c.keys.size(); ++k)
    if (c.groups[g].values[k] != c.groups[other].values[k]) parts.push_back(c.groups[g].values[k]);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string gain_sentence(const Comparison& c, const Gain& gain) {
  const ComparedMetric& metric = c.metrics[gain.metric];
  const bool more = metric.figure.better * gain.test.difference.mean > 0;
  const bool swap = gain.verdict == Verdict::differs && !more;
  const std::string a = data_name(c, gain.first, gain.second);
  const std::string b = data_name(c, gain.second, gain.first);
  const std::string text =
      gain.verdict == Verdict::differs
          ? fmt::format("{} gains more than {}", swap ? b : a, swap ? a : b)
      : gain.verdict == Verdict::too_few
          ? fmt::format("Too few seeds to tell whether {} or {} gains more", a, b)
          : fmt::format("Not shown: that {} or {} gains more", a, b);
  Summary d = gain.test.difference;
  if (swap) d = {d.n, -d.mean, d.sd, -d.ci_high, -d.ci_low};
  return fmt::format("{}: {}.", text, difference_text(d, metric));
}

}  // namespace

std::string direction_word(const Paired& paired, int direction) {
  const bool more = paired.test.difference.mean > 0;
  if (direction == 0) return more ? "higher" : "lower";
  return more == (direction > 0) ? "better" : "worse";
}

std::vector<std::string> verdict_sentences(const Comparison& c) {
  if (c.groups.size() < 2) return {};
  std::vector<const Paired*> tested;
  for (const Paired& p : c.paired) {
    const bool has = p.comparable && p.test.difference.n > 0;
    if (has && (tested.empty() || tested[0]->metric == p.metric)) tested.push_back(&p);
  }
  std::vector<std::string> sentences;
  if (tested.empty()) {
    if (c.baselines.empty()) sentences.push_back(best_sentence(c));
  } else if (tested.size() > 3) {
    sentences.push_back(summary_sentence(c, tested));
  } else {
    for (const Paired* p : tested)
      sentences.push_back(sentence(c, *p, static_cast<int64_t>(tested.size())));
  }
  for (const Gain& gain : c.gains)
    if (!tested.empty() && gain.metric == tested[0]->metric)
      sentences.push_back(gain_sentence(c, gain));
  if (sentences == std::vector<std::string>{""}) sentences.clear();
  return sentences;
}

}  // namespace strata
