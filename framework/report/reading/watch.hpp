#pragma once
// Runs as they go on. Implemented in watch.cpp.
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "strata/report/reading/compared_run.hpp"
#include "strata/support/files.hpp"

namespace strata {

/// A run and how far it is.
struct WatchedRun {
  ComparedRun run;
  std::string stage;  ///< in which it is, or ended
  size_t epoch = 0, epochs = 0;
  double stage_seconds_left = 0;  ///< by its last epochs; NaN where none is known
  /// That of the stage, and of those that a completed run of the same name had after it; NaN where
  /// there is none to tell.
  double seconds_left = 0;
  std::vector<std::pair<std::string, double>> last;  ///< figures of the last epoch, the loss first
  std::string tested;                                ///< the stage's first figure of the test split
  std::vector<double> tested_curve;                  ///< it, epoch by epoch
  std::vector<std::pair<std::string, double>> stage_seconds;  ///< of the stages that ended
  int64_t changed_ns = 0;                                     ///< when its files changed last
};

/// The runs below some places. Each look reads the records and events that have changed since the
/// last, and asks of those that are under way whether their process is still there: it takes
/// nothing from a run but the reading of its files.
class Watch {
 public:
  /// Throws UserError where a place is neither there nor a pattern.
  explicit Watch(std::vector<std::string> places);
  /// Whether anything changed. Runs that began are there then, and what is gone is not.
  bool look();
  /// Those under way first, then what changed last.
  std::vector<WatchedRun> runs() const;

 private:
  struct Known {
    std::array<std::optional<FileFacts>, 3> facts;  ///< of record, events and tags
    std::optional<WatchedRun> run;                  ///< none of a record that cannot be read
  };
  std::vector<std::string> places_;
  std::map<std::filesystem::path, Known> known_;
};

/// @param record  as read_record() gives it, with its progress and tags
WatchedRun watched_run(const std::filesystem::path& path, const Json& record);

}  // namespace strata
