#include "strata/support/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "strata/support/errors.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

std::string reason() {
  return std::strerror(errno);
}

void write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw RunError(fmt::format("cannot write {}: {}", path.string(), reason()));
    content.remove_prefix(static_cast<size_t>(n));
  }
}

constexpr std::string_view kTemporary = ".tmp-";  // and the process's id

/// Closes and unlinks what a failed write left behind.
struct TemporaryFile {
  fs::path path;
  int fd = -1;
  bool keep = false;
  ~TemporaryFile() {
    if (fd >= 0) ::close(fd);
    if (!keep) ::unlink(path.c_str());
  }
};

}  // namespace

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error)
    throw RunError(fmt::format("cannot create folder {}: {}", folder.string(), error.message()));
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  make_folder(path.parent_path());
  TemporaryFile file;
  file.path = path.string() + fmt::format("{}{}", kTemporary, ::getpid());
  file.fd = ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file.fd < 0) throw RunError(fmt::format("cannot create {}: {}", path.string(), reason()));
  write_all(file.fd, content, path);
  if (::fsync(file.fd) != 0)
    throw RunError(fmt::format("cannot write {}: {}", path.string(), reason()));
  if (::rename(file.path.c_str(), path.c_str()) != 0)
    throw RunError(fmt::format("cannot replace {}: {}", path.string(), reason()));
  file.keep = true;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0) {
    ::fsync(folder_fd);
    ::close(folder_fd);
  }
}

void remove_leftovers(const fs::path& folder) {
  std::error_code error;  // no such folder, nothing to remove; one that cannot be read is left
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator entry(folder, error), end; entry != end;
       entry.increment(error)) {
    if (entry->symlink_status(error).type() != fs::file_type::regular) continue;
    const std::string name = entry->path().filename().string();
    const size_t at = name.rfind(kTemporary);
    if (at != std::string::npos && at + kTemporary.size() < name.size() &&
        name.find_first_not_of("0123456789", at + kTemporary.size()) == std::string::npos)
      found.push_back(entry->path());
  }
  for (const fs::path& path : found) fs::remove(path, error);
}

std::string read_file(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_directory(status))
    throw UserError(fmt::format("cannot read {}: it is a folder, not a file", path.string()));
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw UserError(fmt::format("cannot read {}: {}", path.string(), reason()));
  std::string content;
  std::array<char, 65536> part;
  while (in.read(part.data(), part.size()) || in.gcount() > 0)
    content.append(part.data(), static_cast<size_t>(in.gcount()));
  if (in.bad()) throw UserError(fmt::format("cannot read {}: {}", path.string(), reason()));
  return content;
}

LineLog::LineLog(const fs::path& path) : path_(path) {
  make_folder(path.parent_path());
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) throw RunError(fmt::format("cannot create {}: {}", path.string(), reason()));
}

LineLog::~LineLog() {
  if (fd_ >= 0) ::close(fd_);
}

void LineLog::append(std::string line) {
  line += '\n';
  write_all(fd_, line, path_);
}

}  // namespace strata
