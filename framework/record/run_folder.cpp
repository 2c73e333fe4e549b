#include "strata/record/run_folder.hpp"

#include <unistd.h>

#include <array>

#include "strata/record/record.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

/// What a run leaves in its folder.
constexpr std::array kWritten = {"record.json", "record.room", "events.jsonl", "weights",
                                 "images",      "checkpoint",  "end",          "evaluations"};

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

void remove_run(const fs::path& folder) {
  for (const char* name : kWritten) remove_tree(folder / name);
  remove_leftovers(folder);
}

/// Removes a run that was replaced; what else lay in its folder moves to the new one.
void discard(const fs::path& old, const fs::path& folder) {
  remove_run(old);
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
  remove_run(place_);
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
