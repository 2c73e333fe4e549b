#pragma once
// A file by which one process of many, on any machine, holds a folder. Implemented in claim.cpp.
#include <filesystem>
#include <memory>
#include <optional>

#include "strata/support/errors.hpp"

namespace strata {

/// The claim was taken by another process, which had reason to hold this one for dead.
class ClaimLost : public RunError {
 public:
  using RunError::RunError;
};

/// The right to a piece of work, held by one process at a time, on every file system (flock() is
/// missing on some): a folder with a file that names the owner. It is taken by one rename and given
/// up by one unlink, which network file systems do as a whole too. Implemented in claim.cpp.
///
/// A claim whose owner is gone can be taken. That it is gone is certain for a process of this boot
/// and pid namespace: there is none of that pid and start time. Of any other, the claim is a lease:
/// its owner renews it every 15 seconds, and it is over after 2 minutes without, by the file
/// system's own clock. So an owner that was suspended may find it lost; it calls check() before
/// each change.
class Claim {
 public:
  /// Nothing where another process, or another claim of this one, holds it. Missing folders above
  /// are made. Throws RunError naming the path and the system's reason.
  static std::optional<Claim> try_take(const std::filesystem::path& path);
  /// Whether somebody holds it, as far as can be told by reading. Throws nothing.
  static bool held(const std::filesystem::path& path);

  /// Throws ClaimLost where it is no longer this one's.
  void check() const;

  Claim(Claim&&) noexcept;
  Claim& operator=(Claim&&) = delete;
  ~Claim();  ///< gives it up

 private:
  struct Held;
  explicit Claim(std::unique_ptr<Held> held);
  std::unique_ptr<Held> held_;
};

}  // namespace strata
