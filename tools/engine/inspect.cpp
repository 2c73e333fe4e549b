// The commands that look and do not train: check, show, list, describe, schema, components.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "engine/commands.hpp"
#include "strata/composition/compose.hpp"
#include "strata/fused/engine.hpp"
#include "strata/parameters/describe.hpp"
#include "strata/parameters/schema.hpp"
#include "strata/registry/load.hpp"
#include "strata/report/rendering/show_settings.hpp"
#include "strata/run/estimate.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/display.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

void print_stages(const CheckedExperiment& checked) {
  print_out("stages:\n");
  const Json config = checked.experiment.resolved();
  for (const StageSpec& stage : checked.plan.stages)
    print_out("{}", stage_text(stage.dump(), config, display_of(STDOUT_FILENO).width));
  print_out("engine on a CPU:\n");
  for (const StageSpec& stage : checked.plan.stages) {
    const std::string why = why_not_fused(*checked.plan.stack, stage, at::kCPU);
    print_out(
        "  {:<11} {}\n", stage.name,
        why.empty() ? "fused" : fmt::format("autograd: {} is not known to the fused one", why));
  }
}

/// What a mirror took over, which no file says: "kernel 3, stride 2".
std::string mirror_text(const Json& mirror) {
  std::string text;
  for (const auto& [key, value] : mirror.items()) {
    if (key == "type") continue;
    const Json& shown = value.is_object() && value.size() == 1 ? value.at("type") : value;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key,
                        shown.is_string() ? shown.get<std::string>() : shown.dump());
  }
  return text;
}

void print_layers(const Plan& plan) {
  int64_t total = 0;
  size_t name = 14, type = 14;
  for (const auto& block : plan.stack->blocks())
    for (const PlacedLayer& layer : block->layers) {
      name = std::max(name, layer.name.size());
      type = std::max(type, layer.type.size());
    }
  print_out("layers:\n");
  const size_t width = display_of(STDOUT_FILENO).width;
  for (const auto& block : plan.stack->blocks()) {
    for (const PlacedLayer& layer : block->layers) {
      print_out("  {:<{}} {:<{}} {:>10} -> {:<10} {:>10} parameter{}{}\n", layer.name, name,
                layer.type, type, shape_text(layer.input), shape_text(layer.output),
                layer.parameters, layer.parameters == 1 ? "" : "s",
                layer.tied_to.empty() ? "" : ", tied to " + layer.tied_to);
      if (const std::string taken_over = mirror_text(layer.mirror); !taken_over.empty())
        print_out("{}", wrapped("    mirror: " + taken_over, width, "      "));
    }
    total += block->parameters();
  }
  print_out("  {} parameter{} in all\n", total, total == 1 ? "" : "s");
}

void print_cost(const CheckedExperiment& checked, const EngineRequest& request) {
  RunOptions options;
  options.data_folders = request.data_folders;
  options.threads = request.threads;
  options.engine = request.engine;
  if (const auto cost = Estimator(options).cost(checked.experiment, checked.plan, {}))
    print_out("cost: {}\n", cost_text(*cost));
}

std::string place_text(const Node& node) {
  return node.origin.text() + (node.reference.empty() ? "" : " = " + node.reference);
}

/// Where the value at a path comes from: its own place, else that of the nearest part written (a
/// component's bare name), else the defaults; and what a reference there refers to.
std::string origin_text(const Node& tree, const std::string& path) {
  const Node* node = written_at(tree, path);
  return node == nullptr ? "default" : place_text(*node);
}

struct ShownSetting {
  std::string path, value, origin;
};

void collect_settings(const Json& value, const std::string& path, const Node& tree,
                      std::vector<ShownSetting>& settings) {
  const bool map = value.is_object() && !value.empty();
  if (!map && !(value.is_array() && !value.empty() && value[0].is_structured())) {
    settings.push_back({path, value.dump(), origin_text(tree, path)});
    return;
  }
  for (size_t i = 0; !map && i < value.size(); ++i)
    collect_settings(value[i], path_below(path, i), tree, settings);
  if (map)
    for (const auto& [key, item] : value.items())
      collect_settings(item, path_below(path, key), tree, settings);
}

/// In columns; only a value longer than 40 characters breaks them.
void print_settings(const LoadedExperiment& experiment) {
  std::vector<ShownSetting> settings;
  collect_settings(experiment.resolved(), "", experiment.tree, settings);
  size_t path = 0, value = 0;
  for (const ShownSetting& setting : settings) {
    path = std::max(path, setting.path.size());
    if (setting.value.size() <= 40) value = std::max(value, setting.value.size());
  }
  print_out("settings (value, where it comes from):\n");
  for (const ShownSetting& setting : settings)
    print_out("  {:<{}}  {:<{}}  {}\n", setting.path, path, setting.value, value, setting.origin);
}

std::vector<std::string> chosen_families(const std::string& family) {
  const Registry& registry = Registry::instance();
  if (family.empty()) return registry.families();
  if (registry.names(family).empty())
    throw UserError(
        fmt::format("unknown family '{}'{}", family, suggestion(family, registry.families())));
  return {family};
}

/// "2 stages", or "1 to 3 stages" where the runs differ.
std::string stages_text(const std::vector<CheckedExperiment>& runs) {
  const auto [least, most] = std::minmax_element(
      runs.begin(), runs.end(), [](const CheckedExperiment& a, const CheckedExperiment& b) {
        return a.plan.stages.size() < b.plan.stages.size();
      });
  const size_t from = least->plan.stages.size(), to = most->plan.stages.size();
  return (from < to ? fmt::format("{} to ", from) : "") +
         fmt::format("{} stage{}", to, to == 1 ? "" : "s");
}

/// How many runs `strata run` makes of these.
size_t different(const std::vector<CheckedExperiment>& runs) {
  std::set<std::string> places;
  for (const CheckedExperiment& run : runs)
    places.insert(run.experiment.settings.name + "/" + run.experiment.run_id());
  return places.size();
}

/// Says which libraries a file's runs would open; opens none, and so looks no further.
bool list_plugins(const EngineRequest& request, const std::string& file) {
  Issues issues;
  const Composition composition =
      compose(file, {request.overrides, request.sweeps, request.seeds}, issues);
  std::set<std::string> lines;
  for (const ComposedRun& run : composition.runs)
    for (const auto& [plugin, folder] : listed_plugins(run.root)) {
      try {
        lines.insert(
            fmt::format("{}: would load {}\n", plugin->origin.text(),
                        std::filesystem::canonical(find_plugin(plugin->scalar, folder)).string()));
      } catch (const UserError& e) {
        issues.error(plugin->origin, plugin->path, e.what());
      }
    }
  print_issues(issues);
  if (issues.ok() && lines.empty()) print_out("{}: loads no library\n", file);
  for (const std::string& line : lines) print_out(line);
  return issues.ok();
}

}  // namespace

int check_command(const EngineRequest& request) {
  bool good = true;
  for (const std::string& file : request.files)
    if (request.no_plugins) good = list_plugins(request, file) && good;
  if (request.no_plugins) return good ? 0 : 2;
  for (const std::string& file : request.files) {
    Issues issues;
    const std::vector<CheckedExperiment> runs = load_checked(request, file, issues);
    print_issues(issues);
    good = good && issues.ok();
    if (!issues.ok() || request.quiet) continue;
    print_notes(runs);
    const size_t made = different(runs);
    print_repeated(file, runs.size(), runs.size() - made);
    print_out("{}: {}, {}{}\n", file, display_of(STDOUT_FILENO).style(Style::green, "ok"),
              made > 1 ? fmt::format("{} runs of ", made) : "", stages_text(runs));
  }
  return good ? 0 : 2;
}

int show_command(const EngineRequest& request) {
  Issues issues;
  const std::vector<CheckedExperiment> runs = load_checked(request, request.files.at(0), issues);
  print_issues(issues);
  if (!issues.ok()) return 2;
  print_notes(runs);
  const CheckedExperiment& checked = runs.at(0);
  if (request.json) {
    print_out("{}\n", checked.experiment.resolved().dump(2));
    return 0;
  }
  print_settings(checked.experiment);
  print_stages(checked);
  print_layers(checked.plan);
  print_cost(checked, request);
  print_out("run id: {}\n", checked.experiment.run_id());
  if (const size_t made = different(runs); made > 1)
    print_out("the first of {} runs ({}); `strata run --dry-run` lists them\n", made,
              checked.experiment.label);
  return 0;
}

int list_command(const EngineRequest& request) {
  const Display display = display_of(STDOUT_FILENO);
  for (const std::string& family : chosen_families(request.component))
    print_out("{}", list_components(Registry::instance(), family, display));
  return 0;
}

int describe_command(const EngineRequest& request) {
  print_out("{}", describe(request.component, param_list<Experiment>(), Registry::instance(),
                           display_of(STDOUT_FILENO)));
  return 0;
}

int schema_command(const EngineRequest&) {
  print_out("{}\n", experiment_schema(param_list<Experiment>(), Registry::instance()).dump(2));
  return 0;
}

int components_command(const EngineRequest&) {
  print_out("{}", components_markdown(param_list<Experiment>(), Registry::instance()));
  return 0;
}

}  // namespace strata
