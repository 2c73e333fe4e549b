#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

// All that strata prints goes through here (tests/attacks/only_support.py). Printing never throws
// and never ends the process: what standard error does not take is lost, and what standard output
// does not take is remembered, for the command's exit code.
//
// What is printed may hold foreign text: names, messages, paths. Control characters but for the new
// line and the tab, marks that turn the direction of writing, and bytes that are no UTF-8 are
// printed as \u001b or \xff, which inside JSON means the same.

namespace strata {

/// The text as a terminal may show it. Where `styled`, what Display::style() writes stays: the most
/// that a foreign name does is to be bold or coloured.
std::string printable(std::string_view text, bool styled = false);

void print_out(std::string_view text);
void print_err(std::string_view text);

template <class First, class... Rest>
void print_out(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
  print_out(fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...));
}
template <class First, class... Rest>
void print_err(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
  print_err(fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...));
}

/// On standard output, as it is: for what holds colours and nothing foreign.
void print_drawing(std::string_view text);

/// Draws over the terminal's last line, on standard error; an empty text wipes it.
void redraw_line(std::string_view text);

/// To be called first in main(): a reader that goes away is an error of write() and no signal, nor
/// is a file that may grow no further, and no file that is opened takes the place of a stream that
/// was closed.
void guard_streams();

/// What a command that would end with `exit_code` ends with: where standard output did not take all
/// of it, that is said, and it is no success. A reader that has had enough (head) needs no word:
/// then it is 141, what a shell gives for a closed pipe.
int checked_exit_code(int exit_code);

}  // namespace strata
