#pragma once
// What is done should foreign code call exit(). Implemented in exit_guard.cpp.
#include <functional>

namespace strata {

/// While one lives, a call of exit(), by a plugin's code say, is no success: `report` is called, of
/// the guard made last, then that of the one before, and the process ends with 1. A child process
/// that was forked may exit as it likes.
class ExitGuard {
 public:
  explicit ExitGuard(std::function<void()> report);
  ~ExitGuard();
  ExitGuard(const ExitGuard&) = delete;
  ExitGuard& operator=(const ExitGuard&) = delete;
};

}  // namespace strata
