#include "strata/run/shared_stages.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "strata/record/record.hpp"
#include "strata/run/checkpoint.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMostBytes = 4096;  // of an entry

/// "name/id", and nothing else: it comes from a file.
bool is_run(const fs::path& run) {
  const auto plain = [](const fs::path& part) {
    return !part.empty() && part.string().front() != '.';
  };
  return run.is_relative() && std::distance(run.begin(), run.end()) == 2 &&
         std::all_of(run.begin(), run.end(), plain);
}

/// Whether a stage's record has every figure that is now asked for.
bool measures_all(const Json& recorded, const StageSpec& spec) {
  const Json& known = recorded.at("settings").at("metrics");
  return std::all_of(spec.metrics.begin(), spec.metrics.end(), [&](const Slot<Metric>& metric) {
    return std::find(known.begin(), known.end(), metric.dump()) != known.end();
  });
}

/// Leaves those of an epoch's figures that are asked for.
void drop_other_figures(Json& metrics, const StageSpec& spec) {
  std::set<std::string> asked;
  for (const FigureInfo& figure : stage_figures(spec)) asked.insert(figure.key);
  for (Json& split : metrics) {
    Json left = Json::object();
    for (const auto& [key, value] : split.items())
      if (asked.count(key) > 0) left[key] = value;
    split = left;
  }
}

}  // namespace

SharedStages::SharedStages(fs::path out) : out_(std::move(out)), index_(out_ / ".stages") {}

std::optional<Json> SharedStages::recorded(const char* name, const std::string& key,
                                           const StageSpec& spec, std::string& run) const {
  const fs::path file = index_ / key / "run.json";
  if (!file_facts(file)) return std::nullopt;
  const Json entry = parse_json(read_file(file, kMostBytes)).value_or(Json());
  run = entry.at("run").get<std::string>();
  if (!is_run(run)) return std::nullopt;
  const Json record = read_record(out_ / run / "record.json");
  if (record.contains(changed_key) || record.contains("resumed_anyway")) return std::nullopt;
  for (const Json& stage : record.at("stages"))
    if (stage.value(name, Json()) == key && stage.at("status") == "completed" &&
        measures_all(stage, spec))
      return stage;
  return std::nullopt;
}

std::optional<SharedStage> SharedStages::find(const std::string& key, const StageSpec& spec) const {
  try {
    SharedStage found;
    auto stage = recorded("key", key, spec, found.run);
    if (!stage) return std::nullopt;
    for (Json& epoch : stage->at("epochs")) drop_other_figures(epoch.at("metrics"), spec);
    recorded_result(spec, *stage);  // throws where it has none
    static_cast<FinishedStage&>(found) = read_stage(out_ / found.run, *stage);
    return found;
  } catch (const std::exception&) {  // it is not what it was
    return std::nullopt;
  }
}

std::optional<SharedStages::End> SharedStages::find_end(const std::string& any_length_key,
                                                        const StageSpec& spec) const {
  try {
    End end;
    if (!recorded("any_length_key", any_length_key, spec, end.run)) return std::nullopt;
    auto found = read_end(out_ / end.run);
    if (!found || found->stage != spec.name) return std::nullopt;
    end.from = std::move(found->from);
    std::vector<EpochResult>& epochs = end.from.state.epochs;
    if (epochs.empty() || epochs.size() >= static_cast<size_t>(spec.epochs)) return std::nullopt;
    for (EpochResult& epoch : epochs) drop_other_figures(epoch.metrics, spec);
    return end;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<std::string> SharedStages::find_run(const std::string& key,
                                                  const StageSpec& spec) const {
  try {
    std::string run;
    const auto stage = recorded("key", key, spec, run);
    if (!stage) return std::nullopt;
    const fs::path file = fs::path(stage->at("weights").at("file").get<std::string>()).filename();
    if (!file_facts(out_ / run / "weights" / file)) return std::nullopt;
    return run;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

SharedStages::Source SharedStages::look(const std::string& key, const StageSpec& spec,
                                        const std::function<void()>& waiting) const {
  while (true) {
    if (auto found = find(key, spec)) return {std::move(found), std::nullopt};
    try {  // who held the claim may have just finished
      if (auto claim = Claim::try_take(index_ / (key + ".claim")))
        return {find(key, spec), std::move(claim)};
    } catch (const RunError&) {  // no claim can be made here
      return {};
    }
    waiting();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

void SharedStages::add(const std::string& key, const fs::path& run_folder) const {
  try {
    const Json entry = {{"run", run_folder.lexically_relative(out_).generic_string()}};
    make_folder(index_ / key);
    remove_leftovers(index_ / key);  // of who was killed here
    write_file_atomically(index_ / key / "run.json", entry.dump() + '\n');
  } catch (const std::exception&) {  // it is a hint
  }
}

}  // namespace strata
