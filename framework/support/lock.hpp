#pragma once
#include <filesystem>
#include <optional>

namespace strata {

/// A folder held by one process at a time. The system lets go of it where the process dies; nothing
/// is left in the folder. Each function throws RunError naming the folder and the system's reason
/// where it cannot be opened.
class FolderLock {
 public:
  /// Whether another process, or a lock of this one, holds it. Asking holds nobody up.
  static bool held(const std::filesystem::path& folder);
  /// Nothing where another process, or another lock of this one, holds it.
  static std::optional<FolderLock> try_take(const std::filesystem::path& folder);
  /// Waits for it.
  static FolderLock take(const std::filesystem::path& folder);

  /// Throws RunError where another folder, or none, now has the folder's name: what is written
  /// under it would be lost, or land among what is another's.
  void check_in_place() const;

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(const std::filesystem::path& folder);
  bool lock(int how);

  int fd_ = -1;
  std::filesystem::path folder_;
};

}  // namespace strata
