#include "strata/run/init_from.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "strata/record/record.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// The record of the run that is named, or of the one with this seed in a folder of runs.
fs::path record_of(const std::string& run, int64_t seed) {
  std::error_code none;
  const fs::path place = run;
  if (!fs::is_directory(place, none))
    throw InitFromError("run", fmt::format("no such run: {}", run));
  if (fs::exists(place / "record.json", none)) return place / "record.json";
  std::vector<fs::path> found;
  std::set<int64_t> seeds;
  for (const auto& entry : list_folder(place, none)) {
    const fs::path path = entry.path() / "record.json";
    if (!fs::exists(path, none)) continue;
    const int64_t its = read_record(path).at("seed").get<int64_t>();
    seeds.insert(its);
    if (its == seed) found.push_back(path);
  }
  if (found.size() == 1) return found[0];
  if (seeds.empty())
    throw InitFromError("run", fmt::format("{} is neither a run nor a folder of runs", run));
  throw InitFromError(
      "run", found.empty() ? fmt::format("no run in {} has the seed {}; those there have {}", run,
                                         seed, fmt::join(seeds, ", "))
                           : fmt::format("{} runs in {} have the seed {}: name one of them, {}",
                                         found.size(), run, seed, found[0].parent_path().string()));
}

/// The stage of this name, or the last, as the record has it.
const Json& recorded_stage(const Json& record, const InitFrom& from, const std::string& run) {
  std::vector<std::string> names;
  const Json* last = nullptr;
  for (const Json& stage : record.at("stages")) {
    if (stage.at("status") != "completed") continue;
    last = &stage;
    names.push_back(stage.at("name").get<std::string>());
    if (from.stage == names.back()) return stage;
  }
  if (last == nullptr)
    throw InitFromError("run", fmt::format("{}: no stage of it is trained", run));
  if (from.stage)
    throw InitFromError("stage", fmt::format("{} has no trained stage '{}'{}", run, *from.stage,
                                             suggestion(*from.stage, names)));
  return *last;
}

/// Asks a layer which tensors it has.
class Lister final : public ParameterFactory {
 public:
  std::string layer;
  std::vector<std::pair<std::string, Shape>> found;

  Tensor parameter(const std::string& name, const Shape& shape, const Initializer&, int64_t,
                   int64_t) override {
    return buffer(name, shape, 0);
  }
  Tensor buffer(const std::string& name, const Shape& shape, double) override {
    found.emplace_back(layer + "." + name, shape);
    return {};
  }
};

const Tensor* value_of(const InitialWeights& weights, const std::string& name) {
  for (const Parameter& p : weights.stage.weights)
    if (p.name == name) return &p.value;
  return nullptr;
}

/// "encoder", and the blocks and layers that it may be instead.
std::vector<std::string> known_parts(const Stack& stack) {
  std::vector<std::string> parts;
  for (const auto& block : stack.blocks()) {
    const std::string kind = block->name.substr(0, block->name.find('.'));
    if (std::count(parts.begin(), parts.end(), kind) == 0) parts.push_back(kind);
    if (block->name != kind) parts.push_back(block->name);
  }
  return parts;
}

}  // namespace

void InitFrom::declare(Declare<InitFrom>& d) {
  d.doc("Another run's weights to begin with, in the place of drawn ones.");
  d.example("{run: results/pretrained, stage: pretrain-2, layers: encoder}");
  d.add("run", &InitFrom::run,
        "the run's folder; or a folder of runs, of which the one with this run's seed is taken")
      .known_as({"path", "checkpoint", "checkpoint_path", "weights"})
      .required();
  d.add("stage", &InitFrom::stage, "as which stage left them; default: the last that was trained");
  d.add("layers", &InitFrom::layers,
        "which layers begin so: encoder, decoder, head, or one block such as encoder.0")
      .known_as({"modules", "blocks", "part"});
}

InitialWeights read_initial_weights(const InitFrom& from, int64_t seed) {
  const fs::path path = record_of(from.run, seed);
  const fs::path folder = path.parent_path();
  try {
    const Json record = read_record(path);
    InitialWeights weights{read_stage(folder, recorded_stage(record, from, folder.string())), {}};
    weights.origin = {{"run", folder.string()},
                      {"run_id", record.at("run_id")},
                      {"stage", weights.stage.name},
                      {"layers", from.layers},
                      {"sha256", weights.stage.recorded.at("weights").at("sha256")}};
    return weights;
  } catch (const InitFromError&) {
    throw;
  } catch (const std::exception& e) {
    throw InitFromError("run", e.what());
  }
}

void check_initial_weights(const InitialWeights& weights, const InitFrom& from,
                           const Stack& stack) {
  Lister lister;
  for (const auto& block : stack.blocks())
    for (const PlacedLayer& placed : block->layers) {
      lister.layer = placed.name;
      placed.layer->build(lister);
    }
  bool any = false;
  const std::string there = fmt::format(
      "{}, stage '{}'", weights.origin.at("run").get<std::string>(), weights.stage.name);
  for (const auto& [name, shape] : lister.found) {
    if (!names_part(from.layers, name)) continue;
    any = true;
    const Tensor* value = value_of(weights, name);
    if (value == nullptr)
      throw InitFromError("layers", fmt::format("there is no {} in {}", name, there));
    if (value->sizes() != at::IntArrayRef(shape))
      throw InitFromError("layers",
                          fmt::format("{} is {} here, and {} in {}", name, shape_text(shape),
                                      shape_text(value->sizes().vec()), there));
  }
  if (!any)
    throw InitFromError("layers",
                        fmt::format("no layers with weights are called '{}'{}", from.layers,
                                    suggestion(from.layers, known_parts(stack))));
}

void take_initial_weights(const InitialWeights& weights, const InitFrom& from, const Stack& stack) {
  const at::NoGradGuard no_grad;
  for (const auto& block : stack.blocks())
    for (const Parameter& p : stack.tensors({block->name}))
      if (names_part(from.layers, p.name)) p.value.copy_(*value_of(weights, p.name));
}

Json initial_content(const InitFrom& from, int64_t seed) {
  const Json origin = read_initial_weights(from, seed).origin;
  return {{"sha256", origin.at("sha256")}, {"layers", from.layers}};
}

}  // namespace strata
