#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/report/reading/json_access.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/report/rendering/csv.hpp"
#include "strata/report/rendering/verdict.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

Json summary_json(const Summary& s) {
  return {{"n", s.n},
          {"mean", known(s.mean)},
          {"sd", known(s.sd)},
          {"ci_low", known(s.ci_low)},
          {"ci_high", known(s.ci_high)}};
}

Json run_json(const ComparedRun& run, const Comparison& c) {
  Json metrics = Json::object();
  for (const ComparedMetric& metric : c.metrics) {
    const auto figure = run.figures.find(metric.name);
    if (figure != run.figures.end()) metrics[metric.name] = figure->second.value;
  }
  Json json = {{"path", run.path.string()}, {"name", run.name},     {"run_id", run.run_id},
               {"seed", run.seed},          {"status", run.status}, {"metrics", metrics}};
  if (!run.tags.empty()) json["tags"] = run.tags;
  if (!run.note.empty()) json["note"] = run.note;
  return json;
}

/// A setting's text as what it is: a number, a truth value, null where there is none, or a text. A
/// name, a commit or a version is a text, whatever it looks like.
Json typed(const std::string& key, const std::string& text) {
  if (text.empty()) return nullptr;
  if (key == "name" || key.rfind("provenance.", 0) == 0) return text;
  const auto value = parse_json(text);
  return value && (value->is_number() || value->is_boolean()) ? *value : Json(text);
}

Json group_json(size_t g, const Comparison& c) {
  const Group& group = c.groups[g];
  Json settings = Json::object(), metrics = Json::object(), runs = Json::array();
  for (size_t k = 0; k < c.keys.size(); ++k)
    settings[c.keys[k]] = typed(c.keys[k], group.values[k]);
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    const Cell& cell = group.cells[m];
    Json figures = summary_json(cell.summary);
    figures["best"] = cell.best;
    figures["chosen_on_test"] = cell.chosen_on_test;
    if (!cell.unit.empty()) figures["unit"] = cell.unit;
    metrics[c.metrics[m].name] = figures;
  }
  for (const auto* listed : {&group.runs, &group.repeats})
    for (const ComparedRun* run : *listed) {
      runs.push_back(run_json(*run, c));
      runs.back()["counts"] = listed == &group.runs;
    }
  return {{"row", g + 1},         {"settings", settings},
          {"names", group.names}, {"statuses", group.statuses},
          {"flags", group.marks}, {"metrics", metrics},
          {"runs", runs}};
}

/// As the table counts them, from 1.
std::vector<size_t> rows_of(std::vector<size_t> groups) {
  for (size_t& group : groups) ++group;
  return groups;
}

Json flag_json(const Flag& flag) {
  Json differences = Json::array();
  for (const Flag::Difference& difference : flag.differences) {
    Json sides = Json::array();
    for (const Flag::Side& side : difference.sides)
      sides.push_back({{"value", side.value},
                       {"groups", side.groups},
                       {"rows", rows_of(side.groups)},
                       {"runs", side.runs}});
    differences.push_back({{"scope", difference.scope}, {"sides", sides}});
  }
  return {{"mark", flag.mark},
          {"category", flag.category},
          {"key", flag.key},
          {"text", flag.text()},
          {"differences", differences}};
}

Json paired_json(const Paired& paired, const Comparison& c) {
  const ComparedMetric& metric = c.metrics[paired.metric];
  return {{"metric", metric.name},
          {"group", paired.group},
          {"row", paired.group + 1},
          {"baseline", paired.baseline},
          {"baseline_row", paired.baseline + 1},
          {"comparable", paired.comparable},
          {"flags", paired.flags},
          {"chosen_on_test", paired.chosen_on_test},
          {"lacks", lacks_of(paired)},
          {"difference", summary_json(paired.test.difference)},
          {"unpaired", paired.unpaired},
          {"t", known(paired.test.t)},
          {"p_t", known(paired.test.p_t)},
          {"p_wilcoxon", known(paired.test.wilcoxon.p)},
          {"p_t_holm", known(paired.p_t)},
          {"p_wilcoxon_holm", known(paired.p_wilcoxon)},
          {"verdict", verdict_with_flags(paired, metric.figure.better)}};
}

/// Numbers as they are, truth values as yes and no, lists with blanks between; "" where null.
std::string csv_text(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return json_text(value);
  std::string text;
  for (const Json& item : value) text += (text.empty() ? "" : "; ") + csv_text(item);
  return text;
}

/// The keys of the flags whose marks these are: "config.dtype; data.files".
std::string flag_keys(const Comparison& c, const std::string& marks) {
  std::vector<std::string> keys;
  for (const Flag& flag : c.flags)
    if ((',' + marks + ',').find(',' + flag.mark + ',') != std::string::npos)
      keys.push_back(flag.key);
  return fmt::format("{}", fmt::join(keys, "; "));
}

/// The columns of a row with their names, the same of every row.
using Fields = std::vector<std::pair<std::string, Json>>;

/// A row's difference from its baseline in one metric.
void add_difference(Fields& fields, const Comparison& c, size_t group, size_t metric) {
  const auto found = std::find_if(c.paired.begin(), c.paired.end(), [&](const Paired& paired) {
    return paired.group == group && paired.metric == metric;
  });
  const bool is_baseline =
      std::find(c.baselines.begin(), c.baselines.end(), group) != c.baselines.end();
  const bool tested = found != c.paired.end();
  const Json pair = tested ? paired_json(*found, c) : Json::object();
  const Json& d = json_at(pair, {"difference"});
  const auto add = [&](const char* part, const Json& value) {
    fields.emplace_back(c.metrics[metric].name + ' ' + part, value);
  };
  add("pairs", json_at(d, {"n"}));
  add("unpaired", json_at(pair, {"unpaired"}));
  add("difference", json_at(d, {"mean"}));
  add("difference ci_low", json_at(d, {"ci_low"}));
  add("difference ci_high", json_at(d, {"ci_high"}));
  add("p_t_holm", json_at(pair, {"p_t_holm"}));
  add("p_wilcoxon_holm", json_at(pair, {"p_wilcoxon_holm"}));
  add("verdict", tested        ? verdict_text(*found, c.metrics[metric].figure.better)
                 : is_baseline ? "baseline"
                               : "not comparable");  // other test data
  add("also differs in", tested ? Json(flag_keys(c, found->flags)) : Json());
  add("either chosen_on_test", json_at(pair, {"chosen_on_test"}));
  add("either lacks", json_at(pair, {"lacks"}));
}

Fields fields_of(const Comparison& c, size_t g) {
  const Group& group = c.groups[g];
  Fields fields;
  for (size_t k = 0; k < c.keys.size(); ++k) fields.emplace_back(c.keys[k], group.values[k]);
  fields.emplace_back("names", fmt::format("{}", fmt::join(group.names, " ")));
  fields.emplace_back("flags", flag_keys(c, group.marks));
  for (const char* status : run_statuses) fields.emplace_back(status, group.count(status));
  const Json row = group_json(g, c);
  for (const ComparedMetric& metric : c.metrics)
    for (const char* part : {"n", "mean", "sd", "ci_low", "ci_high", "unit", "chosen_on_test"})
      fields.emplace_back(metric.name + ' ' + part,
                          row["metrics"][metric.name].value(part, Json()));
  for (size_t m = 0; m < c.metrics.size(); ++m)
    if (!c.baselines.empty() && !c.metrics[m].figure.cost) add_difference(fields, c, g, m);
  return fields;
}

}  // namespace

Json comparison_json(const Comparison& c) {
  Json metrics = Json::array(), groups = Json::array(), flags = Json::array();
  for (const ComparedMetric& metric : c.metrics)
    metrics.push_back({{"name", metric.name},
                       {"better", metric.figure.better > 0   ? Json("larger")
                                  : metric.figure.better < 0 ? Json("smaller")
                                                             : Json(nullptr)},
                       {"comparable", metric.comparable}});
  for (size_t g = 0; g < c.groups.size(); ++g) groups.push_back(group_json(g, c));
  for (const Flag& flag : c.flags) flags.push_back(flag_json(flag));
  Json paired = Json::array();
  for (const Paired& pair : c.paired) paired.push_back(paired_json(pair, c));
  Json unstarted = Json::array();
  for (const ComparedRun* run : c.unstarted) unstarted.push_back(run_json(*run, c));
  Json unreadable = Json::array();
  for (const UnreadableRecord& record : c.unreadable)
    unreadable.push_back({{"path", record.path.string()}, {"error", record.error}});
  Json gains = Json::array();
  for (const Gain& gain : c.gains)
    gains.push_back({{"metric", c.metrics[gain.metric].name},
                     {"row", gain.first + 1},
                     {"than_row", gain.second + 1},
                     {"difference", summary_json(gain.test.difference)},
                     {"p_t", known(gain.test.p_t)},
                     {"p_wilcoxon", known(gain.test.wilcoxon.p)},
                     {"shown", gain.verdict == Verdict::differs}});
  return {{"verdict", verdict_sentences(c)},
          {"keys", c.keys},
          {"metrics", metrics},
          {"groups", groups},
          {"baselines", c.baselines},
          {"baseline_rows", rows_of(c.baselines)},
          {"paired", paired},
          {"gains", gains},
          {"paired_note", c.paired_note},
          {"no_pairs", no_pairs_text(c)},
          {"counts", counts_text(c)},
          {"flags", flags},
          {"notes", c.notes},
          {"unstarted", unstarted},
          {"unreadable", unreadable}};
}

std::string comparison_csv(const Comparison& c) {
  std::string text;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    std::vector<std::string> header, row;
    for (const auto& [name, value] : fields_of(c, g)) {
      header.push_back(name);
      row.push_back(csv_text(value));
    }
    if (g == 0) text = csv_line(header);
    text += csv_line(row);
  }
  return text;
}

}  // namespace strata
