#include "strata/support/screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "strata/support/print.hpp"

namespace strata {
namespace {

volatile std::sig_atomic_t asked_to_end = 0;

termios before{};

void note_end(int) {
  asked_to_end = 1;
}

void note_nothing(int) {}

void on_signal(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: it ends a wait
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

Screen::Screen() {
  ::tcgetattr(STDIN_FILENO, &before);
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) on_signal(signal, note_end);
  on_signal(SIGWINCH, note_nothing);
  std::signal(SIGTSTP, SIG_IGN);  // a stopped command would leave the terminal as it is now
  print_drawing("\033[?1049h\033[?25l");
}

Screen::~Screen() {
  print_drawing("\033[?25h\033[?1049l");
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

Screen::Size Screen::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

void Screen::draw(const std::vector<std::string>& lines) {
  std::string text = "\033[H";
  for (size_t i = 0; i < lines.size(); ++i)
    text += (i == 0 ? "" : "\r\n") + printable(lines[i], true) + "\033[K";
  print_drawing(text + "\033[J");
}

bool Screen::wait(int milliseconds) {
  if (asked_to_end != 0) return false;
  pollfd keys{STDIN_FILENO, POLLIN, 0};
  if (::poll(&keys, 1, milliseconds) <= 0) return asked_to_end == 0;
  std::array<char, 64> typed{};
  const ssize_t n = ::read(STDIN_FILENO, typed.data(), typed.size());
  if (n <= 0) return false;  // the terminal is gone
  for (ssize_t i = 0; i < n; ++i)
    if (typed[static_cast<size_t>(i)] == 'q' || typed[static_cast<size_t>(i)] == 'Q') return false;
  return asked_to_end == 0;
}

}  // namespace strata
