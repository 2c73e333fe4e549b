#include "strata/parameters/component.hpp"

namespace strata {
namespace {

/// What the sweep tries: a list, or a text that stands for one.
Json swept_values(const std::string& pattern, const std::string& expected) {
  const Json list = {{"type", "array"}, {"minItems", 1}};
  const Json text = {
      {"type", "string"}, {"pattern", pattern}, {"patternErrorMessage", "expected " + expected}};
  return {{"anyOf", Json::array({list, text})}};
}

Json sweep_schema() {
  const Json values = swept_values(R"(^([0-9]+-[0-9]+|(lin|log)\(.*\))$)",
                                   "a list, a range 0-4, lin(from, to, count) or log(...)");
  Json each = values;
  each["anyOf"].push_back({{"type", "null"}});  // takes an inherited one away
  const Json zip = {{"type", Json::array({"object", "null"})},
                    {"description", "keys that change together"},
                    {"additionalProperties", each}};
  return {{"type", Json::array({"object", "null"})},
          {"properties", {{"zip", zip}}},
          {"additionalProperties", each}};
}

Json seeds_schema() {
  Json schema = swept_values("^[0-9]+-[0-9]+$", "a list of seeds or a range 0-4");
  schema["anyOf"].push_back({{"type", "null"}});
  return schema;
}

using Kind = ParamType::Kind;

Field key(const char* name, ParamType type, const char* doc, Json schema) {
  Field field;
  field.name = name;
  field.type = type;
  field.doc = doc;
  field.schema = std::move(schema);
  return field;
}

/// The keys of `sweep` are paths of other keys; one has a meaning of its own.
const ParamList& sweep_keys() {
  static const ParamList keys = [] {
    ParamList list;
    list.doc =
        "Keys, by their paths, each with the values to try: a list, a range of integers 0-4, "
        "lin(from, to, count) for evenly spaced numbers, or log(from, to, count) for numbers with "
        "evenly spaced logarithms; the last three may stand in a list too, in quotes. The values "
        "of each key are tried with each value of the others.";
    list.example =
        "{pretrain.optimizer.lr: \"log(1e-3, 1, 4)\", zip: {data.batch_size: [20, 50], "
        "pretrain.epochs: [2, 5]}}";
    list.fields = {key("zip", {Kind::map}, "keys that change together, each with as many values",
                       Json::object())};
    return list;
  }();
  return keys;
}

constexpr ParamType kSeed{Kind::integer};

/// What a file inherits may be taken away by null.
Field nullable(Field field) {
  field.nullable = true;
  return field;
}

}  // namespace

const std::vector<Field>& composition_keys() {
  static const std::vector<Field> keys = [] {
    Field extends =
        key("extends", {Kind::text},
            "a file, relative to this one, whose settings this one changes", {{"type", "string"}});
    extends.known_as = {"defaults", "inherits", "include", "base", "_base_"};
    Field sweep = nullable(key("sweep", {Kind::map, nullptr, &sweep_keys},
                               "keys, by their paths, with the values to try, each with each; one "
                               "run for each point",
                               sweep_schema()));
    sweep.known_as = {"grid", "grid_search", "search_space", "param_grid", "hparams"};
    Field seeds =
        nullable(key("seeds", {Kind::list, nullptr, nullptr, &kSeed},
                     "one run for each seed; a range 0-4 stands for a list", seeds_schema()));
    seeds.known_as = {"repeats", "n_seeds", "num_seeds", "trials"};
    return std::vector<Field>{std::move(extends), std::move(sweep), std::move(seeds)};
  }();
  return keys;
}

}  // namespace strata
