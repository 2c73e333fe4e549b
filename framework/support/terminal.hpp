#pragma once
// The terminal: its width, its last line. Implemented in terminal.cpp.
#include <cstddef>

namespace strata {

/// How many columns the terminal has that a file descriptor leads to: 80 where it does not say, and
/// 0 where there is no terminal, or one that cannot draw over a line (TERM=dumb).
size_t terminal_columns(int fd);

}  // namespace strata
