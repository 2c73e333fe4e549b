#include "strata/report/reading/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/reading/record_shape.hpp"
#include "strata/report/reading/shown_record.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// By the mean of the last few epochs.
double stage_seconds_left(const Json& epochs, size_t planned) {
  constexpr size_t few = 5;
  if (epochs.empty() || planned <= epochs.size()) return epochs.empty() ? kUnknown : 0;
  const size_t last = std::min(few, epochs.size());
  double seconds = 0;
  for (size_t i = epochs.size() - last; i < epochs.size(); ++i)
    seconds += json_number(json_at(epochs[i], {"seconds"}));
  return seconds / static_cast<double>(last) * static_cast<double>(planned - epochs.size());
}

void read_epochs(const Json& stage, WatchedRun& watched) {
  const Json& epochs = json_at(stage, {"epochs"});
  watched.stage = json_text(json_at(stage, {"name"}));
  const Json& planned = json_at(stage, {"settings", "epochs"});
  watched.epoch = epochs.size();
  watched.epochs =
      planned.is_number_integer() && planned > 0 ? planned.get<size_t>() : epochs.size();
  watched.stage_seconds_left = stage_seconds_left(epochs, watched.epochs);
  if (!epochs.is_array() || epochs.empty()) return;
  watched.last.emplace_back("loss", json_number(json_at(epochs.back(), {"loss"})));
  const Json& metrics = json_at(epochs.back(), {"metrics"});
  const char* measured = json_at(metrics, {"test"}).empty() ? "validation" : "test";
  for (const auto& figure : json_at(metrics, {measured}).items())
    if (figure.value().is_number())
      watched.last.emplace_back(figure.key(), json_number(figure.value()));
  for (const auto& figure : json_at(epochs.back(), {"metrics", "test"}).items())
    if (figure.value().is_number() && watched.tested.empty()) watched.tested = figure.key();
  for (const Json& epoch : epochs)
    watched.tested_curve.push_back(
        json_number(json_at(epoch, {"metrics", "test", watched.tested.c_str()})));
}

/// What a completed run of the same name took for the stages after this one.
double seconds_after(const WatchedRun& run, const std::vector<WatchedRun>& all) {
  for (const WatchedRun& other : all) {
    if (other.run.status != "completed" || other.run.name != run.run.name) continue;
    const auto& stages = other.stage_seconds;
    const auto here = std::find_if(stages.begin(), stages.end(),
                                   [&](const auto& stage) { return stage.first == run.stage; });
    if (here == stages.end()) continue;
    double seconds = 0;
    for (auto later = here + 1; later != stages.end(); ++later) seconds += later->second;
    return seconds;
  }
  return kUnknown;
}

std::array<std::optional<FileFacts>, 3> facts_of(const fs::path& record) {
  const fs::path folder = record.parent_path();
  return {file_facts(record), file_facts(folder / "events.jsonl"),
          file_facts(folder / "tags.json")};
}

bool same(const std::optional<FileFacts>& a, const std::optional<FileFacts>& b) {
  if (!a || !b) return !a && !b;
  return a->bytes == b->bytes && a->modified_ns == b->modified_ns;
}

std::optional<WatchedRun> read_watched(const fs::path& path) try {
  Json record = read_record(path);
  check_shape(path, record);
  add_progress(path, record);
  add_tags(path, record);
  return watched_run(path, record);
} catch (const UserError&) {
  return std::nullopt;
} catch (const Json::exception&) {
  return std::nullopt;
}

}  // namespace

WatchedRun watched_run(const fs::path& path, const Json& record) {
  WatchedRun watched;
  watched.run = compared_run(path, record);
  watched.stage_seconds_left = watched.seconds_left = kUnknown;
  for (const Json& stage : json_at(record, {"stages"}))
    if (const Json& seconds = json_at(stage, {"seconds"}); seconds.is_number())
      watched.stage_seconds.emplace_back(json_text(json_at(stage, {"name"})),
                                         seconds.get<double>());
  const Json& stages = json_at(record, {"stages"});
  if (stages.is_array() && !stages.empty()) read_epochs(stages.back(), watched);
  return watched;
}

Watch::Watch(std::vector<std::string> places) : places_(std::move(places)) {
  for (const std::string& place : places_)
    if (place.find_first_of("*?[") == std::string::npos && !fs::exists(place))
      throw UserError(fmt::format("there is no {}", place));
}

bool Watch::look() {
  std::vector<fs::path> paths;
  for (const std::string& place : places_) {
    try {
      for (fs::path& path : find_records({place})) paths.push_back(std::move(path));
    } catch (const UserError&) {  // nothing there yet
    }
  }
  bool changed = false;
  for (auto run = known_.begin(); run != known_.end();) {
    const bool gone = std::find(paths.begin(), paths.end(), run->first) == paths.end();
    changed |= gone;
    run = gone ? known_.erase(run) : std::next(run);
  }
  for (const fs::path& path : paths) {
    auto facts = facts_of(path);
    Known& known = known_[path];
    const bool is_same = std::equal(facts.begin(), facts.end(), known.facts.begin(), same);
    const bool died = known.run && known.run->run.status == "running" &&
                      !is_at_work(fs::weakly_canonical(path).parent_path());
    if (is_same && !died) continue;
    known.facts = facts;
    known.run = read_watched(path);
    if (known.run)
      for (const auto& file : facts)
        if (file) known.run->changed_ns = std::max(known.run->changed_ns, file->modified_ns);
    changed = true;
  }
  return changed;
}

std::vector<WatchedRun> Watch::runs() const {
  std::vector<WatchedRun> runs;
  for (const auto& [path, known] : known_)
    if (known.run) runs.push_back(*known.run);
  std::stable_sort(runs.begin(), runs.end(), [](const WatchedRun& a, const WatchedRun& b) {
    const auto rank = [](const WatchedRun& run) {
      return std::make_tuple(run.run.status != "running", -run.changed_ns);
    };
    const bool both_run = a.run.status == "running" && b.run.status == "running";
    return both_run ? a.run.start < b.run.start : rank(a) < rank(b);
  });
  for (WatchedRun& run : runs)
    if (run.run.status == "running")
      run.seconds_left = run.stage_seconds_left + seconds_after(run, runs);
  return runs;
}

}  // namespace strata
