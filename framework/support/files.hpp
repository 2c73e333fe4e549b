#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Creates a folder and those above it, where they are missing. Throws RunError naming the folder
/// and the system's reason.
void make_folder(const std::filesystem::path& folder);

/// Replaces `path` by `content` such that a reader, or a crash, sees the old file or the new one
/// and never a part: writes a temporary file beside it, flushes it to the disk, renames it, and
/// flushes the folder. Creates missing folders. Throws RunError naming the path and the system's
/// reason; the old file is then untouched and the temporary one removed.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Removes what a process that was killed in write_file_atomically() left in a folder and below.
/// Nobody may be writing there.
void remove_leftovers(const std::filesystem::path& folder);

/// The whole file. Throws UserError naming the path and the system's reason.
std::string read_file(const std::filesystem::path& path);

/// An append-only text file (events.jsonl): each line is written by one write call, at once.
/// Throws RunError as above.
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

}  // namespace strata
