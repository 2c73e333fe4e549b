#include "strata/support/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "strata/support/errors.hpp"

namespace strata {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), folder_(folder) {
  if (fd_ < 0)
    throw RunError(fmt::format("cannot open {}: {}", folder.string(), std::strerror(errno)));
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), folder_(std::move(other.folder_)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

bool FolderLock::lock(int how) {
  while (::flock(fd_, how) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return false;
    throw RunError(fmt::format("cannot lock {}: {}", folder_.string(), std::strerror(errno)));
  }
  return true;
}

std::optional<FolderLock> FolderLock::try_take(const std::filesystem::path& folder) {
  FolderLock lock(folder);
  if (!lock.lock(LOCK_EX | LOCK_NB)) return std::nullopt;
  return lock;
}

FolderLock FolderLock::take(const std::filesystem::path& folder) {
  FolderLock lock(folder);
  lock.lock(LOCK_EX);
  return lock;
}

}  // namespace strata
