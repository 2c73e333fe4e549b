#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/system.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporary = ".tmp-";  // and 16 hexadecimal digits
constexpr size_t kDigits = 16;

RunError failed(const char* doing, const fs::path& path) {
  return RunError(fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(errno)));
}

bool is_temporary(const std::string& name) {
  const size_t at = name.rfind(kTemporary);
  if (at == std::string::npos) return false;
  const std::string_view rest = std::string_view(name).substr(at + kTemporary.size());
  const bool of_process = !rest.empty() && rest.size() < 10;  // strata 0.1 named them by its pid
  return of_process ? rest.find_first_not_of("0123456789") == std::string::npos
                    : rest.size() == kDigits &&
                          rest.find_first_not_of("0123456789abcdef") == std::string::npos;
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Some file systems cannot flush a folder: no failure.
void flush_folder(const fs::path& folder) {
  const int fd = sys::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  sys::sync(fd);
  sys::close(fd);
}

/// A file of its own beside `path`, gone with its owner unless it has been given the name.
class Temporary {
 public:
  Temporary(const fs::path& path, std::string_view content) : target_(path) {
    make_folder(path.parent_path());
    name_ = temporary_name(path);
    const int fd = open_temporary(name_.c_str());
    if (fd < 0) throw failed("create", path);
    const bool written = sys::write_all(fd, content) && sys::sync(fd) == 0;
    const int error = errno;
    const bool closed = sys::close(fd) == 0;
    if (written && closed) return;
    if (!written) errno = error;
    const RunError failure = failed("write", path);
    sys::remove(name_.c_str());
    throw failure;
  }
  ~Temporary() {
    if (!name_.empty()) sys::remove(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void replace() {
    if (sys::rename(name_.c_str(), target_.c_str()) != 0) throw failed("replace", target_);
    name_.clear();
    flush_folder(folder_of(target_));
  }
  /// False where the name is taken.
  bool give_new_name() {
    if (sys::link(name_.c_str(), target_.c_str()) != 0) {
      if (errno == EEXIST) return false;
      throw failed("create", target_);
    }
    flush_folder(folder_of(target_));
    return true;
  }

 private:
  fs::path target_;
  std::string name_;
};

/// What must not be replaced by a file: anything but a file.
void check_replaced(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return;
  const char* what = S_ISDIR(info.st_mode)   ? "it is a folder"
                     : S_ISLNK(info.st_mode) ? "it is a link"
                                             : "it is a pipe or a device";
  throw RunError(fmt::format("cannot replace {}: {}", path.string(), what));
}

/// Opens a file that grows. Never through a link, nor waiting for a pipe.
int open_growing(const fs::path& path, int flags, uint64_t& size) {
  make_folder(path.parent_path());
  const int fd = sys::open(path.c_str(),
                           flags | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (fd < 0 && errno == ELOOP) check_replaced(path);
  if (fd < 0) throw failed("create", path);
  struct stat info {};
  const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  if (!regular) {
    sys::close(fd);
    throw RunError(fmt::format("cannot write {}: it is a pipe or a device", path.string()));
  }
  size = static_cast<uint64_t>(info.st_size);
  return fd;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

std::string temporary_name(const fs::path& path) {
  uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number)
    throw failed("name a file for", path);
  return fmt::format("{}{}{:0{}x}", path.string(), kTemporary, number, kDigits);
}

int open_temporary(const char* name) {
  return sys::open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

void make_folder(const fs::path& folder) {
  if (folder.empty() || sys::mkdir(folder.c_str(), 0777) == 0) return;
  int error = errno;
  if (error == ENOENT && folder.has_parent_path() && folder.parent_path() != folder) {
    make_folder(folder.parent_path());
    if (sys::mkdir(folder.c_str(), 0777) == 0) return;
    error = errno;
  }
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  errno = error == EEXIST ? ENOTDIR : error;
  throw failed("create folder", folder);
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  check_replaced(path);
  Temporary(path, content).replace();
}

bool create_file(const fs::path& path, std::string_view content) {
  return Temporary(path, content).give_new_name();
}

void link_or_copy(const fs::path& from, const fs::path& to) {
  check_replaced(to);
  make_folder(to.parent_path());
  const std::string name = temporary_name(to);
  if (sys::link(from.c_str(), name.c_str()) != 0)
    return write_file_atomically(to, read_file(from, UINT64_MAX));
  if (sys::rename(name.c_str(), to.c_str()) != 0) {
    const RunError failure = failed("replace", to);
    sys::remove(name.c_str());
    throw failure;
  }
  sys::remove(name.c_str());  // it stays where both are one file already
  flush_folder(folder_of(to));
}

void move_file(const fs::path& from, const fs::path& to) {
  if (sys::rename(from.c_str(), to.c_str()) != 0) throw failed("replace", to);
  flush_folder(folder_of(to));
  if (folder_of(from) != folder_of(to)) flush_folder(folder_of(from));
}

bool exchange_names(const fs::path& a, const fs::path& b) {
  if (sys::exchange(a.c_str(), b.c_str()) != 0) {
    if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) return false;
    throw failed("replace", b);
  }
  flush_folder(folder_of(b));
  if (folder_of(a) != folder_of(b)) flush_folder(folder_of(a));
  return true;
}

void remove_tree(const fs::path& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

void reserve_file(const fs::path& path, uint64_t bytes) {
  uint64_t size = 0;
  const int fd = open_growing(path, O_WRONLY, size);
  const int error = sys::allocate(fd, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
  sys::close(fd);
  errno = error;
  if (error != 0) throw failed("write", path);
}

void touch_file(const fs::path& path) {
  if (sys::touch(path.c_str()) != 0) throw failed("write", path);
}

void remove_file(const fs::path& path) {
  if (sys::remove(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
    throw failed("remove", path);
}

bool write_output(const fs::path& path, std::string_view content) {
  struct stat there {
  }, out{};
  if (::stat(path.c_str(), &there) != 0 || S_ISDIR(there.st_mode)) {
    write_file_atomically(path, content);
    return false;
  }
  const bool onto_output = ::fstat(STDOUT_FILENO, &out) == 0 && same_file(there, out);
  if (!onto_output && S_ISREG(there.st_mode)) {
    write_file_atomically(fs::canonical(path), content);
    return false;
  }
  if (!onto_output && !S_ISFIFO(there.st_mode) && !S_ISCHR(there.st_mode))
    throw RunError(
        fmt::format("cannot write {}: it is no file, pipe or character device", path.string()));
  const int fd =
      onto_output ? ::dup(STDOUT_FILENO) : sys::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) throw failed("write", path);
  const bool written = sys::write_all(fd, content);
  const int error = errno;
  const bool closed = sys::close(fd) == 0;
  if (!written) errno = error;
  if (!written || !closed) throw failed("write", path);
  return onto_output;
}

void tell_system(const char* path, std::string_view text) {
  const int fd = sys::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  sys::write_all(fd, text);
  sys::close(fd);
}

void remove_leftovers(const fs::path& folder) {
  std::error_code error;  // no such folder, nothing to remove; one that cannot be read is left
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code lost;
    if (entry->symlink_status(lost).type() == fs::file_type::regular &&
        is_temporary(entry->path().filename().string()))
      found.push_back(entry->path());
  }
  for (const fs::path& path : found) sys::remove(path.c_str());
}

LineLog::LineLog(const fs::path& path) : path_(path) {
  uint64_t size = 0;
  fd_ = open_growing(path, O_RDWR, size);
  char last = '\n';
  if (size > 0 && ::pread(fd_, &last, 1, static_cast<off_t>(size) - 1) == 1 && last != '\n')
    append("");
}

LineLog::~LineLog() {
  sys::close(fd_);
}

void LineLog::append(std::string line) {
  line += '\n';
  struct stat before {};
  const bool known = ::fstat(fd_, &before) == 0;
  if (sys::write_all(fd_, line)) return;
  const RunError failure = failed("write", path_);
  if (known) sys::truncate(fd_, before.st_size);
  throw failure;
}

PartFile::PartFile(const fs::path& path) : path_(path) {
  fd_ = open_growing(path, O_WRONLY, size_);
}

PartFile::~PartFile() {
  sys::close(fd_);
}

void PartFile::append(const char* data, size_t size) {
  if (!sys::write_all(fd_, {data, size})) throw failed("write", path_);
  size_ += size;
}

void PartFile::clear() {
  if (sys::truncate(fd_, 0) != 0) throw failed("write", path_);
  size_ = 0;
}

void PartFile::flush() {
  if (sys::sync(fd_) != 0) throw failed("write", path_);
}

}  // namespace strata
