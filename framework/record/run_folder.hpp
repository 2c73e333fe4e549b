#pragma once
// A run's folder: held, begun, replaced. Implemented in run_folder.cpp.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "strata/support/claim.hpp"

namespace strata {

/// Whether a process is at work on the run of a folder, as far as can be told by reading.
bool is_at_work(const std::filesystem::path& folder);

/// The folder beside a run's where another is written that is to take its place.
std::filesystem::path folder_of_next(const std::filesystem::path& folder);

/// What of a run is removed.
enum class Removed {
  all,
  weights,  ///< weights, checkpoint and end state; its record says from then on that it has none
};

/// A file that would go, as the disk sees it: several names may lead to one.
struct RunFile {
  std::filesystem::path path;
  uint64_t bytes = 0, device = 0, inode = 0, links = 1;
};
std::vector<RunFile> files_to_remove(const std::filesystem::path& folder, Removed what);

/// Removes a run, or a part of it; false where a process is at work on it. What strata did not
/// write stays in its place. To whoever looks for runs it is there, or is not: its folder is
/// renamed before anything in it goes, and what a process that died here left goes with the next
/// removal beside it.
bool remove_run(const std::filesystem::path& folder, Removed what);

/// In a run's folder: its weights were removed on purpose. verify and run do not miss them.
bool has_weights_removed(const std::filesystem::path& folder);

/// The folder of one run, held by one process (support/claim.hpp: the claim ".ID.claim" lies beside
/// it). A finished run in it is not touched until another is as whole: that one is written into
/// ".ID.new" beside it, and takes its place by one exchange. Implemented in run_folder.cpp.
class RunFolder {
 public:
  /// Nothing where another process is at work on the run. Throws RunError where the folder above
  /// cannot be made or written.
  static std::optional<RunFolder> try_take(const std::filesystem::path& folder);

  /// Makes the folder that is written to. Throws RunError.
  void prepare();
  /// Removes what a run has left in it; what strata does not write stays.
  void begin();
  /// Instead of begin(), where a run goes on: nothing is removed.
  void go_on();
  /// Where files are written: the run's own folder, or the one that is to take its place.
  const std::filesystem::path& place() const { return place_; }
  const std::filesystem::path& own() const { return folder_; }
  /// Whether prepare() found a finished run there, which stays until complete().
  bool keeps_finished() const { return place_ != folder_; }
  /// Removes the folder again, where nothing is in it.
  void leave() const;
  /// What was written is the run from now on.
  void complete();

  /// Throws ClaimLost where another process has taken over. Called before each change.
  void check() const { claim_.check(); }

 private:
  RunFolder(std::filesystem::path folder, Claim claim);
  std::filesystem::path folder_, place_;
  Claim claim_;
};

}  // namespace strata
