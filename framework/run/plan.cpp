#include "strata/run/plan.hpp"

#include <fmt/format.h>

#include "strata/run/freeze_check.hpp"
#include "strata/run/layer_check.hpp"
#include "strata/run/resource_check.hpp"
#include "strata/run/stage_check.hpp"
#include "strata/run/stage_notes.hpp"
#include "strata/run/valid_parts.hpp"

namespace strata {
namespace {

std::vector<ComponentRef> refs(const LayerList& layers) {
  return {layers.begin(), layers.end()};
}

StackDescription describe(const Plan& plan) {
  StackDescription description;
  description.pairs = plan.experiment.encoder.size();
  for (size_t k = 0; k < description.pairs; ++k)
    description.code_shapes.push_back(
        plan.stack->has(encoder_block(k)) ? plan.stack->block(encoder_block(k)).output : Shape{});
  return description;
}

/// The strategy's next stage, held to what a stage must be.
std::optional<StageSpec> pretraining_stage(const Slot<Strategy>& slot,
                                           const StackDescription& stack,
                                           const std::vector<StageResult>& done) {
  const auto strategy = make(slot);
  auto stage = of_component(slot, "next()", [&] { return strategy->next(stack, done); });
  if (!stage) return stage;
  if (done.size() >= most_stages)
    throw ComponentError(slot, fmt::format("it goes on after {} stages", most_stages));
  if (const std::string mistake = stage_mistake(*stage, stack.pairs); !mistake.empty())
    throw ComponentError(slot, mistake);
  for (const StageResult& before : done)
    if (before.spec.name == stage->name)
      throw ComponentError(slot, fmt::format("two stages are named '{}'", stage->name));
  return stage;
}

class Planner {
 public:
  Planner(Plan& plan, const Node& tree, Issues& issues, const Host& host)
      : plan_(plan),
        settings_(plan.experiment),
        tree_(tree),
        issues_(issues),
        host_(host),
        sound_(issues) {}

  /// What a component throws is reported where it is named.
  void run() {
    try {
      plan();
    } catch (const ComponentError& e) {
      issues_.error(e.origin.source ? e.origin : tree_.origin, e.path, e.what());
    } catch (const UserError& e) {  // a strategy's, that misses something
      error("pretrain.strategy", e.what());
    }
  }

 private:
  void plan() {
    plan_.stack = std::make_shared<Stack>();
    if (!sound_.any()) return;
    const Slot<Dataset>& dataset = settings_.data.dataset;
    if (sound_.has(dataset))
      plan_.data = of_component(dataset, "info()", [&] { return make(dataset)->info(); });
    if (sound_.has("data")) check_sizes(settings_.data, {host_.data_folders, 0}, tree_, issues_);
    if (!check_lists() || settings_.encoder.empty()) return;
    add_blocks();
    if (!stages_known()) return;
    list_stages();
    check_stages(plan_, sound_, tree_, issues_);
    check_tied_freeze(plan_, tree_, issues_);
    check_stage_count();
    check_memory(plan_, host_.memory, tree_, issues_);
    if (issues_.ok()) plan_.notes = stage_notes(plan_, tree_);
  }

  bool stages_known() const {
    return !settings_.pretrain ||
           (sound_.has(settings_.pretrain->strategy) && !settings_.pretrain->epochs.values.empty());
  }

  void add_blocks() {
    const int errors = issues_.errors();
    if (!add_encoders()) return;
    if (pretrains() && sound_.has("decoder")) add_decoders();
    if (settings_.classify && sound_.has("classify.head")) add_head();
    if (issues_.errors() != errors) return;
    check_names();
    check_initial();
  }

  /// Under a strategy without stages the decoders are not needed, nor need they be possible.
  bool pretrains() const {
    if (!settings_.pretrain || !sound_.has(settings_.pretrain->strategy)) return false;
    StackDescription description;
    description.pairs = settings_.encoder.size();
    description.code_shapes.resize(description.pairs);
    return pretraining_stage(settings_.pretrain->strategy, description, {}).has_value();
  }

  void error(const std::string& path, const std::string& message) {
    const Node* node = find_path(tree_, path);
    issues_.error(node != nullptr ? node->origin : tree_.origin, path, message);
  }

  bool check_lists() {
    const int errors = issues_.errors();
    if (!settings_.pretrain && !settings_.classify && sound_.has("pretrain") &&
        sound_.has("classify"))
      issues_.error(tree_.origin, "", "nothing to do: expected 'pretrain', 'classify' or both");
    if (sound_.has("encoder")) check_encoder_lists();
    if (settings_.decoder && settings_.tied)
      error("tied", "a tied decoder follows from the encoder; drop 'tied' or 'decoder'");
    if (settings_.classify && settings_.classify->head.empty() && sound_.has("classify.head"))
      error("classify.head", "expected at least one layer");
    return issues_.errors() == errors;
  }

  void check_encoder_lists() {
    if (settings_.encoder.empty())
      error("encoder", "expected at least one entry, a list of layers for each pair");
    for (size_t k = 0; k < settings_.encoder.size(); ++k)
      if (settings_.encoder[k].empty())
        error(fmt::format("encoder[{}]", k), "expected at least one layer");
    if (settings_.decoder && sound_.has("decoder") &&
        settings_.decoder->size() != settings_.encoder.size())
      error("decoder",
            fmt::format("expected {} entr{}, one for each entry of 'encoder', got {}",
                        settings_.encoder.size(), settings_.encoder.size() == 1 ? "y" : "ies",
                        settings_.decoder->size()));
  }

  /// Adds a block of written-out layers; the layer at fault is reported at its own place.
  bool add(const std::string& name, const LayerList& layers, const Shape& input, const Range& range,
           const LayerContext& context) {
    size_t failed = 0;
    try {
      plan_.stack->add(name, refs(layers), input, range, context, &failed);
      return true;
    } catch (const LayerError& e) {
      report_misfit(layers[failed], e, issues_);
      return false;
    } catch (const ComponentError& e) {
      issues_.error(e.origin, e.path, e.what());
      return false;
    }
  }

  /// False where the data's shape, or a layer's, is not known, nor then those of all that follows.
  bool add_encoders() {
    Shape shape = plan_.data.sample_shape;
    Range range{0, 1};
    const bool data = sound_.has(settings_.data.dataset);
    for (size_t k = 0; k < settings_.encoder.size(); ++k) {
      const bool known = data && sound_.has(fmt::format("encoder[{}]", k));
      if (!known || !add(encoder_block(k), settings_.encoder[k], shape, range, {})) {
        check_unplaced(settings_.encoder, k, sound_, issues_);
        return false;
      }
      const Block& block = plan_.stack->block(encoder_block(k));
      shape = block.output;
      range = block.output_range;
    }
    return true;
  }

  void add_decoders() {
    std::vector<const Block*> before;
    for (size_t k = 0; k < settings_.encoder.size(); ++k) {
      const Block& encoder = plan_.stack->block(encoder_block(k));
      if (settings_.decoder)
        add_written_decoder(k, encoder);
      else
        add_mirror(k, encoder, before);
      before.push_back(&encoder);
    }
  }

  void add_mirror(size_t k, const Block& encoder, const std::vector<const Block*>& before) {
    size_t failed = 0;
    try {
      plan_.stack->add_mirror(decoder_block(k), encoder, before, {settings_.tied}, &failed);
    } catch (const LayerError& e) {
      const LayerList& layers = settings_.encoder[k];
      error(failed < layers.size() ? layers[failed].path : fmt::format("encoder[{}]", k),
            fmt::format("no decoder follows from it: {}", e.what()));
    }
  }

  void add_written_decoder(size_t k, const Block& encoder) {
    const LayerList& layers = (*settings_.decoder)[k];
    const std::string path = fmt::format("decoder[{}]", k);
    if (layers.empty()) {
      error(path, "expected at least one layer");
      return;
    }
    if (!add(decoder_block(k), layers, encoder.output, encoder.output_range, {})) return;
    const Block& block = plan_.stack->block(decoder_block(k));
    if (element_count(block.output) != element_count(encoder.input))
      error(path, fmt::format("expected to rebuild encoder[{}]'s input of shape {}, got {}", k,
                              shape_text(encoder.input), shape_text(block.output)));
  }

  void add_head() {
    const Block& code = plan_.stack->block(encoder_block(settings_.encoder.size() - 1));
    LayerContext context;
    context.classes = plan_.data.classes;
    if (!add(head_block(), settings_.classify->head, code.output, code.output_range, context))
      return;
    const Shape& output = plan_.stack->block(head_block()).output;
    if (output != Shape{plan_.data.classes})
      error("classify.head",
            fmt::format("expected {} outputs, one for each class of '{}', got {}",
                        plan_.data.classes, settings_.data.dataset.type, shape_text(output)));
  }

  void list_stages() {
    std::vector<StageResult> planned;
    while (auto stage = plan_.next_stage(planned)) {
      plan_.stages.push_back(*stage);
      planned.push_back({*stage, false, {}});
    }
    if (plan_.stages.empty())
      error("pretrain.strategy",
            fmt::format("nothing to do: strategy '{}' trains no stage, and there "
                        "is no 'classify'",
                        settings_.pretrain->strategy.type));
  }

  void check_names() {
    const size_t pairs = settings_.encoder.size();
    std::vector<std::string> encoders, decoders;
    for (size_t k = 0; k < pairs; ++k) encoders.push_back(encoder_block(k));
    for (size_t k = 0; k < pairs; ++k) decoders.push_back(decoder_block(k));
    if (pretrains()) {
      std::vector<std::string> blocks = encoders;
      blocks.insert(blocks.end(), decoders.begin(), decoders.end());
      check_freeze(*plan_.stack, blocks, settings_.pretrain->freeze, "pretrain.freeze", tree_,
                   issues_);
      for (size_t k = 0; k < settings_.pretrain->stages.size(); ++k)
        if (const auto& names = settings_.pretrain->stages[k].freeze)
          check_freeze(*plan_.stack, blocks, *names, fmt::format("pretrain.stages[{}].freeze", k),
                       tree_, issues_);
    }
    if (settings_.classify) {
      std::vector<std::string> blocks = encoders;
      blocks.push_back(head_block());
      check_freeze(*plan_.stack, blocks, settings_.classify->freeze, "classify.freeze", tree_,
                   issues_);
    }
  }

  void check_initial() {
    if (!settings_.init_from || !sound_.has("init_from")) return;
    const InitFrom& from = *settings_.init_from;
    try {
      check_initial_weights(read_initial_weights(from, settings_.seed), from, *plan_.stack);
    } catch (const InitFromError& e) {
      const Node* node = find_path(tree_, e.path);
      if (node == nullptr) node = find_path(tree_, "init_from");
      issues_.error(node != nullptr ? node->origin : tree_.origin, e.path, e.what());
    }
  }

  /// The lists with an entry for each stage.
  void check_stage_count() {
    if (!settings_.pretrain || !sound_.has("pretrain.epochs")) return;
    const size_t given = settings_.pretrain->epochs.values.size();
    size_t stages = 0;
    for (const StageSpec& stage : plan_.stages)
      if (stage.kind == StageKind::pretrain) ++stages;
    const std::string trained =
        fmt::format("strategy '{}' trains {} stage{} here", settings_.pretrain->strategy.type,
                    stages, stages == 1 ? "" : "s");
    if (stages > 0 && given > 1 && given != stages)
      error("pretrain.epochs",
            fmt::format("{}: expected one number{}, got a list of {}", trained,
                        stages == 1 ? "" : fmt::format(", or a list of {}", stages), given));
    const size_t entries = settings_.pretrain->stages.size();
    if (stages > 0 && entries > stages)
      error(fmt::format("pretrain.stages[{}]", stages),
            fmt::format("{}: expected at most one entry for each, got {}", trained, entries));
  }

  Plan& plan_;
  const Experiment& settings_;
  const Node& tree_;
  Issues& issues_;
  const Host& host_;
  const ValidParts sound_;
};

/// What the settings say of pretraining stage k: the common settings, and what its own entry
/// changes.
void apply(const PretrainSettings& settings, size_t k, StageSpec& stage) {
  static_cast<StageSettings&>(stage) = settings;
  stage.kind = StageKind::pretrain;
  stage.epochs = settings.epochs.at(k);
  if (k >= settings.stages.size()) return;
  const StageOverrides& own = settings.stages[k];
  if (!own.loss.empty()) stage.loss = own.loss;
  if (!own.optimizer.empty()) stage.optimizer = own.optimizer;
  stage.epochs = own.epochs.value_or(stage.epochs);
  if (!own.corruption.empty()) stage.corruption = own.corruption;
  stage.penalties = own.penalties.value_or(stage.penalties);
  stage.freeze = own.freeze.value_or(stage.freeze);
}

}  // namespace

std::optional<StageSpec> Plan::next_stage(const std::vector<StageResult>& done) const {
  if (!done.empty() && done.back().spec.kind == StageKind::classify) return std::nullopt;
  if (experiment.pretrain) {
    if (auto stage = pretraining_stage(experiment.pretrain->strategy, describe(*this), done)) {
      apply(*experiment.pretrain, done.size(), *stage);
      return stage;
    }
  }
  if (!experiment.classify) return std::nullopt;
  const ClassifySettings& settings = *experiment.classify;
  StageSpec stage;
  stage.name = "classify";
  stage.kind = StageKind::classify;
  stage.target = Target::labels;
  static_cast<StageSettings&>(stage) = settings;
  std::vector<std::string>& encoders = settings.train == "head" ? stage.prefix : stage.blocks;
  for (size_t k = 0; k < experiment.encoder.size(); ++k) encoders.push_back(encoder_block(k));
  stage.blocks.push_back(head_block());
  stage.trains = stage.blocks;
  return stage;
}

Plan make_plan(const Experiment& experiment, const Node& tree, Issues& issues, const Host& host) {
  Plan plan;
  plan.experiment = experiment;
  Planner(plan, tree, issues, host).run();
  return plan;
}

}  // namespace strata
