#include "strata/record/earlier.hpp"

#include <algorithm>
#include <cmath>

#include "strata/record/record.hpp"

namespace strata {
namespace {

/// Version 1 had a stage's settings among its facts, and early stopping and what is kept in the
/// configuration alone.
void gather_settings(Json& stage, const Json& config) {
  Json settings = Json::object();
  const auto move = [&](const char* from, const char* to, Json absent) {
    settings[to] = stage.contains(from) ? std::move(stage[from]) : std::move(absent);
    stage.erase(from);
  };
  move("loss", "loss", nullptr);
  move("optimizer", "optimizer", nullptr);
  move("epochs_planned", "epochs", nullptr);
  move("corruption", "corruption", nullptr);
  move("penalties", "penalties", Json::array());
  move("freeze", "freeze", Json::array());
  move("metrics", "metrics", Json::array());
  const auto kind = stage.find("kind");
  const auto common = kind != stage.end() && kind->is_string()
                          ? config.find(kind->get_ref<const std::string&>())
                          : config.end();
  const bool given = common != config.end() && common->is_object();
  settings["early_stopping"] = given ? common->value("early_stopping", Json()) : Json();
  settings["keep"] = given ? common->value("keep", Json("last")) : Json("last");
  stage["settings"] = std::move(settings);
}

/// Version 1 called the squared error "mse" among a loss's terms, and an error of codes by the name
/// of that of pixels.
void name_figures(Json& stage) {
  const auto target = stage.find("target");
  if (target == stage.end() || (*target != "pixels" && *target != "codes")) return;
  const char* error = *target == "pixels" ? "reconstruction_error" : "code_error";
  const auto rename = [&](Json& figures) {
    if (!figures.is_object()) return;
    Json named = Json::object();
    for (auto& [key, value] : figures.items())
      named[key == "mse" || key == "reconstruction_error" ? error : key.c_str()] = std::move(value);
    figures = std::move(named);
  };
  const auto epochs = stage.find("epochs");
  if (epochs == stage.end() || !epochs->is_array()) return;
  for (Json& epoch : *epochs) {
    if (!epoch.is_object()) continue;
    if (epoch.contains("terms")) rename(epoch["terms"]);
    if (epoch.contains("metrics") && epoch["metrics"].is_object())
      for (auto& split : epoch["metrics"].items()) rename(split.value());
  }
}

/// Version 1 did not note that a classifier guesses: that no more test samples are right than
/// naming the commonest class would give, with three standard deviations of as many draws.
void note_guessing(Json& record) {
  const Json::json_pointer right("/metrics/test/accuracy");
  const Json::json_pointer counts("/data/splits/test/class_counts");
  if (!record.contains(right) || !record[right].is_number() || !record.contains(counts)) return;
  double commonest = 0, samples = 0;
  for (const Json& count : record[counts]) {
    if (!count.is_number()) return;
    commonest = std::max(commonest, count.get<double>());
    samples += count.get<double>();
  }
  const double share = commonest / samples;  // NaN of no samples
  if (record[right].get<double>() <= share + 3 * std::sqrt(share * (1 - share) / samples))
    record["notes"] = {{{"kind", "chance"}, {"text", "it classifies no better than guessing"}}};
}

/// What the figures of version 1 were, which it did not say.
Json figures_of_version_1() {
  const auto figure = [](const char* better, const char* unit, const char* role, const char* of) {
    return Json{{"better", better}, {"unit", unit}, {"role", role}, {"of", of}};
  };
  return {{"accuracy", figure("higher", "fraction", "score", "labels")},
          {"per_class_accuracy", figure("higher", "fraction", "per_class", "labels")},
          {"sensitivity", figure("higher", "fraction", "per_class", "labels")},
          {"specificity", figure("higher", "fraction", "per_class", "labels")},
          {"confusion_matrix", figure("neither", "", "counts", "labels")},
          {"nll", figure("lower", "", "score", "labels")},
          {"cross_entropy", figure("lower", "", "score", "labels")},
          {"code_error", figure("lower", "", "score", "codes")},
          {"reconstruction_error", figure("lower", "", "score", "pixels")}};
}

}  // namespace

void bring_up_to_date(Json& record) {
  if (!record.contains("figures")) record["figures"] = figures_of_version_1();
  if (record.at("schema_version") == record_schema_version) return;
  record["schema_version"] = record_schema_version;
  for (Json& stage : record.at("stages")) {
    gather_settings(stage, record.at("config"));
    name_figures(stage);
  }
  note_guessing(record);
}

}  // namespace strata
