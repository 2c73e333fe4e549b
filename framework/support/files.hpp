#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "strata/support/errors.hpp"

// All of strata's access to files (tests/attacks/only_support.py).
//
// Reading takes regular files only, up to a limit: a folder, a pipe or a device is refused, never
// waited for. It throws FileError: "cannot read PATH: REASON".
//
// Writing is whole or not at all, and replaces regular files only: what is a link, a pipe or a
// device is refused. It throws RunError with the path and the system's reason. An interrupted call
// begins again; a write that takes nothing is a failure.

namespace strata {

/// The most that is read of a file where the reader sets no limit of its own.
inline constexpr uint64_t most_file_bytes = uint64_t{1} << 30;

struct FileError : UserError {
  FileError(const std::filesystem::path& path, std::string why);
  std::string reason;
};

/// A regular file, read from front to end.
class InputFile {
 public:
  explicit InputFile(std::filesystem::path path, uint64_t most = most_file_bytes);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Reads the next `size` bytes; fewer only at the file's end.
  size_t read(void* to, size_t size);
  uint64_t size() const { return size_; }  ///< when it was opened
  const std::filesystem::path& path() const { return path_; }

 private:
  int fd_ = -1;
  uint64_t size_ = 0;
  std::filesystem::path path_;
};

/// The whole file.
std::string read_file(const std::filesystem::path& path, uint64_t most = most_file_bytes);

/// A file that something foreign names, which must lie in a folder or below: "images/codes.png".
/// Nothing that a link leads out of the folder is read.
std::string read_file_within(const std::filesystem::path& folder, const std::string& name,
                             uint64_t most);

struct FileFacts {
  uint64_t bytes = 0;
  int64_t modified_ns = 0;  ///< since 1970, by the clock of its file system
};

/// Of a regular file; nothing where there is none.
std::optional<FileFacts> file_facts(const std::filesystem::path& path);

/// What is in a folder, sorted by name; nothing, and why, where it cannot be read.
std::vector<std::filesystem::directory_entry> list_folder(const std::filesystem::path& folder,
                                                          std::error_code& error);

/// Creates a folder and those above it, where they are missing.
void make_folder(const std::filesystem::path& folder);

/// Replaces `path` by `content` such that a reader, or a crash, sees the old file or the new one
/// and never a part: writes a temporary file beside it, flushes it to the disk, renames it, and
/// flushes the folder. Creates missing folders. Where it throws, the old file is untouched and the
/// temporary one removed.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Creates a file that is not there, whole at once; false where there is something of that name, of
/// another process made in the same instant too.
bool create_file(const std::filesystem::path& path, std::string_view content);

/// Makes `to` the content of `from`: a second name of the same file where the file system allows
/// it, else a copy. Replaces atomically, as above.
void link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to);

/// Gives a file or a folder another name in the same file system, replacing the file or empty
/// folder of that name, and flushes both folders.
void move_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Exchanges the names of two files or folders at once, and flushes their folders; false where the
/// file system knows no exchange.
bool exchange_names(const std::filesystem::path& a, const std::filesystem::path& b);

/// Removes a folder and all below it, as far as it can be: what is left hurts nobody.
void remove_tree(const std::filesystem::path& folder);

/// A file that holds room on the disk, for what must be written when there is no other.
void reserve_file(const std::filesystem::path& path, uint64_t bytes);

/// Sets the time of a file's last change to now, by the clock of its file system.
void touch_file(const std::filesystem::path& path);

/// Removes a file, a link or an empty folder; nothing happens where there is none.
void remove_file(const std::filesystem::path& path);

/// Writes where the user said, before anything else is printed there: follows a link, writes into a
/// pipe or a character device, and replaces a regular file atomically. True where that was standard
/// output ("/dev/stdout").
bool write_output(const std::filesystem::path& path, std::string_view content);

/// Tells the system something through a file of /proc; nothing happens where it does not listen.
void tell_system(const char* path, std::string_view text);

/// Removes what a process that was killed in write_file_atomically() left in a folder and below.
/// Nobody may be writing there.
void remove_leftovers(const std::filesystem::path& folder);

/// The name of a temporary file beside `path`, which nobody can foresee, and how it is opened: only
/// where nothing of that name is there. For what must be prepared before a crash.
std::string temporary_name(const std::filesystem::path& path);
int open_temporary(const char* name);

/// A text file to whose end lines are written (events.jsonl), each by one call, at once. A line
/// that does not fit leaves no part behind; after one that a killed writer cut off, a new one
/// begins.
class LineLog {
 public:
  explicit LineLog(const std::filesystem::path& path);
  ~LineLog();
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;
  void append(std::string line);

 private:
  int fd_ = -1;
  std::filesystem::path path_;
};

/// A file that arrives in parts, and goes on where an earlier process stopped.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  uint64_t size() const { return size_; }
  void append(const char* data, size_t size);
  void clear();
  void flush();  ///< to the disk

 private:
  int fd_ = -1;
  uint64_t size_ = 0;
  std::filesystem::path path_;
};

}  // namespace strata
