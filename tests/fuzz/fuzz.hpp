#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "strata/support/errors.hpp"

// What the targets share. A target passes an input on and takes a UserError for an answer: anything
// else that is thrown, a crash, a sanitizer's finding or a second without an end is one too many.

namespace strata::fuzz {

/// A file in memory, with a path as any other has.
class File {
 public:
  explicit File(const char* name) : fd_(memfd_create(name, MFD_CLOEXEC)) {
    if (fd_ < 0) std::abort();
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void fill(std::string_view bytes) const {
    if (ftruncate(fd_, 0) != 0 ||
        pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      std::abort();
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

inline std::string_view view(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// What comes before the next zero byte of an input of several parts.
inline std::string next_part(std::string_view& input) {
  const size_t end = input.find('\0');
  const std::string part(input.substr(0, end));
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  return part;
}

template <class Read>
int refused_or_read(const Read& read) {
  try {
    read();
  } catch (const UserError&) {
  }
  return 0;
}

}  // namespace strata::fuzz
