#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

// The calls of the operating system by which strata opens, reads, writes, replaces and removes
// files. Each does what the system's own does (-1 and errno where it fails), and begins again where
// a signal interrupted it. Only framework/support calls them, and nobody calls the system's own
// (tests/attacks/only_support.py), so that a test can make any of them fail.

namespace strata {

enum class SystemCall {
  open,
  read,
  write,
  sync,
  rename,
  link,
  close,
  mkdir,
  remove,
  truncate,
  allocate,
  touch,
  lock
};

/// What a hook makes of a call.
struct CallFault {
  int error = 0;           ///< the call is not made and fails with this; 0: it is made
  size_t most = SIZE_MAX;  ///< read and write take no more bytes than this; 0: they return 0
};

/// For tests. It is asked before each call, also of print.hpp and in a handler of signals; the path
/// is nullptr where the call takes a descriptor. nullptr: none.
using CallHook = CallFault (*)(SystemCall call, const char* path, int fd);
void set_call_hook(CallHook hook);

namespace sys {

int open(const char* path, int flags, mode_t mode = 0);
/// A file of an open folder, which must be there.
int open_in(int folder, const char* name, int flags);
ssize_t read(int fd, void* to, size_t size);
ssize_t write(int fd, const void* from, size_t size);
/// By as many calls as it takes; false, with errno, where not all was written.
bool write_all(int fd, std::string_view content);
int sync(int fd);
int rename(const char* from, const char* to);
/// Each gets the other's name, at once.
int exchange(const char* a, const char* b);
int link(const char* from, const char* to);
int close(int fd);
int mkdir(const char* path, mode_t mode);
/// A file, or an empty folder.
int remove(const char* path);
/// A file of an open folder.
int remove_in(int folder, const char* name);
int truncate(int fd, off_t size);
/// Sets room apart, for a file as large at least.
int allocate(int fd, off_t size);
/// Sets the time of the last change to now.
int touch(const char* path);
/// flock().
int lock(int fd, int how);

}  // namespace sys
}  // namespace strata
