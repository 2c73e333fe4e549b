#pragma once
// A terminal that a command draws on as a whole. Implemented in screen.cpp.
#include <cstddef>
#include <string>
#include <vector>

namespace strata {

/// While it lives, the terminal shows what is drawn and nothing else, and keys are read one by one;
/// afterwards it is as before. Standard input and output must be a terminal. One at a time.
class Screen {
 public:
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  struct Size {
    size_t columns = 80, rows = 24;
  };
  Size size() const;

  /// @param lines  no more and no wider than the screen; printable() but for what
  ///   Display::style() writes
  void draw(const std::vector<std::string>& lines);

  /// Waits for so long, or less where its size changes; false where the user has had enough: q,
  /// Ctrl-C, or a signal to end.
  bool wait(int milliseconds);
};

}  // namespace strata
