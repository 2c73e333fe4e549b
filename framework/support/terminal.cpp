#include "strata/support/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace strata {

size_t terminal_columns(int fd) {
  const char* kind = std::getenv("TERM");
  if (::isatty(fd) == 0 || (kind != nullptr && std::string_view(kind) == "dumb")) return 0;
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace strata
