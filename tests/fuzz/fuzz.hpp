#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "strata/support/errors.hpp"

// What the targets share. A target passes an input on and takes a UserError for an answer: anything
// else that is thrown, a crash, a sanitizer's finding or a second without an end is one too many.

namespace strata::fuzz {

/// A file, whose content is replaced by each input.
class File {
 public:
  explicit File(const char* name)
      : path_((std::filesystem::temp_directory_path() / (std::string(name) + "-XXXXXX")).string()),
        fd_(mkostemp(path_.data(), O_CLOEXEC)) {
    if (fd_ < 0) std::abort();
  }
  ~File() {
    close(fd_);
    unlink(path_.c_str());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void fill(std::string_view bytes) const {
    if (ftruncate(fd_, 0) != 0 ||
        pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      std::abort();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
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
