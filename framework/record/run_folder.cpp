#include "strata/record/run_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>  // renameat2
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "strata/record/record.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

/// What a run leaves in its folder.
constexpr std::array kWritten = {"record.json", "record.room", "events.jsonl",
                                 "weights",     "images",      "checkpoint"};

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

[[noreturn]] void fail(const fs::path& folder, int error) {
  throw RunError(fmt::format("cannot replace {}: {}", folder.string(), std::strerror(error)));
}

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
}

void flush(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

void remove_run(const fs::path& folder) {
  std::error_code ignored;
  for (const char* name : kWritten) fs::remove_all(folder / name, ignored);
  remove_leftovers(folder);
}

/// Removes a run that was replaced; what else lay in its folder moves to the new one.
void discard(const fs::path& old, const fs::path& folder) {
  remove_run(old);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(old, error)) {
    const fs::path to = folder / entry.path().filename();
    if (!fs::exists(to, error)) fs::rename(entry.path(), to, error);
  }
  fs::remove_all(old, error);
}

/// A process died between the two renames that stand for an exchange where there is none.
void mend(const fs::path& folder) {
  std::error_code ignored;
  const fs::path fresh = beside(folder, ".new"), old = beside(folder, ".old");
  if (!fs::exists(old, ignored)) return;
  if (!fs::exists(folder, ignored)) move(holds_finished(fresh) ? fresh : old, folder);
  if (fs::exists(old, ignored)) discard(old, folder);
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
  if (::renameat2(AT_FDCWD, place_.c_str(), AT_FDCWD, folder_.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) fail(folder_, errno);
    old = beside(folder_, ".old");
    move(folder_, old);
    move(place_, folder_);
  }
  flush(folder_.parent_path());
  place_ = folder_;
  discard(old, folder_);
}

}  // namespace strata
