#include "strata/run/previous_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/data/published.hpp"
#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/record/seal.hpp"
#include "strata/run/identity.hpp"
#include "strata/run/measure_finished.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Why a record is of another content than the run would be: "made with other data (images)".
std::string reason(const std::vector<std::string>& parts, const Json& record,
                   const std::vector<DataFile>& files) {
  const std::string& part = parts.front();
  if (part == "strata") {
    const Json& strata = record.at("provenance").at("strata");
    return fmt::format("made by another strata ({}, {})", strata.at("version").get<std::string>(),
                       strata.at("commit").get<std::string>());
  }
  if (part != "data") return "made with other " + part;
  const Json& then = record.at("content").at("data");  // in the order in which they are loaded
  size_t i = 0;
  while (i < files.size() && i < then.size() && then[i] == files[i].sha256) ++i;
  return i < files.size() ? fmt::format("made with other data ({})", files[i].name)
                          : "made with other data";
}

/// A data set's files, in the order in which they are loaded. Those of a published set are not
/// read: their checksums are known, and nothing else is ever loaded as it.
std::vector<DataFile> files_of(const Dataset& dataset, const DataContext& context) {
  const PublishedSet* published = dataset.published();
  if (published == nullptr) return dataset.load(context).files;
  std::vector<DataFile> files;
  for (const PublishedFile& file : published->files())
    files.push_back({file.name, "", file.sha256});
  return files;
}

fs::path record_in(const fs::path& out, const LoadedExperiment& experiment, const std::string& id) {
  return out / experiment.settings.name / id / "record.json";
}

}  // namespace

const std::optional<std::vector<DataFile>>& PreviousRuns::files(
    const LoadedExperiment& experiment) {
  const Slot<Dataset>& dataset = experiment.settings.data.dataset;
  const auto [known, first] = files_.try_emplace(dataset.dump().dump());
  if (first) {
    try {
      const auto seed = static_cast<uint64_t>(experiment.settings.seed);
      known->second = files_of(*make(dataset), {data_folders_, seed});
    } catch (...) {  // the run would say what is wrong with them
    }
  }
  return known->second;
}

std::optional<Json> PreviousRuns::content(const LoadedExperiment& experiment) {
  const auto& data = files(experiment);
  if (!data) return std::nullopt;
  return content_of(experiment.settings, *data, data_folders_);
}

PreviousRun PreviousRuns::find(const LoadedExperiment& experiment) {
  fs::path path = record_in(out_, experiment, experiment.own_id());
  PreviousRun previous = read(experiment, path);
  if (!previous.beside.empty()) {
    const std::string why = previous.other, beside = previous.beside;
    path = record_in(out_, experiment, experiment.own_id() + beside);
    previous = read(experiment, path);
    previous.beside = beside;
    if (previous.status.empty()) previous.other = why;
  }
  previous.at_work = is_at_work(path.parent_path());
  std::error_code none;
  const auto time = fs::last_write_time(path, none);
  if (!none) previous.written = time.time_since_epoch().count();
  return previous;
}

PreviousRun PreviousRuns::read(const LoadedExperiment& experiment, const fs::path& path) {
  PreviousRun found;
  std::error_code none;
  if (!fs::exists(path, none)) return found;
  try {
    const Json record = read_record(path);
    const auto status = record.at("status").get<std::string>();
    if (record.contains(changed_key)) {
      found.other = "its record was changed by hand";
      return found;
    }
    if (status == "completed" && record.contains("files"))
      if (const auto faults = file_faults(record, path.parent_path(), check_); !faults.empty()) {
        found.other = faults.front();
        return found;
      }
    // A run that was cut off may not have come to write what it was made of.
    if (record.contains("content")) {
      const auto& data = files(experiment);
      const std::vector<DataFile> here = data.value_or(std::vector<DataFile>());
      const Json now = content_of(experiment.settings, here, data_folders_);
      auto parts = differing_parts(record["content"], now);
      // A record is not doubted because its data are not here; the folder's id is of its settings.
      if (!data)
        parts.erase(
            std::remove_if(parts.begin(), parts.end(),
                           [](const auto& part) { return part == "data" || part == "settings"; }),
            parts.end());
      if (!parts.empty() && status != "completed" && status != "diverged")
        parts.clear();  // the run itself says what differs, and whether it goes on
      if (!parts.empty()) {
        found.other = reason(parts, record, here);
        if (status == "completed" && parts.front() != "strata")
          found.beside = "~" + now["key"].get<std::string>().substr(0, 8);
        return found;
      }
    } else if (status == "completed") {
      found.other = "made by an earlier strata";
      return found;
    }
    found.status = status;
    if (status == "completed") found.lacks = lacking_metrics(experiment.settings, record);
    if (record.at("error").is_string()) found.error = record["error"].get<std::string>();
    for (const Json& stage : record.at("stages"))
      if (stage.at("status") == "completed") ++found.stages_done;
    const bool kept = found.stages_done > 0 || fs::exists(path.parent_path() / "checkpoint", none);
    found.goes_on = kept && status != "completed" && status != "diverged";
  } catch (const std::exception&) {
    found = PreviousRun();
    found.other = "it cannot be read";
  }
  return found;
}

std::set<std::string> files_of_others(const fs::path& folder, const std::vector<std::string>& own) {
  constexpr size_t most = 100;
  std::set<std::string> names, others;
  for (const std::string& file : own) names.insert(fs::path(file).filename().string());
  std::error_code none;
  if (!fs::is_directory(folder, none)) return others;
  size_t seen = 0;
  for (const auto& entry : list_folder(folder, none)) {
    const fs::path record = entry.path() / "record.json";
    if (entry.path().filename().string().front() == '.' || !fs::exists(record, none)) continue;
    if (++seen > most) break;
    try {
      const Json source = read_record(record).value("source", Json::object());
      const auto file = source.value("file", std::string());
      if (!file.empty() && names.count(fs::path(file).filename().string()) == 0)
        others.insert(file);
    } catch (const std::exception&) {  // which tells of no experiment
    }
  }
  return others;
}

}  // namespace strata
