#include "strata/report/choosing/where.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "strata/report/choosing/condition.hpp"
#include "strata/report/comparing/comparison.hpp"
#include "strata/report/comparing/run_conditions.hpp"
#include "strata/report/reading/stage_settings.hpp"
#include "strata/report/settings/find_key.hpp"
#include "strata/report/settings/near_names.hpp"
#include "strata/report/settings/value_text.hpp"
#include "strata/report/settings/varying_settings.hpp"

namespace strata {
namespace {

constexpr const char* kOption = "--where";

/// What a test asks of a run: none where it has no such thing, several of its tags.
using Values = std::vector<std::string>;
using ValuesOf = std::function<Values(const ComparedRun&)>;
using Holds = std::function<bool(const ComparedRun&)>;

std::optional<double> number(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

bool is_date(const std::string& text) {
  const std::string form = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() < 4 || text.size() > form.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return false;
  return true;
}

/// What a name stands for.
struct Meaning {
  enum class Type { text, number, date, any };
  Type type = Type::any;
  ValuesOf values;
};

Meaning text_of(std::string ComparedRun::*field) {
  return {Meaning::Type::text, [field](const ComparedRun& run) {
            return (run.*field).empty() ? Values() : Values{run.*field};
          }};
}

/// What a run itself has.
const std::map<std::string, Meaning>& own_names() {
  static const std::map<std::string, Meaning> names = {
      {"status", text_of(&ComparedRun::status)},
      {"name", text_of(&ComparedRun::name)},
      {"id", text_of(&ComparedRun::run_id)},
      {"seed",
       {Meaning::Type::number,
        [](const ComparedRun& run) { return Values{std::to_string(run.seed)}; }}},
      {"tag", {Meaning::Type::text, [](const ComparedRun& run) { return run.tags; }}},
      {"note", text_of(&ComparedRun::note)},
      {"date", {Meaning::Type::date, text_of(&ComparedRun::start).values}},
  };
  return names;
}

/// "" where nothing is set, or it plays no part.
std::string setting_text(const Json& value) {
  if (value.is_null() || value.is_discarded() || (value.is_array() && value.empty())) return {};
  return is_component(value) ? type_of(value) : ValueText().text(value);
}

/// What may be named among some runs.
class Names {
 public:
  /// @param runs  settled; must outlive it
  explicit Names(const std::vector<ComparedRun>& runs) {
    std::map<std::string, std::set<std::string>> values;
    const auto add_key = [&](const std::string& key, const std::string& value) {
      if (values.count(key) == 0) keys_.push_back(key);
      values[key].insert(value);
    };
    std::vector<const ComparedRun*> all;
    for (const ComparedRun& run : runs) {
      all.push_back(&run);
      for (const auto& figure : run.figures) figures_.insert(figure.first);
      const auto [known, first] = settings_.try_emplace(run.settings.get());
      if (!first) continue;
      for (const auto& [key, value] : all_settings(*run.settings))
        if (!is_part(*value)) known->second[key] = setting_text(*value);
      for (const auto& [key, value] : known->second) add_key(key, value);
    }
    facts_ = provenance_keys(all);
    for (const ComparedRun& run : runs)
      for (const Fact& fact : run.facts)
        if (std::find(facts_.begin(), facts_.end(), fact.key) != facts_.end())
          add_key(fact.key, fact.value);
    for (const auto& [key, its] : values) {
      size_t with = 0;
      for (const auto& settings : settings_) with += settings.second.count(key);
      const bool some_lack_it = with > 0 && with < settings_.size();
      if (its.size() > 1 || some_lack_it) varying_.push_back(key);
    }
  }

  std::optional<Meaning> meaning(const Condition& test, Issues& issues) const {
    const std::string& name = test.name;
    if (const auto own = own_names().find(name); own != own_names().end()) return own->second;
    if (figures_.count(name) != 0) return figure(name);
    if (const auto key = find(test, issues)) return setting(*key);
    return std::nullopt;
  }

 private:
  static Meaning figure(const std::string& name) {
    return {Meaning::Type::number, [name](const ComparedRun& run) {
              const auto found = run.figures.find(name);
              return found == run.figures.end() ? Values()
                                                : Values{fmt::format("{}", found->second.value)};
            }};
  }

  Meaning setting(const std::string& key) const {
    return {Meaning::Type::any, [this, key](const ComparedRun& run) {
              const auto& settings = settings_.at(run.settings.get());
              if (const auto found = settings.find(key); found != settings.end())
                return found->second.empty() ? Values() : Values{found->second};
              Values facts;
              for (const Fact& fact : run.facts)
                if (fact.key == key) facts.push_back(fact.value);
              return facts;
            }};
  }

  /// The full key of a setting, or of a fact of the program and the machine.
  std::optional<std::string> find(const Condition& test, Issues& issues) const {
    const std::string name = without_type(keys_, test.name);
    const auto means = [&](const std::string& key) { return ends_in(key, name); };
    if (std::none_of(keys_.begin(), keys_.end(), means)) {
      std::vector<std::string> known;
      for (const auto& own : own_names()) known.push_back(own.first);
      known.insert(known.end(), figures_.begin(), figures_.end());
      known.insert(known.end(), keys_.begin(), keys_.end());
      issues.error(test.name_origin, "",
                   fmt::format("no run has a setting or figure '{}'{}", test.name,
                               near_names(test.name, known,
                                          "compare --metric all shows the figures, and a "
                                          "record.json has the settings under \"config\"")));
      return std::nullopt;
    }
    const auto& among = std::any_of(varying_.begin(), varying_.end(), means) ? varying_ : keys_;
    try {
      return among[find_key(among, name, kOption, facts_)];
    } catch (const UserError& several) {
      const std::string said = several.what();
      issues.error(test.name_origin, "", said.substr(said.find(": ") + 2));
      return std::nullopt;
    }
  }

  std::set<std::string, NaturalLess> figures_;
  std::vector<std::string> keys_, varying_, facts_;
  std::map<const Json*, std::map<std::string, std::string>> settings_;
};

bool is_order(const std::string& sign) {
  return sign[0] == '<' || sign[0] == '>';
}

/// What is wrong with a test of a name's meaning, or "".
std::string mistake(const Condition& test, Meaning::Type type) {
  const bool nothing = test.value == "-" && !test.quoted;
  if (test.name == "status" && !is_order(test.sign) && test.sign != "~") {
    const std::vector<std::string> known(std::begin(run_statuses), std::end(run_statuses));
    if (std::find(known.begin(), known.end(), test.value) == known.end())
      return fmt::format("no run has the status '{}'{}", test.value, suggestion(test.value, known));
  }
  if (nothing && is_order(test.sign)) return "'-' is no value: it is taken by = and != alone";
  if (type == Meaning::Type::text && is_order(test.sign))
    return fmt::format("'{}' compares numbers and dates: {} takes =, != or ~", test.sign,
                       test.name);
  if (type == Meaning::Type::number && test.sign == "~")
    return fmt::format("'~' asks what a text contains, and {} is a number", test.name);
  const bool needs_number = type == Meaning::Type::number || is_order(test.sign);
  if (type == Meaning::Type::date) {
    if (!nothing && test.sign != "~" && !is_date(test.value))
      return fmt::format("'{}' is no date; expected one such as 2026-11-28 or 2026-11-28T14:05",
                         test.value);
  } else if (needs_number && !nothing && !number(test.value)) {
    return fmt::format("expected a number after '{} {}', not '{}'", test.name, test.sign,
                       test.value);
  }
  return {};
}

bool holds(const std::string& sign, int order) {
  if (sign == "<") return order < 0;
  if (sign == "<=") return order <= 0;
  if (sign == ">") return order > 0;
  if (sign == ">=") return order >= 0;
  return order == 0;
}

/// Of one value; "!=" is not asked here.
bool value_holds(const Condition& test, const std::string& value, Meaning::Type type) {
  if (test.sign == "~") return value.find(test.value) != std::string::npos;
  if (type == Meaning::Type::date)  // as exactly as the date is given
    return holds(test.sign, value.substr(0, test.value.size()).compare(test.value));
  const auto a = number(value), b = number(test.value);
  if (a && b && !test.quoted) return holds(test.sign, *a < *b ? -1 : *a > *b ? 1 : 0);
  return !is_order(test.sign) && value == test.value;
}

Holds test_of(const Condition& test, const Meaning& meaning) {
  return [test, meaning](const ComparedRun& run) {
    const Values values = meaning.values(run);
    const bool nothing = test.value == "-" && !test.quoted;
    const bool any = nothing ? values.empty()
                             : std::any_of(values.begin(), values.end(), [&](const auto& value) {
                                 return value_holds(test, value, meaning.type);
                               });
    return test.sign == "!=" ? !any : any;
  };
}

/// Adds to `issues` where a name or value is none; what is returned is then of no use.
Holds compile(const Condition& condition, const Names& names, Issues& issues) {
  if (condition.kind == Condition::Kind::test) {
    const auto meaning = names.meaning(condition, issues);
    if (!meaning) return {};
    const std::string wrong = mistake(condition, meaning->type);
    if (!wrong.empty()) issues.error(condition.value_origin, "", wrong);
    return test_of(condition, *meaning);
  }
  std::vector<Holds> parts;
  for (const Condition& part : condition.parts) parts.push_back(compile(part, names, issues));
  return [kind = condition.kind, parts](const ComparedRun& run) {
    const auto is_so = [&](const Holds& part) { return part(run); };
    if (kind == Condition::Kind::all) return std::all_of(parts.begin(), parts.end(), is_so);
    if (kind == Condition::Kind::any) return std::any_of(parts.begin(), parts.end(), is_so);
    return std::none_of(parts.begin(), parts.end(), is_so);
  };
}

}  // namespace

std::vector<ComparedRun> runs_where(std::vector<ComparedRun> runs, const std::string& condition) {
  if (condition.empty()) return runs;
  Issues issues;
  const auto parsed = parse_condition(std::make_shared<Source>(Source{kOption, condition}), issues);
  if (!parsed) throw ConfigError(issues);
  settle(runs);
  const Names names(runs);
  const Holds holds = compile(*parsed, names, issues);
  if (!issues.ok()) throw ConfigError(issues);
  std::vector<ComparedRun> chosen;
  for (ComparedRun& run : runs)
    if (holds(run)) chosen.push_back(std::move(run));
  return chosen;
}

}  // namespace strata
