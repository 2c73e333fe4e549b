#include "strata/report/rendering/comparison_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "strata/report/comparing/baselines.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/report/rendering/verdict.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/print.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

constexpr const char* explanation =
    "mean ± standard deviation over seeds [95 % confidence interval, Student's t]";

/// Whether the row's runs are not what the figure's interval counts.
bool tells_n(const Group& group, const Cell& cell) {
  return cell.summary.n > 0 && cell.summary.n != group.count("completed");
}

std::string cell_text(const Group& group, const Cell& cell, const ComparedMetric& metric) {
  std::string text = summary_text(cell.summary);
  if (tells_n(group, cell)) text += fmt::format(" (n {})", cell.summary.n);
  if (cell.best) text += " *";
  if (cell.chosen_on_test) text += " !";
  if (!metric.comparable && cell.summary.n > 0) text += " ≠";
  return text;
}

std::string runs_text(const Group& group) {
  const int64_t all = group.records();
  const int64_t done = group.count("completed");
  return done == all ? std::to_string(all) : fmt::format("{} of {}", done, all);
}

bool is_shown(const Comparison& c, size_t g) {
  return c.top == 0 || g < c.top ||
         std::find(c.baselines.begin(), c.baselines.end(), g) != c.baselines.end();
}

/// The rows that are shown. Where there are any, the curves are the last column.
Table comparison_table(const Comparison& c, bool curves) {
  std::vector<Column> columns = {{"row", {}, true}};
  for (const std::string& name : c.key_names) columns.push_back({name, {}, false});
  if (c.keys.empty()) columns.push_back({"name", {}, false});
  columns.push_back({"runs", {}, true});
  if (!c.flags.empty()) columns.push_back({"flags", {}, false});
  for (const ComparedMetric& metric : c.metrics) columns.push_back({metric.name, {}, false});
  curves &= std::any_of(c.groups.begin(), c.groups.end(),
                        [](const Group& group) { return !group.curves.empty(); });
  if (curves) columns.push_back({"loss by epoch", {}, false});
  Table table(std::move(columns));
  for (size_t g = 0; g < c.groups.size(); ++g) {
    const Group& group = c.groups[g];
    if (!is_shown(c, g)) continue;
    std::vector<std::string> cells = {std::to_string(g + 1)};
    for (const std::string& value : group.values) cells.push_back(value.empty() ? "-" : value);
    if (c.keys.empty()) cells.push_back(fmt::format("{}", fmt::join(group.names, ", ")));
    cells.push_back(runs_text(group));
    if (!c.flags.empty()) cells.push_back(group.marks);
    for (size_t m = 0; m < c.metrics.size(); ++m)
      cells.push_back(cell_text(group, group.cells[m], c.metrics[m]));
    if (curves) cells.push_back(group.curves.empty() ? "-" : sparkline(group.curves));
    table.add(std::move(cells));
  }
  return table;
}

std::string left_out(const Comparison& c, const Table& table) {
  return table.rows() == c.groups.size()
             ? ""
             : fmt::format("{} of {} rows are shown (--top).\n", table.rows(), c.groups.size());
}

bool lacks_pairs(const Paired& p) {
  return p.comparable && p.test.difference.n == 0;
}

std::vector<Column> paired_columns(const Comparison& c) {
  Table table({{"metric", {}, false},
               {"row", {}, true},
               {"difference", {}, false},
               {"pairs", {}, true},
               {"p (t)", {}, true},
               {"p (Wilcoxon)", {}, true},
               {"verdict", {}, false}});
  const bool several = c.baselines.size() > 1;
  for (const Paired& p : c.paired) {
    if (lacks_pairs(p)) continue;
    const Summary& d = p.test.difference;
    std::string difference = "-";
    if (d.n == 1) difference = fmt::format("{:+.4g}", d.mean);
    if (d.n > 1)
      difference = fmt::format("{}{} [{}, {}]", d.mean > 0 ? "+" : "", figure_text(d.mean, d.sd),
                               end_text(d.ci_low, d.sd), end_text(d.ci_high, d.sd));
    const std::string row = std::to_string(p.group + 1);
    table.add(
        {c.metrics[p.metric].name, several ? fmt::format("{} from {}", row, p.baseline + 1) : row,
         difference,
         p.unpaired > 0 ? fmt::format("{} ({} unpaired)", d.n, p.unpaired) : std::to_string(d.n),
         p_text(p.p_t), p_text(p.p_wilcoxon),
         verdict_with_flags(p, c.metrics[p.metric].figure.better)});
  }
  return table.columns;
}

std::string paired_heading(const Comparison& c) {
  const std::string from =
      c.baselines.size() == 1
          ? fmt::format("Difference from row {}", c.baselines[0] + 1)
          : fmt::format(
                "Difference of each row from that of {} which agrees with it in all other "
                "settings,",
                rows_text(c.baselines));
  return from +
         " over shared seeds [95 % interval of this difference alone]; p of the paired t-test and "
         "of Wilcoxon's signed-rank test, each corrected by Holm over the rows of a metric";
}

std::string paired_text(const Comparison& c, size_t width) {
  const auto columns = paired_columns(c);
  const std::string none = no_pairs_text(c);
  std::string text;
  if (!columns[0].cells.empty())
    text += '\n' + wrapped(paired_heading(c), width, "  ") + text_tables(columns, 2, width);
  if (!none.empty()) text += (text.empty() ? "\n" : "") + wrapped(none + '.', width, "  ");
  return text;
}

/// How rows are tested, where more than two would leave open against which.
std::string baseline_hint(const Comparison& c, size_t width) {
  if (c.groups.size() < 3 || !c.baselines.empty() || c.keys.empty()) return "";
  std::string choice = shell_word(some_baseline(c));
  if (choice.size() > 60) choice = "KEY=VALUE,...";
  return '\n' + wrapped("To test the rows against one of them: --baseline " + choice, width, "  ");
}

std::string legend(const Comparison& c) {
  std::string text = explanation;
  bool best = false, chosen = false, incomparable = false, tells = false;
  for (const Group& group : c.groups)
    for (const Cell& cell : group.cells) {
      best |= cell.best, chosen |= cell.chosen_on_test;
      tells |= tells_n(group, cell);
    }
  for (const ComparedMetric& metric : c.metrics) incomparable |= !metric.comparable;
  if (tells) text += "; n: seeds behind a figure, where not the row's runs";
  if (best)
    text +=
        "; * best of the rows of 3 seeds or more on the same data: no other's mean in its interval";
  if (chosen) text += "; ! chosen on the test data";
  if (incomparable) text += "; ≠ not comparable between all rows";
  return text;
}

/// Text that GitHub's Markdown shows as it is: names may hold what ends a cell, opens a tag, a link
/// or an entity, or sets in italics.
std::string escaped(const std::string& text) {
  const auto plain = [&](size_t i) {
    return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) != 0);
  };
  std::string safe;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool alone =
        (i == 0 || text[i - 1] == ' ') && (i + 1 == text.size() || text[i + 1] == ' ');
    const bool inside = i > 0 && plain(i - 1) && plain(i + 1);
    const bool special = c == '|' || c == '\\' || c == '`' || c == '~' || (c == '*' && !alone) ||
                         (c == '_' && !inside) ||
                         (c == ']' && i + 1 < text.size() && text[i + 1] == '(');
    if (c == '<' || c == '>' || c == '&')
      safe += c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;";
    else if (c == '\n' || c == '\r')
      safe += ' ';
    else
      safe += (special ? "\\" : "") + std::string(1, c);
  }
  return safe;
}

std::string markdown_table(const std::vector<Column>& columns) {
  std::string text = "|", rule = "|";
  for (const Column& column : columns) {
    text += ' ' + escaped(column.header) + " |";
    rule += column.right ? "---:|" : "---|";
  }
  text += '\n' + rule + '\n';
  for (size_t r = 0; r < columns[0].cells.size(); ++r) {
    text += '|';
    for (const Column& column : columns) text += ' ' + escaped(column.cells[r]) + " |";
    text += '\n';
  }
  return text;
}

}  // namespace

std::string verdict_text(const Paired& paired, int direction) {
  if (!paired.comparable) return "not comparable";
  if (paired.test.difference.n == 0) return "no pairs";
  switch (paired.verdict) {
    case Verdict::identical:
      return "identical";
    case Verdict::rounding:
      return "same but for rounding";
    case Verdict::too_few:
      return "n too small to tell";
    case Verdict::no_difference:
      return "no difference shown";
    case Verdict::tests_disagree:
      return "unclear: the tests disagree";
    case Verdict::differs:
      break;
  }
  const std::string text = direction_word(paired, direction);
  return paired.p_wilcoxon <= significance_level ? text : text + " (by t alone)";
}

std::string no_pairs_text(const Comparison& c) {
  std::map<size_t, std::vector<size_t>> rows;  // by metric
  for (const Paired& p : c.paired) {
    auto& without = rows[p.metric];
    if (lacks_pairs(p)) without.push_back(p.group);
  }
  std::map<std::vector<size_t>, std::vector<std::string>> metrics;
  for (const auto& [m, without] : rows)
    if (!without.empty()) metrics[without].push_back(c.metrics[m].name);
  std::vector<std::string> parts;
  for (const auto& [without, names] : metrics)
    parts.push_back(rows_text(without) + (names.size() == rows.size()
                                              ? ""
                                              : fmt::format(" in {}", fmt::join(names, ", "))));
  return parts.empty() ? "" : fmt::format("No pairs: {}", fmt::join(parts, "; "));
}

std::string counts_text(const Comparison& c) {
  std::map<std::string, size_t> counts;
  size_t runs = c.unreadable.size();
  for (const Group& group : c.groups)
    for (const auto& [status, count] : group.statuses)
      counts[status] += static_cast<size_t>(count), runs += static_cast<size_t>(count);
  for (const ComparedRun* run : c.unstarted) ++counts[run->status], ++runs;
  std::vector<std::string> parts;
  for (const char* status : run_statuses)
    if (counts[status] > 0) parts.push_back(fmt::format("{} {}", counts[status], status));
  if (!c.unreadable.empty()) parts.push_back(fmt::format("{} unreadable", c.unreadable.size()));
  return fmt::format("{} run{} ({}) in {} row{}", runs, runs == 1 ? "" : "s",
                     fmt::join(parts, ", "), c.groups.size(), c.groups.size() == 1 ? "" : "s");
}

std::vector<std::string> lacks_of(const Paired& paired) {
  std::vector<std::string> lacks;
  if (paired.lost_runs) lacks.emplace_back("failed runs");
  if (paired.lacks_figures) lacks.emplace_back("missing figures");
  return lacks;
}

std::string verdict_with_flags(const Paired& paired, int direction) {
  std::vector<std::string> see;
  if (!paired.flags.empty()) see.push_back(paired.flags);
  if (paired.chosen_on_test) see.emplace_back("!");
  for (const std::string& lack : lacks_of(paired)) see.push_back("the " + lack);
  const std::string verdict = verdict_text(paired, direction);
  return see.empty() ? verdict
                     : fmt::format("{}, {}see {}", verdict, paired.comparable ? "but " : "",
                                   fmt::join(see, " and "));
}

std::string comparison_text(const Comparison& c, size_t width, bool styled) {
  const Table table = comparison_table(c, true);
  std::string text =
      counts_text(c) + "\n\n" + text_tables(table.columns, 1, width) + left_out(c, table);
  const bool drawn = table.columns.back().header == "loss by epoch";
  text +=
      '\n' + wrapped(legend(c) + (drawn ? fmt::format("; {}", sparkline_legend) : ""), width, "  ");
  text += paired_text(c, width) + baseline_hint(c, width);
  if (!c.paired_note.empty()) text += wrapped(c.paired_note + '.', width, "  ");
  if (!c.flags.empty()) text += "\nNot to be compared without a thought:\n";
  for (const Flag& flag : c.flags)
    text += wrapped(fmt::format("  ({}) {}", flag.mark, flag.text()), width, "      ");
  if (!c.notes.empty()) text += '\n';
  for (const std::string& note : c.notes) text += wrapped("Note: " + note + ".", width, "  ");
  std::string head;
  for (const std::string& sentence : verdict_sentences(c))
    head += Display{width, styled}.style(Style::bold, wrapped(printable(sentence), width, "  "));
  return head + (head.empty() ? "" : "\n") + printable(text);
}

std::string comparison_markdown(const Comparison& c) {
  const Table table = comparison_table(c, false);
  std::string text;
  for (const std::string& sentence : verdict_sentences(c))
    text += fmt::format("**{}**\n\n", escaped(sentence));
  text += counts_text(c) + "\n\n" + markdown_table(table.columns) + '\n' + left_out(c, table) +
          legend(c) + '\n';
  const auto paired = paired_columns(c);
  if (!paired[0].cells.empty()) text += '\n' + paired_heading(c) + ":\n\n" + markdown_table(paired);
  const std::string none = no_pairs_text(c);
  if (!none.empty()) text += '\n' + none + ".\n";
  if (!c.paired_note.empty()) text += '\n' + c.paired_note + ".\n";
  if (!c.flags.empty()) text += '\n';
  for (const Flag& flag : c.flags)
    text += fmt::format("- **{}** {}\n", flag.mark, escaped(flag.text()));
  for (const std::string& note : c.notes) text += fmt::format("- {}\n", escaped(note));
  return printable(text);
}

}  // namespace strata
