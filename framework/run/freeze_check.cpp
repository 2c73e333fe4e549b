#include "strata/run/freeze_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace strata {
namespace {

/// A list in the settings, and the stages that go by it.
struct FreezeList {
  std::string path;
  std::vector<std::string> names;
  std::vector<const StageSpec*> stages;
};

std::vector<FreezeList> freeze_lists(const Plan& plan) {
  std::vector<FreezeList> lists;
  for (size_t k = 0; k < plan.stages.size(); ++k) {
    const StageSpec& stage = plan.stages[k];
    std::string path = fmt::format("{}.freeze", stage_kind_name(stage.kind));
    if (stage.kind == StageKind::pretrain) {
      const std::vector<StageOverrides>& own = plan.experiment.pretrain->stages;
      if (k < own.size() && own[k].freeze) path = fmt::format("pretrain.stages[{}].freeze", k);
    }
    auto list = std::find_if(lists.begin(), lists.end(),
                             [&](const FreezeList& other) { return other.path == path; });
    if (list == lists.end()) list = lists.insert(list, {path, stage.freeze, {}});
    list->stages.push_back(&stage);
  }
  return lists;
}

/// Whether a stage updates the layer, unless that is frozen.
bool updates(const StageSpec& stage, const std::string& layer) {
  return std::any_of(stage.trains.begin(), stage.trains.end(),
                     [&](const std::string& block) { return names_part(block, layer); });
}

/// The layers that a name, of a block or a layer, stands for.
std::vector<const PlacedLayer*> named_layers(const Stack& stack, const std::string& name) {
  std::vector<const PlacedLayer*> layers;
  for (const auto& block : stack.blocks())
    for (const PlacedLayer& layer : block->layers)
      if (names_part(name, layer.name)) layers.push_back(&layer);
  return layers;
}

std::string stages_text(const std::vector<const StageSpec*>& stages) {
  std::vector<std::string> names;
  for (const StageSpec* stage : stages) names.push_back("'" + stage->name + "'");
  return fmt::format("{}", fmt::join(names, ", "));
}

void report(const std::string& path, const std::string& message, const Node& tree, Issues& issues) {
  const Node* node = find_path(tree, path);
  issues.error(node != nullptr ? node->origin : tree.origin, path, message);
}

}  // namespace

bool is_frozen(const Stack& stack, const std::vector<std::string>& freeze,
               const std::string& layer) {
  return std::any_of(freeze.begin(), freeze.end(), [&](const std::string& name) {
    return name == layer || (stack.has(name) && names_part(name, layer));
  });
}

void check_freeze(const Stack& stack, const std::vector<std::string>& blocks,
                  const std::vector<std::string>& names, const std::string& path, const Node& tree,
                  Issues& issues) {
  std::vector<std::string> known, elsewhere;
  for (const auto& block : stack.blocks()) {
    const bool here = std::find(blocks.begin(), blocks.end(), block->name) != blocks.end();
    std::vector<std::string>& list = here ? known : elsewhere;
    list.push_back(block->name);
    for (const PlacedLayer& layer : block->layers) list.push_back(layer.name);
  }
  const auto in = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (size_t i = 0; i < names.size(); ++i) {
    if (in(known, names[i])) continue;
    const std::string place = fmt::format("{}[{}]", path, i);
    report(place,
           in(elsewhere, names[i]) ? fmt::format("'{}' does not train here; known: {}", names[i],
                                                 fmt::join(known, ", "))
                                   : fmt::format("no block or layer is called '{}'{}", names[i],
                                                 suggestion(names[i], known)),
           tree, issues);
  }
}

void check_tied_freeze(const Plan& plan, const Node& tree, Issues& issues) {
  const Stack& stack = *plan.stack;
  for (const FreezeList& list : freeze_lists(plan))
    for (size_t i = 0; i < list.names.size(); ++i)
      for (const PlacedLayer* layer : named_layers(stack, list.names[i])) {
        if (layer->tied_to.empty() || is_frozen(stack, list.names, layer->tied_to)) continue;
        std::vector<const StageSpec*> stages;
        for (const StageSpec* stage : list.stages)
          if (updates(*stage, layer->name) && updates(*stage, layer->tied_to))
            stages.push_back(stage);
        if (stages.empty()) continue;
        report(fmt::format("{}[{}]", list.path, i),
               fmt::format("the weights of '{}' are those of '{}', which trains: the two are "
                           "frozen together or not at all (stage{} {})",
                           layer->name, layer->tied_to, stages.size() == 1 ? "" : "s",
                           stages_text(stages)),
               tree, issues);
      }
}

std::vector<IdleName> idle_names(const Plan& plan) {
  std::vector<IdleName> idle;
  for (const FreezeList& list : freeze_lists(plan))
    for (size_t i = 0; i < list.names.size(); ++i) {
      const std::vector<const PlacedLayer*> layers = named_layers(*plan.stack, list.names[i]);
      const auto learns = [](const PlacedLayer* layer) {
        return layer->parameters > 0 || !layer->tied_to.empty();
      };
      const auto trains = [&](const StageSpec* stage) {
        return !layers.empty() && updates(*stage, layers[0]->name);
      };
      std::string why;
      if (std::none_of(layers.begin(), layers.end(), learns))
        why = "has no parameters";
      else if (std::none_of(list.stages.begin(), list.stages.end(), trains))
        why = "does not train in " + stages_text(list.stages);
      if (!why.empty())
        idle.push_back({fmt::format("{}[{}]", list.path, i),
                        fmt::format("freezing '{}' has no effect: it {}", list.names[i], why)});
    }
  return idle;
}

}  // namespace strata
