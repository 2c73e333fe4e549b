#include "strata/record/run_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "strata/record/record.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

constexpr const char* kWeightsRemoved = "weights.removed";
/// Of these, what holds weights.
constexpr std::array kWeights = {"weights", "checkpoint", "end"};
/// What a person says of a run (report/reading/run_tags.hpp): it stays where a run is begun anew.
constexpr const char* kSaid = "tags.json";

/// What a run leaves in its folder.
constexpr std::array kWritten = {"record.json", "record.room", "events.jsonl",
                                 "weights",     "images",      "checkpoint",
                                 "end",         "evaluations", kWeightsRemoved};

fs::path beside(const fs::path& folder, const char* ending) {
  return folder.parent_path() / ('.' + folder.filename().string() + ending);
}

/// A record that cannot be read is not ours to destroy.
bool holds_finished(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / "record.json", ignored)) return false;
  try {
    return read_record(folder / "record.json").at("status") == "completed";
  } catch (const std::exception&) {
    return true;
  }
}

void clear_run(const fs::path& folder) {
  for (const char* name : kWritten) remove_tree(folder / name);
  remove_leftovers(folder);
}

/// Removes a run that was replaced; what else lay in its folder moves to the new one.
void discard(const fs::path& old, const fs::path& folder) {
  clear_run(old);
  std::error_code error;
  for (const auto& entry : list_folder(old, error)) {
    const fs::path to = folder / entry.path().filename();
    if (!fs::exists(to, error)) move_file(entry.path(), to);
  }
  remove_tree(old);
}

/// A process died between the two renames that stand for an exchange where there is none.
void mend(const fs::path& folder) {
  std::error_code ignored;
  const fs::path fresh = beside(folder, ".new"), old = beside(folder, ".old");
  if (!fs::exists(old, ignored)) return;
  if (!fs::exists(folder, ignored)) move_file(holds_finished(fresh) ? fresh : old, folder);
  if (fs::exists(old, ignored)) discard(old, folder);
}

void add_files(const fs::path& path, std::vector<RunFile>& files) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) return;
  if (S_ISREG(facts.st_mode)) {
    const auto blocks = static_cast<uint64_t>(facts.st_blocks);
    files.push_back({path, blocks * 512, facts.st_dev, facts.st_ino, facts.st_nlink});
  }
  std::error_code unreadable;
  if (S_ISDIR(facts.st_mode))
    for (const auto& entry : list_folder(path, unreadable)) add_files(entry.path(), files);
}

/// A record that nobody can read is kept under another name: it may be worth a look.
void put_aside_unreadable(const fs::path& record) {
  if (!file_facts(record)) return;
  try {
    read_record(record);
  } catch (const UserError&) {
    move_file(record, record.string() + ".unreadable");
  }
}

}  // namespace

bool is_at_work(const fs::path& folder) {
  return Claim::held(beside(folder, ".claim"));
}

fs::path folder_of_next(const fs::path& folder) {
  return beside(folder, ".new");
}

std::vector<RunFile> files_to_remove(const fs::path& folder, Removed what) {
  std::vector<RunFile> files;
  if (what == Removed::weights) {
    for (const char* name : kWeights) add_files(folder / name, files);
    return files;
  }
  for (const char* name : kWritten) add_files(folder / name, files);
  add_files(folder / kSaid, files);
  for (const char* ending : {".new", ".old"}) add_files(beside(folder, ending), files);
  return files;
}

bool has_weights_removed(const fs::path& folder) {
  return file_facts(folder / kWeightsRemoved).has_value();
}

bool remove_run(const fs::path& folder, Removed what) {
  const auto held = RunFolder::try_take(folder);
  if (!held) return false;
  const fs::path gone = beside(folder, ".gone");
  remove_tree(gone);
  if (what == Removed::weights) {
    write_file_atomically(folder / kWeightsRemoved, "");
    for (const char* name : kWeights) remove_tree(folder / name);
    return true;
  }
  for (const char* ending : {".new", ".old"}) remove_tree(beside(folder, ending));
  move_file(folder, gone);
  clear_run(gone);
  remove_tree(gone / kSaid);
  if (::rmdir(gone.c_str()) != 0) move_file(gone, folder);  // with what strata did not write
  return true;
}

RunFolder::RunFolder(fs::path folder, Claim claim)
    : folder_(std::move(folder)), place_(folder_), claim_(std::move(claim)) {}

std::optional<RunFolder> RunFolder::try_take(const fs::path& folder) {
  auto claim = Claim::try_take(beside(folder, ".claim"));
  if (!claim) return std::nullopt;
  mend(folder);
  return RunFolder(folder, std::move(*claim));
}

void RunFolder::prepare() {
  place_ = holds_finished(folder_) ? folder_of_next(folder_) : folder_;
  make_folder(place_);
}

void RunFolder::begin() {
  check();
  put_aside_unreadable(folder_ / "record.json");
  clear_run(place_);
}

void RunFolder::leave() const {
  ::rmdir(place_.c_str());
}

void RunFolder::go_on() {
  remove_leftovers(folder_);
}

void RunFolder::complete() {
  if (!keeps_finished()) return;
  check();
  fs::path old = place_;
  if (!exchange_names(place_, folder_)) {
    old = beside(folder_, ".old");
    move_file(folder_, old);
    move_file(place_, folder_);
  }
  place_ = folder_;
  discard(old, folder_);
}

}  // namespace strata
