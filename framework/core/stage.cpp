#include "strata/core/stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace strata {

const char* target_name(Target target) {
  switch (target) {
    case Target::pixels:
      return "pixels";
    case Target::codes:
      return "codes";
    case Target::labels:
      return "labels";
  }
  return "";
}

std::vector<std::string> class_labels(int64_t classes, const std::vector<std::string>& names) {
  if (!names.empty()) return names;
  std::vector<std::string> numbers;
  for (int64_t c = 0; c < classes; ++c) numbers.push_back(std::to_string(c));
  return numbers;
}

const char* stage_kind_name(StageKind kind) {
  return kind == StageKind::pretrain ? "pretrain" : "classify";
}

std::string encoder_block(size_t pair) {
  return fmt::format("encoder.{}", pair);
}
std::string decoder_block(size_t pair) {
  return fmt::format("decoder.{}", pair);
}
std::string head_block() {
  return "head";
}

bool names_part(const std::string& name, const std::string& part) {
  return part.rfind(name, 0) == 0 && (part.size() == name.size() || part[name.size()] == '.');
}

void EarlyStopping::declare(Declare<EarlyStopping>& d) {
  d.doc("Ends a stage when a figure has stopped getting better.");
  d.example("{metric: loss, patience: 5}");
  d.add("metric", &EarlyStopping::metric,
        "the figure: loss (the stage's own, without its penalties), or a metric's name")
      .known_as({"monitor"});
  d.add("split", &EarlyStopping::split,
        "what it is measured on; with test, the test figures are no longer those of unseen data")
      .choices({"validation", "test"});
  d.add("patience", &EarlyStopping::patience, "epochs without a new best until the stage ends")
      .min(1);
  d.add("min_delta", &EarlyStopping::min_delta, "by how much more a new best must be better")
      .known_as({"threshold", "tolerance"})
      .min(0);
}

void StageSettings::declare(Declare<StageSettings>& d) {
  d.doc("What a stage is trained with.");
  d.add("loss", &StageSettings::loss, "how far an output is from its target");
  d.add("optimizer", &StageSettings::optimizer, "how parameters are updated");
  d.add("epochs", &StageSettings::epochs, "passes over the training set");
  d.add("corruption", &StageSettings::corruption, "spoils the input");
  d.add("penalties", &StageSettings::penalties, "added to the loss");
  d.add("freeze", &StageSettings::freeze, "what stays as it is");
  d.add("early_stopping", &StageSettings::early_stopping, "ends the stage before its epochs");
  d.add("keep", &StageSettings::keep, "the epoch whose parameters stay");
  d.add("metrics", &StageSettings::metrics, "measured after each epoch");
}

size_t code_blocks(const std::vector<std::string>& blocks) {
  size_t count = 0;
  for (size_t i = 0; i < blocks.size(); ++i)
    if (names_part("encoder", blocks[i])) count = i + 1;
  return count;
}

std::optional<Figure> StageSpec::chosen_by() const {
  if (early_stopping) return *early_stopping;
  if (keeps_best()) return Figure{};
  return std::nullopt;
}

std::vector<FigureInfo> stage_figures(const StageSpec& spec) {
  std::vector<FigureInfo> all{make(spec.loss)->measure(spec.target)};
  for (const auto& metric : spec.metrics)
    for (const FigureInfo& figure : make(metric)->figures(spec.target))
      if (std::none_of(all.begin(), all.end(),
                       [&](const FigureInfo& known) { return known.key == figure.key; }))
        all.push_back(figure);
  return all;
}

Json figure_declarations(const StageSpec& spec) {
  Json json = Json::object();
  for (const FigureInfo& figure : stage_figures(spec)) {
    json[figure.key] = figure.dump();
    json[figure.key]["of"] = target_name(spec.target);
  }
  return json;
}

std::vector<std::string> figure_names(const StageSpec& spec, const std::string& split) {
  std::vector<std::string> names{"loss"};
  if (split == "train") return names;
  for (const FigureInfo& figure : stage_figures(spec))
    if (figure.guides()) names.push_back(figure.key);
  return names;
}

std::string figure_key(const std::string& name, const StageSpec& spec) {
  if (name == "loss") return make(spec.loss)->measure(spec.target).key;
  for (const auto& metric : spec.metrics) {
    if (metric.type != name) continue;
    const auto figures = make(metric)->figures(spec.target);
    if (figures.size() == 1) return figures[0].key;
  }
  return name;
}

double figure_value(const Figure& figure, const StageSpec& spec, const EpochResult& epoch) {
  if (figure.split == "train") return epoch.loss;
  const std::string key = figure_key(figure.metric, spec);
  Better better = Better::lower;
  for (const FigureInfo& known : stage_figures(spec))
    if (known.key == key) better = known.better;
  const Json& value = epoch.metrics.at(figure.split).at(key);
  if (!value.is_number()) return std::numeric_limits<double>::quiet_NaN();
  return better == Better::higher ? -value.get<double>() : value.get<double>();
}

Json StageSpec::dump() const {
  Json json = {{"name", name},
               {"kind", stage_kind_name(kind)},
               {"target", target_name(target)},
               {"prefix", prefix},
               {"blocks", blocks},
               {"trains", trains},
               {"settings",
                dump_params(param_list<StageSettings>(), static_cast<const StageSettings*>(this))}};
  if (const auto figure = chosen_by())
    json["selection"] = {{"rule", early_stopping ? "early_stopping" : "best_epoch"},
                         {"split", figure->split},
                         {"metric", figure_key(figure->metric, *this)}};
  return json;
}

}  // namespace strata
