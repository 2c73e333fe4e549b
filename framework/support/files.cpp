#include "strata/support/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "strata/support/errors.hpp"
#include "strata/support/system.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

/// Why a file of this kind and size is not read; empty where it is.
std::string refusal(const struct stat& info, uint64_t most) {
  if (S_ISDIR(info.st_mode)) return "it is a folder, not a file";
  if (!S_ISREG(info.st_mode)) return "it is no regular file, but a pipe or a device";
  if (static_cast<uint64_t>(info.st_size) > most)
    return fmt::format("it is larger than {} bytes", most);
  return "";
}

}  // namespace

FileError::FileError(const fs::path& path, std::string why)
    : UserError(fmt::format("cannot read {}: {}", path.string(), why)), reason(std::move(why)) {}

InputFile::InputFile(fs::path path, uint64_t most) : path_(std::move(path)) {
  // O_NONBLOCK: the opening of a pipe would wait for somebody to write to it.
  fd_ = sys::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd_ < 0) throw FileError(path_, std::strerror(errno));
  struct stat info {};
  const std::string why =
      ::fstat(fd_, &info) != 0 ? std::string(std::strerror(errno)) : refusal(info, most);
  if (!why.empty()) {
    sys::close(fd_);
    throw FileError(path_, why);
  }
  size_ = static_cast<uint64_t>(info.st_size);
}

InputFile::~InputFile() {
  sys::close(fd_);
}

size_t InputFile::read(void* to, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t n = sys::read(fd_, static_cast<char*>(to) + done, size - done);
    if (n < 0) throw FileError(path_, std::strerror(errno));
    if (n == 0) {  // before the size that it had: what was read is no whole
      const auto at = static_cast<uint64_t>(::lseek(fd_, 0, SEEK_CUR));
      if (at < size_)
        throw FileError(path_, fmt::format("it ended after {} of its {} bytes", at, size_));
      break;
    }
    done += static_cast<size_t>(n);
  }
  return done;
}

std::string read_file(const fs::path& path, uint64_t most) {
  InputFile file(path, most);
  std::string content(file.size(), '\0');
  content.resize(file.read(content.data(), content.size()));
  std::array<char, 65536> more;  // a file that grows, or one of /proc, which says that it is empty
  while (const size_t n = file.read(more.data(), more.size())) {
    content.append(more.data(), n);
    if (content.size() > most)
      throw FileError(path, fmt::format("it is larger than {} bytes", most));
  }
  return content;
}

std::string read_file_within(const fs::path& folder, const std::string& name, uint64_t most) {
  std::error_code error;
  const fs::path inside = fs::canonical(folder, error);
  const fs::path file = error ? fs::path() : fs::canonical(inside / name, error);
  if (error) throw FileError(folder / name, error.message());
  const auto [end, ignored] = std::mismatch(inside.begin(), inside.end(), file.begin(), file.end());
  if (end != inside.end())
    throw FileError(folder / name, fmt::format("it is not in {}", folder.string()));
  return read_file(file, most);
}

std::optional<FileFacts> file_facts(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return FileFacts{static_cast<uint64_t>(info.st_size),
                   info.st_mtim.tv_sec * INT64_C(1'000'000'000) + info.st_mtim.tv_nsec};
}

std::vector<fs::directory_entry> list_folder(const fs::path& folder, std::error_code& error) {
  std::vector<fs::directory_entry> found;
  const int fd = sys::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    error.assign(errno, std::generic_category());
    return found;
  }
  sys::close(fd);
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    found.push_back(*entry);
  if (error) found.clear();
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace strata
