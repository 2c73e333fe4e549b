#include "strata/support/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "strata/support/errors.hpp"
#include "strata/support/system.hpp"

namespace strata {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : fd_(sys::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), folder_(folder) {
  if (fd_ < 0)
    throw RunError(fmt::format("cannot open {}: {}", folder.string(), std::strerror(errno)));
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), folder_(std::move(other.folder_)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) sys::close(fd_);
}

bool FolderLock::lock(int how) {
  if (sys::lock(fd_, how) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  throw RunError(fmt::format("cannot lock {}: {}", folder_.string(), std::strerror(errno)));
}

void FolderLock::check_in_place() const {
  struct stat held {
  }, named{};
  if (::fstat(fd_, &held) == 0 && ::stat(folder_.c_str(), &named) == 0 &&
      held.st_dev == named.st_dev && held.st_ino == named.st_ino)
    return;
  throw RunError(
      fmt::format("{} was removed or replaced while it was written to", folder_.string()));
}

bool FolderLock::held(const std::filesystem::path& folder) {
  return !FolderLock(folder).lock(LOCK_SH | LOCK_NB);
}

std::optional<FolderLock> FolderLock::try_take(const std::filesystem::path& folder) {
  constexpr std::chrono::milliseconds pause(1);
  constexpr int most_pauses = 5000;
  FolderLock lock(folder);
  for (int i = 0; i < most_pauses; ++i) {
    if (lock.lock(LOCK_EX | LOCK_NB)) return lock;
    if (held(folder)) break;
    std::this_thread::sleep_for(pause);  // someone is asking, which takes an instant
  }
  return std::nullopt;
}

FolderLock FolderLock::take(const std::filesystem::path& folder) {
  FolderLock lock(folder);
  lock.lock(LOCK_EX);
  return lock;
}

}  // namespace strata
