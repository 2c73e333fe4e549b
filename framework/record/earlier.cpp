#include "strata/record/earlier.hpp"

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

}  // namespace

namespace {

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
  for (Json& stage : record.at("stages")) gather_settings(stage, record.at("config"));
}

}  // namespace strata
