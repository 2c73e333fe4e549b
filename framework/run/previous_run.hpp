#pragma once
// What the results folder holds of a run that is asked for again. Implemented in previous_run.cpp.
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"
#include "strata/record/seal.hpp"
#include "strata/run/runner.hpp"

namespace strata {

/// What was recorded of a run before.
struct PreviousRun {
  std::string status;  ///< as in the record; empty where there is none of this very run
  std::string other;   ///< why a record that is there is not this run's: "made with other data"
  std::string beside;  ///< LoadedExperiment::beside, as it has to be for that
  std::vector<std::string> lacks;  ///< metrics that are asked for and not in the record
  size_t stages_done = 0;          ///< how many it had completed
  bool goes_on = false;  ///< it did not complete, and has a stage or a checkpoint to go on from
  bool at_work = false;  ///< a process holds its folder
  std::string error;     ///< as in the record
  int64_t written = 0;   ///< when the record was; tells one that was made meanwhile
};

/// Tells which runs were made before: a record counts where its content key (identity.hpp) is the
/// one that the run would have now, and what lies beside it is what it says. A finished run of the
/// same settings and other data, or plugins, is not to be replaced: this one then has a folder of
/// its own. The data are read once for each data set asked about.
class PreviousRuns {
 public:
  PreviousRuns(std::filesystem::path out, std::vector<std::string> data_folders,
               FileCheck check = FileCheck::quick)
      : out_(std::move(out)), data_folders_(std::move(data_folders)), check_(check) {}

  PreviousRun find(const LoadedExperiment& experiment);

  /// What the run is made of (identity.hpp); nothing where its data are not here.
  std::optional<Json> content(const LoadedExperiment& experiment);

 private:
  PreviousRun read(const LoadedExperiment& experiment, const std::filesystem::path& record);
  const std::optional<std::vector<DataFile>>& files(const LoadedExperiment& experiment);

  std::filesystem::path out_;
  std::vector<std::string> data_folders_;
  FileCheck check_;
  /// By data set; nothing where it is not here now.
  std::map<std::string, std::optional<std::vector<DataFile>>> files_;
};

/// The experiment files other than these whose runs lie in a folder, by its first hundred records.
std::set<std::string> files_of_others(const std::filesystem::path& folder,
                                      const std::vector<std::string>& own);

}  // namespace strata
