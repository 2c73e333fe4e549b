#include "strata/report/rendering/show_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "strata/report/comparing/flags.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

using Strings = std::vector<std::string>;

std::string words_of(const Json& value);

/// "name value" for what a map sets, but for what is null.
Strings items_of(const Json& map) {
  Strings items;
  for (const auto& item : map.items())
    if (item.key() != "type" && !item.value().is_null())
      items.push_back(item.key() + ' ' + words_of(item.value()));
  return items;
}

/// "step(every 2, factor 0.5)"
std::string words_of(const Json& value) {
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (value.is_array()) {
    Strings parts;
    for (const Json& item : value) parts.push_back(words_of(item));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  if (!value.is_object()) return json_text(value);
  const Strings items = items_of(value);
  const std::string type = json_text(json_at(value, {"type"}));
  return items.empty() ? type : fmt::format("{}({})", type, fmt::join(items, ", "));
}

/// "sgd lr 0.5, momentum 0.9": what is zero or off is left out, and the schedule has its own place.
std::string optimizer_text(const Json& optimizer) {
  Json shown = optimizer;
  shown.erase("schedule");
  for (const auto& item : optimizer.items())
    if (item.value() == false || (item.value().is_number() && json_number(item.value()) == 0))
      shown.erase(item.key());
  return fmt::format("{} {}", json_text(json_at(optimizer, {"type"})),
                     fmt::join(items_of(shown), ", "));
}

std::string loss_text(const Json& settings) {
  std::string text = "loss " + words_of(json_at(settings, {"loss"}));
  for (const Json& penalty : json_at(settings, {"penalties"})) {
    Json shown = penalty;
    shown.erase("weight");
    text += fmt::format(" + {} {}", words_of(json_at(penalty, {"weight"})), words_of(shown));
  }
  return text;
}

/// "[encoder.0 -> frozen] encoder.1 -> decoder.1 (decoder.1.0 frozen) on codes"
std::string chain_text(const Json& stage) {
  std::string prefix;
  for (const Json& block : json_at(stage, {"prefix"})) prefix += json_text(block) + " -> ";
  Strings chain;
  for (const Json& item : json_at(stage, {"blocks"})) {
    const std::string block = json_text(item);
    bool whole = false;
    Strings parts;
    for (const Json& frozen : json_at(stage, {"settings", "freeze"})) {
      const std::string name = json_text(frozen);
      whole |= lies_in(block, name);
      if (lies_in(name, block)) parts.push_back(name);
    }
    const std::string part = fmt::format(" ({} frozen)", fmt::join(parts, ", "));
    chain.push_back(block + (whole ? " (frozen)" : parts.empty() ? "" : part));
  }
  return fmt::format("{}{} on {}", prefix.empty() ? "" : "[" + prefix + "frozen] ",
                     fmt::join(chain, " -> "), json_text(json_at(stage, {"target"})));
}

/// How many epochs, and how they ended where that is known.
std::string epochs_text(const Json& stage) {
  const bool keeps_best = json_at(stage, {"settings", "keep"}) == "best";
  const Json& plan = json_at(stage, {"settings", "epochs"});
  const int64_t planned = plan.is_number_integer() ? plan.get<int64_t>() : 0;
  const std::string all = counted(static_cast<size_t>(planned), "epoch", "epochs");
  const std::string status = json_text(json_at(stage, {"status"}));
  if (status.empty()) return all + (keeps_best ? "; keeps the best epoch" : "");
  const auto done = static_cast<int64_t>(json_at(stage, {"epochs"}).size());
  if (status == "running") return fmt::format("{} of {} so far", done, all);
  if (status != "completed") return fmt::format("{} after {} of {}", status, done, all);
  const std::string ended =
      done < planned ? fmt::format("stopped early after epoch {} of {}", done, planned) : all;
  const std::string kept = json_text(json_at(stage, {"selection", "epoch"}));
  const Json& seconds = json_at(stage, {"seconds"});
  return ended + (seconds.is_number() ? fmt::format(" in {:.1f} s", json_number(seconds)) : "") +
         (keeps_best && !kept.empty() ? "; kept epoch " + kept : "");
}

/// The stage's loss is followed without its penalties, which the loss that is printed has in it.
std::string stopping_text(const Json& rule, bool penalties) {
  const std::string metric = json_text(json_at(rule, {"metric"}));
  return fmt::format("early stopping by {} {}{} (patience {})", json_text(json_at(rule, {"split"})),
                     metric, penalties && metric == "loss" ? " without the penalties" : "",
                     json_text(json_at(rule, {"patience"})));
}

bool has_decoder(const Json& stage) {
  const Json& blocks = json_at(stage, {"blocks"});
  return std::any_of(blocks.begin(), blocks.end(),
                     [](const Json& block) { return lies_in(json_text(block), "decoder"); });
}

}  // namespace

std::string stage_text(const Json& stage, const Json& config, size_t width) {
  const Json& settings = json_at(stage, {"settings"});
  Strings facts = {chain_text(stage), loss_text(settings)};
  const auto add = [&](const char* before, const Json& value) {
    if (!value.is_null()) facts.push_back(before + words_of(value));
  };
  if (const Json& optimizer = json_at(settings, {"optimizer"}); optimizer.is_object())
    facts.push_back(optimizer_text(optimizer));
  const Json& schedule = json_at(settings, {"optimizer", "schedule"});
  if (!items_of(schedule).empty()) add("schedule ", schedule);
  add("corruption ", json_at(settings, {"corruption"}));
  if (json_at(config, {"tied"}) == true && has_decoder(stage)) facts.emplace_back("tied");
  if (const Json& rule = json_at(settings, {"early_stopping"}); rule.is_object())
    facts.push_back(stopping_text(rule, !json_at(settings, {"penalties"}).empty()));
  if (const Json& epochs = json_at(stage, {"epochs"}); !epochs.empty()) {
    const Json& last = json_at(epochs.back(), {"learning_rate"});
    const Json& first = json_at(epochs.front(), {"learning_rate"});
    if (first != last)
      facts.push_back(fmt::format("rate {:.4g} to {:.4g}", json_number(first), json_number(last)));
  }
  facts.push_back(epochs_text(stage));
  const std::string begin = fmt::format("  {:<11} ", json_text(json_at(stage, {"name"})));
  return wrapped(fmt::format("{}{}", begin, fmt::join(facts, "; ")), width,
                 std::string(begin.size(), ' '));
}

std::string settings_text(const Json& record, size_t width) {
  Strings facts;
  if (const Json& file = json_at(record, {"source", "file"}); file.is_string())
    facts.push_back("from " + json_text(file));
  if (const Json& strategy = json_at(record, {"config", "pretrain", "strategy"});
      strategy.is_object())
    facts.push_back("strategy " + words_of(strategy));
  Strings given;
  for (const Json& setting : json_at(record, {"source", "overrides"}))
    given.push_back(json_text(setting));
  if (!given.empty()) facts.push_back(fmt::format("swept or set: {}", fmt::join(given, ", ")));
  std::string text;
  if (!facts.empty()) text = wrapped(fmt::format("  {}", fmt::join(facts, "; ")), width, "    ");
  for (const Json& stage : json_at(record, {"stages"}))
    text += stage_text(stage, json_at(record, {"config"}), width);
  return text;
}

std::vector<std::string> varying_texts(const std::vector<ComparedRun>& runs) {
  std::map<std::string, std::vector<size_t>> named;
  for (size_t i = 0; i < runs.size(); ++i) named[runs[i].name].push_back(i);
  Strings texts(runs.size());
  for (const auto& [name, members] : named) {
    std::map<std::string, size_t> row;
    std::vector<Json> configs;
    std::set<std::string> known;
    for (const size_t i : members)
      if (row.emplace(runs[i].settings_id, configs.size()).second) {
        configs.push_back(*runs[i].settings);
        for (const auto& setting : flat_settings(configs.back())) known.insert(setting.first);
      }
    const VaryingSettings varying = varying_settings(configs);
    const Strings keys = short_names(varying.keys, {known.begin(), known.end()});
    for (const size_t i : members) {
      const Strings& values = varying.values[row.at(runs[i].settings_id)];
      Strings parts;
      for (size_t k = 0; k < keys.size(); ++k)
        if (!values[k].empty()) parts.push_back(keys[k] + '=' + values[k]);
      texts[i] = fmt::format("{}", fmt::join(parts, ", "));
    }
  }
  return texts;
}

}  // namespace strata
