#include "strata/run/previous_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/data/published.hpp"
#include "strata/record/record.hpp"
#include "strata/registry/load.hpp"
#include "strata/support/lock.hpp"
#include "strata/support/version.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

std::string other_strata(const Json& provenance) {
  const auto version = provenance.at("strata").at("version").get<std::string>();
  const auto commit = provenance.at("strata").at("commit").get<std::string>();
  if (version != build_version || commit != build_commit)
    return fmt::format("made by another strata ({}, {})", version, commit);
  // Where each library of then is loaded, every component is of the library that it was of, as no
  // name is taken twice.
  for (const Json& plugin : provenance.at("plugins")) {
    const auto& now = loaded_plugins();
    if (std::none_of(now.begin(), now.end(), [&](const PluginLibrary& loaded) {
          return plugin.at("sha256") == loaded.sha256;
        }))
      return fmt::format("made with another {}", plugin.at("library").get<std::string>());
  }
  return "";
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

PreviousRun without(const std::string& other) {
  PreviousRun none;
  none.other = other;
  return none;
}

}  // namespace

/// Names the first file that is not what it was; empty where all are, or where the data are not
/// here now: a record is not doubted for that.
std::string PreviousRuns::other_data(const LoadedExperiment& experiment, const Json& record) {
  const Slot<Dataset>& dataset = experiment.settings.data.dataset;
  const auto [known, first] = files_.try_emplace(dataset.dump().dump());
  std::vector<DataFile>& now = known->second;
  if (first) {
    try {
      const auto seed = static_cast<uint64_t>(experiment.settings.seed);
      now = files_of(*make(dataset), {data_folders_, seed});
    } catch (...) {  // the run would say what is wrong with them
    }
  }
  const Json& then = record.at("data").at("files");  // in the order in which they are loaded
  for (size_t i = 0; i < now.size(); ++i)
    if (i >= then.size() || then[i].at("sha256") != now[i].sha256)
      return fmt::format("made with other data ({})", now[i].name);
  return "";
}

PreviousRun PreviousRuns::find(const LoadedExperiment& experiment) {
  const fs::path path = record_path(experiment, out_);
  if (!fs::exists(path)) return {};
  try {
    const Json record = read_record(path);
    if (record.at("config_hash") != experiment.hash()) return without("made with other settings");
    PreviousRun recorded;
    recorded.status = record.at("status").get<std::string>();
    for (const Json& stage : record.at("stages"))
      if (stage.at("status") == "completed") ++recorded.stages_done;
    recorded.at_work = recorded.status == "running" && FolderLock::held(path.parent_path());
    // A run that was cut off may not have come to write what it was made of.
    if (recorded.status != "completed" && !record.contains("data")) return recorded;
    std::string other = other_strata(record.at("provenance"));
    if (other.empty()) other = other_data(experiment, record);
    return other.empty() ? recorded : without(other);
  } catch (const std::exception&) {
    return without("it cannot be read");
  }
}

}  // namespace strata
