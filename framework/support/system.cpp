#include "strata/support/system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

namespace strata {
namespace {

std::atomic<CallHook> call_hook{nullptr};

/// Makes a call through the hook, again where a signal interrupted it.
template <class Make>
auto made(SystemCall call, const char* path, int fd, const Make& make) {
  while (true) {
    const CallHook hook = call_hook;
    const CallFault fault = hook == nullptr ? CallFault{} : hook(call, path, fd);
    if (fault.error == 0) {
      const auto result = make(fault.most);
      if (result >= 0 || errno != EINTR || call == SystemCall::close) return result;
    } else if (fault.error != EINTR) {
      errno = fault.error;
      return decltype(make(fault.most))(-1);
    }
  }
}

}  // namespace

void set_call_hook(CallHook hook) {
  call_hook = hook;
}

namespace sys {

int open(const char* path, int flags, mode_t mode) {
  return made(SystemCall::open, path, -1, [&](size_t) { return ::open(path, flags, mode); });
}

int open_in(int folder, const char* name, int flags) {
  return made(SystemCall::open, name, folder,
              [&](size_t) { return ::openat(folder, name, flags); });
}

ssize_t read(int fd, void* to, size_t size) {
  return made(SystemCall::read, nullptr, fd, [&](size_t most) -> ssize_t {
    return most == 0 ? 0 : ::read(fd, to, std::min(size, most));
  });
}

ssize_t write(int fd, const void* from, size_t size) {
  return made(SystemCall::write, nullptr, fd, [&](size_t most) -> ssize_t {
    return most == 0 ? 0 : ::write(fd, from, std::min(size, most));
  });
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n == 0) errno = EIO;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

int sync(int fd) {
  return made(SystemCall::sync, nullptr, fd, [&](size_t) { return ::fsync(fd); });
}

int rename(const char* from, const char* to) {
  return made(SystemCall::rename, to, -1, [&](size_t) { return ::rename(from, to); });
}

int exchange(const char* a, const char* b) {
  return made(SystemCall::rename, b, -1,
              [&](size_t) { return ::renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE); });
}

int link(const char* from, const char* to) {
  return made(SystemCall::link, to, -1, [&](size_t) { return ::link(from, to); });
}

int close(int fd) {
  return made(SystemCall::close, nullptr, fd, [&](size_t) { return ::close(fd); });
}

int mkdir(const char* path, mode_t mode) {
  return made(SystemCall::mkdir, path, -1, [&](size_t) { return ::mkdir(path, mode); });
}

int remove(const char* path) {
  return made(SystemCall::remove, path, -1, [&](size_t) { return std::remove(path); });
}

int remove_in(int folder, const char* name) {
  return made(SystemCall::remove, name, folder,
              [&](size_t) { return ::unlinkat(folder, name, 0); });
}

int truncate(int fd, off_t size) {
  return made(SystemCall::truncate, nullptr, fd, [&](size_t) { return ::ftruncate(fd, size); });
}

int allocate(int fd, off_t size) {
  return made(SystemCall::allocate, nullptr, fd, [&](size_t) {
    errno = ::posix_fallocate(fd, 0, size);
    return errno == 0 ? 0 : -1;
  });
}

int touch(const char* path) {
  return made(SystemCall::touch, path, -1,
              [&](size_t) { return ::utimensat(AT_FDCWD, path, nullptr, AT_SYMLINK_NOFOLLOW); });
}

int lock(int fd, int how) {
  return made(SystemCall::lock, nullptr, fd, [&](size_t) { return ::flock(fd, how); });
}

}  // namespace sys
}  // namespace strata
