#include "strata/run/stage_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "strata/run/freeze_check.hpp"
#include "strata/train/evaluation.hpp"

namespace strata {
namespace {

/// What does not suit some stages, by the key at fault. Stages share settings, so a key may be met
/// several times; it is reported once.
class Objections {
 public:
  void add(const Origin& origin, const std::string& path, const std::string& message,
           const std::string& stage) {
    const auto of_key = [&](const Key& key) { return key.path == path; };
    auto key = std::find_if(keys_.begin(), keys_.end(), of_key);
    if (key == keys_.end()) key = keys_.insert(keys_.end(), {origin, path, {}});
    const auto same = [&](const Reason& reason) { return reason.message == message; };
    auto reason = std::find_if(key->reasons.begin(), key->reasons.end(), same);
    if (reason == key->reasons.end()) reason = key->reasons.insert(reason, {message, {}});
    reason->stages.push_back("'" + stage + "'");
  }

  void report(Issues& issues) const {
    for (const Key& key : keys_) {
      std::vector<std::string> texts;
      for (const Reason& reason : key.reasons)
        texts.push_back(fmt::format("{} (stage{} {})", reason.message,
                                    reason.stages.size() == 1 ? "" : "s",
                                    fmt::join(reason.stages, ", ")));
      issues.error(key.origin, key.path, fmt::format("{}", fmt::join(texts, "; ")));
    }
  }

 private:
  struct Reason {
    std::string message;
    std::vector<std::string> stages;
  };
  struct Key {
    Origin origin;
    std::string path;
    std::vector<Reason> reasons;
  };
  std::vector<Key> keys_;
};

class StageCheck {
 public:
  StageCheck(const Plan& plan, const StageSpec& stage, const ValidParts& sound, const Node& tree,
             Objections& objections)
      : plan_(plan),
        stage_(stage),
        sound_(sound),
        tree_(tree),
        objections_(objections),
        suitable_(stage) {
    suitable_.metrics.clear();
  }

  void run() {
    check_loss();
    check_metrics();
    check_penalties();
    check_figures();
    check_trains();
  }

 private:
  void error(const ComponentRef& at, const std::string& message) {
    const Node* node = at.origin.source ? nullptr : find_path(tree_, section());
    objections_.add(node != nullptr ? node->origin : at.origin, at.path, message, stage_.name);
  }

  void error(const std::string& path, const std::string& message) {
    const Node* node = find_path(tree_, path);
    objections_.add(node != nullptr ? node->origin : tree_.origin, path, message, stage_.name);
  }

  /// The path of a map's key, of the map itself where the key is not written.
  std::string key_of(const std::string& map, const std::string& key) const {
    const std::string path = map + "." + key;
    return find_path(tree_, path) != nullptr ? path : map;
  }

  std::string section() const { return stage_kind_name(stage_.kind); }

  /// A block of the stack; null where its layers did not fit, which was reported.
  const Block* block(const std::string& name) const {
    return plan_.stack->has(name) ? &plan_.stack->block(name) : nullptr;
  }

  void check_loss() {
    if (!sound_.has(stage_.loss)) return;
    LossUse use{stage_.target, {}, {}, class_labels(plan_.data.classes, plan_.data.class_names)};
    const Block* first = block(stage_.blocks.front());
    const Block* last = block(stage_.blocks.back());
    if (first != nullptr && last != nullptr) {
      use.output = last->output_range;
      use.target_range = first->input_range;
    }
    const auto objection =
        of_component(stage_.loss, "objection()", [&] { return make(stage_.loss)->objection(use); });
    if (!objection) return;
    error(stage_.loss, *objection);
    loss_suits_ = false;
  }

  void check_metrics() {
    std::set<std::string> given;
    for (const auto& metric : stage_.metrics) {
      if (!sound_.has(metric)) continue;
      if (!make_metric(metric)->suits(stage_.target))
        error(metric, fmt::format("metric '{}' cannot be measured against {}", metric.type,
                                  target_name(stage_.target)));
      else
        suitable_.metrics.push_back(metric);
      if (!given.insert(metric.dump().dump()).second)
        error(metric, fmt::format("metric '{}' is given twice", metric.type));
    }
  }

  void check_penalties() {
    std::set<std::string> names;
    for (const auto& penalty : stage_.penalties) {
      const Block* code = block(stage_.blocks[code_blocks(stage_.blocks) - 1]);
      if (code == nullptr || !sound_.has(penalty)) continue;
      const auto objection = of_component(
          penalty, "objection()", [&] { return make(penalty)->objection(code->output_range); });
      if (objection) error(penalty, *objection);
      if (!names.insert(penalty.type).second)
        error(penalty, fmt::format("penalty '{}' is given twice", penalty.type));
    }
  }

  void check_figures() {
    if (sound_.has(stage_.optimizer)) check_schedule();
    const std::string stopping = section() + ".early_stopping";
    if (stage_.early_stopping)
      check_figure(*stage_.early_stopping, "early_stopping", stopping);
    else if (stage_.keeps_best() && sound_.has(stopping))
      check_figure(*stage_.chosen_by(), "keep: best", section() + ".keep");
  }

  void check_schedule() {
    const auto optimizer = make(stage_.optimizer);
    const Slot<Schedule>& schedule = optimizer->common().schedule;
    const auto figure = make(schedule)->follows();
    if (!figure) return;
    const auto [type, path] = innermost(schedule);
    check_figure(*figure, "schedule '" + type + "'", path);
  }

  /// The name and path of the schedule that a figure is followed by: what another one holds (a
  /// warm-up, say), where it holds one.
  static std::pair<std::string, std::string> innermost(const Slot<Schedule>& schedule) {
    Json settings = schedule.dump();
    std::string path = schedule.path;
    const auto is_schedule = [](const Json& value) {
      return value.is_object() && value.contains("type") &&
             Registry::instance().find(Schedule::family, value["type"]) != nullptr;
    };
    for (auto held = settings.begin(); held != settings.end();) {
      if (!is_schedule(*held)) {
        ++held;
        continue;
      }
      path += "." + held.key();
      settings = Json(*held);
      held = settings.begin();
    }
    return {settings["type"], path};
  }

  /// Whether what is measured in this stage is known.
  bool figures_known() const {
    return sound_.has(stage_.loss) &&
           std::all_of(stage_.metrics.begin(), stage_.metrics.end(),
                       [&](const ComponentRef& metric) { return sound_.has(metric); });
  }

  /// The keys of what may stand at `path` are those of Figure.
  void check_figure(const Figure& figure, const std::string& who, const std::string& path) {
    if (figure.split == "validation" && !plan_.experiment.data.validation_size &&
        sound_.has(path + ".split") && sound_.has("data.validation_size"))
      error(key_of(path, "split"),
            fmt::format("{} needs validation data; set data.validation_size", who));
    if (figures_known() && sound_.has(path + ".metric")) check_metric(figure, who, path);
  }

  void check_metric(const Figure& figure, const std::string& who, const std::string& path) {
    const auto has = [&](const std::vector<std::string>& names) {
      const std::string key = figure_key(figure.metric, suitable_);
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return name == figure.metric || name == key;
      });
    };
    std::vector<std::string> known = figure_names(suitable_, figure.split);
    if (!loss_suits_ && known.size() > 1) known.erase(known.begin() + 1);  // its measure
    // One that does not suit the stage is reported itself.
    if (has(known) || has(figure_names(stage_, figure.split))) return;
    const bool listed =
        std::any_of(suitable_.metrics.begin(), suitable_.metrics.end(),
                    [&](const ComponentRef& metric) { return metric.type == figure.metric; });
    std::string problem =
        "which is not one number; known: " + fmt::format("{}", fmt::join(known, ", "));
    if (!listed || figure.split == "train") {
      const bool split_known = sound_.has(path + ".split");
      problem = fmt::format("which is not measured{}{}",
                            split_known ? fmt::format(" on {} data", figure.split) : "",
                            suggestion(figure.metric, known));
    }
    error(key_of(path, "metric"), fmt::format("{} follows '{}', {}", who, figure.metric, problem));
  }

  void check_trains() {
    for (const std::string& name : stage_.trains) {
      const Block* trained = block(name);
      if (trained == nullptr) return;
      for (const PlacedLayer& layer : trained->layers)
        if (layer.parameters > 0 && !is_frozen(*plan_.stack, stage_.freeze, layer.name)) return;
    }
    const std::string freeze = section() + ".freeze";
    error(find_path(tree_, freeze) != nullptr ? freeze : section(), "nothing is left to train");
  }

  const Plan& plan_;
  const StageSpec& stage_;
  const ValidParts& sound_;
  const Node& tree_;
  Objections& objections_;
  StageSpec suitable_;  ///< the stage, with the metrics that suit it
  bool loss_suits_ = true;
};

}  // namespace

void check_stages(const Plan& plan, const ValidParts& sound, const Node& tree, Issues& issues) {
  Objections objections;
  for (const StageSpec& stage : plan.stages) StageCheck(plan, stage, sound, tree, objections).run();
  objections.report(issues);
}

}  // namespace strata
