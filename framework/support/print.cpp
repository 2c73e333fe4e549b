#include "strata/support/print.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "strata/support/display.hpp"
#include "strata/support/system.hpp"

namespace strata {
namespace {

std::atomic<int> output_error{0};

/// 0, or why the text was not written.
int put_on(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = sys::write(fd, text.data(), text.size());
    if (n < 0) return errno;
    if (n == 0) return EIO;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

bool is_harmful(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return (c < 0x20 && c != '\n' && c != '\t') || within(0x7f, 0x9f) || c == 0x61c ||
         within(0x200e, 0x200f) || within(0x2028, 0x202e) || within(0x2066, 0x2069) || c == 0xfeff;
}

/// The length of what Display::style() puts around a text, where it begins here; else 0.
size_t style_code(std::string_view text) {
  for (const std::string_view code :
       {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"})
    if (text.substr(0, code.size()) == code) return code.size();
  return 0;
}

}  // namespace

std::string printable(std::string_view text, bool styled) {
  std::string shown;
  shown.reserve(text.size());
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  for (size_t i = 0; i < text.size();) {
    if (is_plain(text[i])) {
      shown += text[i++];
      continue;
    }
    const Character character = character_at(text, i);
    size_t length = character.bytes;
    if (const size_t code = styled ? style_code(text.substr(i)) : 0; code > 0)
      shown += text.substr(i, length = code);
    else if (!character.valid)
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
    else if (is_harmful(character.code) && text.substr(i, 2) != "\r\n")
      shown += fmt::format("\\u{:04x}", static_cast<uint32_t>(character.code));
    else
      shown += text.substr(i, length);
    i += length;
  }
  return shown;
}

void print_out(std::string_view text) {
  print_drawing(printable(text, display_of(STDOUT_FILENO).styled));
}

void print_drawing(std::string_view text) {
  if (output_error != 0) return;  // a part of it, with a hole, would be worse than none
  output_error = put_on(STDOUT_FILENO, text);
}

void print_err(std::string_view text) {
  put_on(STDERR_FILENO, printable(text, display_of(STDERR_FILENO).styled));
}

void redraw_line(std::string_view text) {
  put_on(STDERR_FILENO, "\r\033[K" + printable(text, true));
}

void guard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", O_RDONLY);  // takes the lowest free descriptor; writing to it fails
}

int checked_exit_code(int exit_code) {
  const int error = output_error;
  if (error == 0) return exit_code;
  if (error == EPIPE) return exit_code == 0 ? 128 + SIGPIPE : exit_code;
  print_err("strata: error: cannot write standard output: {}\n", std::strerror(error));
  return exit_code == 0 ? 1 : exit_code;
}

}  // namespace strata
