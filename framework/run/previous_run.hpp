#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"
#include "strata/record/seal.hpp"
#include "strata/run/runner.hpp"

namespace strata {

/// What was recorded of a run before.
struct PreviousRun {
  std::string status;      ///< as in the record; empty where there is none of this very run
  std::string other;       ///< why a record that is there is not this run's: "made with other data"
  size_t stages_done = 0;  ///< how many it had completed
  bool at_work = false;    ///< its status is "running", and a process holds its folder
};

/// Tells which runs were made before: a record counts where its settings, its data and its strata
/// (version, commit, plugin libraries) are those that the run would have now, and where what lies
/// beside it is what it says. Data are told apart
/// by the checksums of their files, read once for each data set asked about.
class PreviousRuns {
 public:
  PreviousRuns(std::filesystem::path out, std::vector<std::string> data_folders,
               FileCheck check = FileCheck::quick)
      : out_(std::move(out)), data_folders_(std::move(data_folders)), check_(check) {}

  PreviousRun find(const LoadedExperiment& experiment);

 private:
  std::string other_data(const LoadedExperiment& experiment, const Json& record);

  std::filesystem::path out_;
  std::vector<std::string> data_folders_;
  FileCheck check_;
  std::map<std::string, std::vector<DataFile>> files_;  ///< by data set; none where not here now
};

}  // namespace strata
