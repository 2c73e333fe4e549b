#include "strata/inference/trained_run.hpp"

#include <ATen/ops/softmax.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/record/record.hpp"
#include "strata/registry/load.hpp"
#include "strata/run/finished_stage.hpp"
#include "strata/support/errors.hpp"
#include "strata/train/training_state.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

fs::path record_of(const fs::path& run) {
  std::error_code none;
  if (!fs::exists(run, none)) throw UserError(fmt::format("no such run: {}", run.string()));
  if (!fs::is_directory(run, none)) return run;
  if (fs::exists(run / "record.json", none)) return run / "record.json";
  throw UserError(
      fmt::format("{} is no run: there is no record.json in it; expected a run's folder, such as "
                  "results/NAME/3fa9c1d2-s0",
                  run.string()));
}

/// The plugins that a run was made with and that are not loaded, or not as they were.
struct MadeWith {
  std::vector<std::string> missing, other;

  explicit MadeWith(const Json& record) {
    for (const Json& plugin : record.value("/provenance/plugins"_json_pointer, Json::array())) {
      const std::string name = plugin.at("library");
      const auto& loaded = loaded_plugins();
      const auto found = std::find_if(loaded.begin(), loaded.end(),
                                      [&](const PluginLibrary& l) { return l.name == name; });
      if (found == loaded.end())
        missing.push_back(name);
      else if (found->sha256 != plugin.at("sha256"))
        other.push_back(name);
    }
  }

  /// What to do, where settings name a component that is not known.
  std::string advice() const {
    if (missing.empty()) return {};
    const std::string stem = fs::path(missing[0]).stem().string();
    const std::string name = stem.rfind("lib", 0) == 0 ? stem.substr(3) : stem;
    return fmt::format(
        "\nthe run was made with the plugin {}, which is not loaded: add --plugin PATH/{}, or "
        "--plugin {} where STRATA_PLUGIN_PATH leads to it",
        fmt::join(missing, ", "), missing[0], name);
  }
};

/// The record's settings as a tree, as though a file had them all.
Node settings_tree(const Json& record, const fs::path& path, Issues& issues) {
  Json config = record.at("config");
  // What a trained run needs no more; libraries are opened by the command line alone.
  for (const char* key : {"plugins", "init_from", "observers"}) config.erase(key);
  Node tree = parse_yaml(
      std::make_shared<Source>(Source{path.string() + " (config)", config.dump()}), issues);
  set_paths(tree);
  return tree;
}

void refuse_settings(const Issues& issues, const fs::path& path, const MadeWith& plugins) {
  if (issues.ok()) return;
  std::string text = path.string() + ": its settings cannot be used:";
  for (const Issue& issue : issues.all())
    if (!issue.warning) text += fmt::format("\n  config.{}: {}", issue.path, issue.message);
  throw UserError(text + plugins.advice());
}

void plan_run(TrainedRun& run, const fs::path& path) {
  const MadeWith plugins(run.record);
  Issues issues;
  const Node tree = settings_tree(run.record, path, issues);
  run.settings = read_experiment(tree, issues);
  Experiment whole = run.settings;  // how much of the data was used is not asked here
  static_cast<DataSplitParams&>(whole.data) = {};
  run.plan = make_plan(whole, tree, issues);
  refuse_settings(issues, path, plugins);
  for (const std::string& name : plugins.other)
    run.notes.push_back(name + " is another than the one that the run was made with");
}

/// How many of the trained stages lead to the one wanted, it among them.
size_t count_wanted(const TrainedRun& run, const WantedStage& wanted) {
  std::vector<std::string> names;
  std::optional<size_t> found;
  for (const StageResult& stage : run.stages) {
    names.push_back(stage.spec.name);
    const bool by_name = wanted.name.empty() || stage.spec.name == wanted.name;
    if (by_name && (!wanted.kind || stage.spec.kind == *wanted.kind)) found = names.size();
  }
  if (found) return *found;
  if (!wanted.name.empty() && std::find(names.begin(), names.end(), wanted.name) == names.end())
    throw UserError(fmt::format("{}: unknown stage '{}'{}", run.folder.string(), wanted.name,
                                suggestion(wanted.name, names)));
  const bool head = *wanted.kind == StageKind::classify;
  throw UserError(fmt::format(
      "{}: {} {}; it has {}", run.folder.string(),
      wanted.name.empty() ? "no stage" : "stage '" + wanted.name + "' is none that",
      head ? "trained a classifier" : "learned to rebuild its input", fmt::join(names, ", ")));
}

/// The recorded stages that completed, each as the plan has it.
void replay(TrainedRun& run, const WantedStage& wanted) {
  const Json& recorded = run.record.at("stages");
  size_t trained = 0;
  for (const Json& stage : recorded) {
    if (stage.at("status") != "completed") break;
    const auto spec = run.plan.next_stage(run.stages);
    if (!spec || spec->name != stage.at("name"))
      throw UserError(fmt::format(
          "{}: its stage '{}' does not follow from its settings: was it made by another strata?",
          run.folder.string(), stage.at("name").get<std::string>()));
    run.stages.push_back(recorded_result(*spec, stage));
    ++trained;
  }
  if (trained == 0)
    throw UserError(fmt::format("{}: no stage of it is trained ({})", run.folder.string(),
                                run.record.at("status").get<std::string>()));
  if (run.record.at("status") != "completed")
    run.notes.push_back(fmt::format("the run did not complete ({}): its last trained stage is '{}'",
                                    run.record.at("status").get<std::string>(),
                                    run.stages.back().spec.name));
  run.stages.resize(count_wanted(run, wanted));
}

/// Each stage's weights in its turn: a decoder is as the stage left it that trained it last.
void take_weights(const TrainedRun& run) {
  for (size_t i = 0; i < run.stages.size(); ++i) {
    const StageSpec& spec = run.stages[i].spec;
    const FinishedStage stage = read_stage(run.folder, run.record.at("stages")[i]);
    std::vector<std::string> blocks = spec.prefix;
    blocks.insert(blocks.end(), spec.blocks.begin(), spec.blocks.end());
    copy_state(stage.weights, run.stack().tensors(blocks), stage.file.string());
  }
}

void name_classes(TrainedRun& run) {
  const Json& data = run.record.at("data");
  if (data.at("sample_shape").get<Shape>() != run.plan.data.sample_shape)
    throw UserError(fmt::format("{}: it was trained on samples of {}, and its data set has {} now",
                                run.folder.string(), shape_text(data.at("sample_shape")),
                                shape_text(run.plan.data.sample_shape)));
  run.class_names = data.value("class_names", std::vector<std::string>());
  for (int64_t c = static_cast<int64_t>(run.class_names.size()); c < run.plan.data.classes; ++c)
    run.class_names.push_back(std::to_string(c));
}

}  // namespace

std::string TrainedRun::text() const {
  return fmt::format("{}, stage '{}'", folder.string(), stage().name);
}

std::vector<std::string> TrainedRun::encoding(const std::string& block) const {
  std::vector<std::string> way = stage().prefix;
  way.insert(way.end(), stage().blocks.begin(), stage().blocks.end());
  way.resize(code_blocks(way));
  const auto found = std::find(way.begin(), way.end(), block.empty() ? way.back() : block);
  if (found == way.end())
    throw UserError(
        fmt::format("{}: it has no code '{}'{}", text(), block, suggestion(block, way)));
  way.erase(found + 1, way.end());
  return way;
}

std::vector<std::string> TrainedRun::decoding() const {
  if (stage().kind != StageKind::pretrain)
    throw UserError(fmt::format("{}: it rebuilds no images", text()));
  std::vector<std::string> way;
  for (size_t k = encoding().size(); k-- > 0;) way.push_back(decoder_block(k));
  return way;
}

std::vector<std::string> TrainedRun::classifying() const {
  if (stage().kind != StageKind::classify)
    throw UserError(fmt::format("{}: it has no classifier", text()));
  std::vector<std::string> way = encoding();
  way.push_back(head_block());
  return way;
}

TrainedRun load_trained_run(const fs::path& place, const WantedStage& wanted,
                            const at::Device& device) {
  const fs::path path = record_of(place);
  TrainedRun run;
  run.folder = path.parent_path();
  run.record = read_record(path);
  try {
    if (const auto changed = run.record.find(changed_key); changed != run.record.end())
      run.notes.push_back("its record was changed by hand: " + changed->get<std::string>());
    plan_run(run, path);
    replay(run, wanted);
    name_classes(run);
  } catch (const Json::exception& e) {
    throw UserError(fmt::format("{}: not a whole record: {}", path.string(), e.what()));
  }
  run.place =
      at::TensorOptions(device).dtype(run.settings.dtype == "float64" ? at::kDouble : at::kFloat);
  run.plan.stack->build(0, c10::typeMetaToScalarType(run.place.dtype()), device);
  take_weights(run);
  return run;
}

Tensor probabilities(const Tensor& outputs, const Range& range) {
  if (!range.within({0, 1})) return at::softmax(outputs, 1);
  return outputs / outputs.sum(1, true).clamp_min(1e-30);
}

}  // namespace strata
