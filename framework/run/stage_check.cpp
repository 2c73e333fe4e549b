#include "strata/run/stage_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace strata {
namespace {

class StageCheck {
 public:
  StageCheck(const Plan& plan, const StageSpec& stage, const Node& tree, Issues& issues)
      : plan_(plan), stage_(stage), tree_(tree), issues_(issues) {}

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
    issues_.error(node != nullptr ? node->origin : at.origin, at.path,
                  fmt::format("{} (stage '{}')", message, stage_.name));
  }

  std::string section() const { return stage_kind_name(stage_.kind); }

  /// A block of the stack; null where its layers did not fit, which was reported.
  const Block* block(const std::string& name) const {
    return plan_.stack->has(name) ? &plan_.stack->block(name) : nullptr;
  }

  void check_loss() {
    LossUse use{stage_.target, {}, {}};
    const Block* first = block(stage_.blocks.front());
    const Block* last = block(stage_.blocks.back());
    if (first != nullptr && last != nullptr) {
      use.output = last->output_range;
      use.target_range = first->input_range;
    }
    if (const auto objection = make(stage_.loss)->objection(use)) error(stage_.loss, *objection);
  }

  void check_metrics() {
    for (const auto& metric : stage_.metrics)
      if (!make(metric)->suits(stage_.target))
        error(metric, fmt::format("metric '{}' cannot be measured against {}", metric.type,
                                  target_name(stage_.target)));
  }

  void check_penalties() {
    std::set<std::string> names{stage_.loss.type};
    for (const auto& penalty : stage_.penalties) {
      const Block* code = block(stage_.blocks[stage_.code_blocks() - 1]);
      if (code == nullptr) continue;
      if (const auto objection = make(penalty)->objection(code->output_range))
        error(penalty, *objection);
      if (!names.insert(penalty.type).second)
        error(penalty, fmt::format("penalty '{}' is given twice", penalty.type));
    }
  }

  void check_figures() {
    const auto optimizer = make(stage_.optimizer);
    const Slot<Schedule>& schedule = optimizer->common().schedule;
    if (const auto figure = make(schedule)->follows())
      check_figure(*figure, "schedule '" + schedule.type + "'", schedule.path);
    if (stage_.early_stopping)
      check_figure(*stage_.early_stopping, "early_stopping", section() + ".early_stopping");
    else if (stage_.keep_best)
      check_figure(*stage_.chosen_by(), "keep: best", section() + ".keep");
  }

  void check_figure(const Figure& figure, const std::string& who, const std::string& path) {
    const Node* node = find_path(tree_, path);
    const auto report = [&](const std::string& message) {
      issues_.error(node != nullptr ? node->origin : tree_.origin, path,
                    fmt::format("{} (stage '{}')", message, stage_.name));
    };
    if (figure.split == "validation" && !plan_.experiment.data.validation_size)
      report(fmt::format("{} needs validation data; set data.validation_size", who));
    const std::vector<std::string> known = figure_names(stage_, figure.split);
    if (std::find(known.begin(), known.end(), figure.metric) == known.end())
      report(fmt::format("{} follows '{}', which is not measured on {} data{}", who, figure.metric,
                         figure.split, suggestion(figure.metric, known)));
  }

  void check_trains() {
    for (const std::string& name : stage_.trains) {
      const Block* trained = block(name);
      if (trained == nullptr) return;
      for (const PlacedLayer& layer : trained->layers)
        if (layer.parameters > 0 && !frozen(layer.name)) return;
    }
    const Node* node = find_path(tree_, section());
    issues_.error(node != nullptr ? node->origin : tree_.origin, section(),
                  fmt::format("nothing is left to train in stage '{}'", stage_.name));
  }

  bool frozen(const std::string& layer) const {
    return std::any_of(stage_.freeze.begin(), stage_.freeze.end(),
                       [&](const std::string& name) { return names_part(name, layer); });
  }

  const Plan& plan_;
  const StageSpec& stage_;
  const Node& tree_;
  Issues& issues_;
};

}  // namespace

void check_stage(const Plan& plan, const StageSpec& stage, const Node& tree, Issues& issues) {
  StageCheck(plan, stage, tree, issues).run();
}

void check_freeze(const Stack& stack, const std::vector<std::string>& names,
                  const std::string& path, const Node& tree, Issues& issues) {
  std::vector<std::string> known;
  for (const auto& block : stack.blocks()) {
    known.push_back(block->name);
    for (const PlacedLayer& layer : block->layers) known.push_back(layer.name);
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (std::find(known.begin(), known.end(), names[i]) != known.end()) continue;
    const std::string place = fmt::format("{}[{}]", path, i);
    const Node* node = find_path(tree, place);
    issues.error(
        node != nullptr ? node->origin : tree.origin, place,
        fmt::format("no block or layer is called '{}'{}", names[i], suggestion(names[i], known)));
  }
}

}  // namespace strata
