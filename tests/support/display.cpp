#include "strata/support/display.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

using namespace strata;
using Strings = std::vector<std::string>;

// Widths of Unicode's EastAsianWidth.txt: W and F are two columns, Mn and Me none.
TEST_CASE("a text's width is in columns of a terminal") {
  CHECK(display_width("units") == 5);
  CHECK(display_width("größe") == 5);
  CHECK(display_width("gro\u0308\u00dfe") == 5);  // o and a combining diaeresis
  CHECK(display_width("数字") == 4);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("\u200b") == 0);  // zero-width space
  CHECK(display_width("") == 0);
  CHECK(pad_right("数字", 6) + "|" == "数字  |");
  CHECK(pad_left("é", 3) == "  é");
  CHECK(pad_left("long", 3) == "long");
}

TEST_CASE("what is no UTF-8 is a byte of one column") {  // RFC 3629, section 3
  for (const std::string bad : {"\xff", "\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    CHECK_FALSE(character_at(bad, 0).valid);
    CHECK(character_at(bad, 0).bytes == 1);
    CHECK(display_width(bad) == bad.size());
  }
  const Character euro = character_at("a\xe2\x82\xac", 1);
  CHECK(euro.valid);
  CHECK(euro.bytes == 3);
  CHECK(euro.code == 0x20ac);
  CHECK(character_at("a", 1).bytes == 0);
}

TEST_CASE("a text is broken at blanks, a word too long for a line anywhere") {
  CHECK(wrap_words("how fast it learns", 8) == Strings{"how fast", "it", "learns"});
  CHECK(wrap_words("how fast it learns", 8, "  ") == Strings{"how fast", "  it", "  learns"});
  CHECK(wrap_words("  a  b", 9) == Strings{"  a  b"});
  CHECK(wrap_words("a mean of 0.5 [0.4, 0.6] here", 20, "  ") ==
        Strings{"a mean of 0.5", "  [0.4, 0.6] here"});
  CHECK(wrap_words("read results/lecture/mnist/record.json", 20) ==
        Strings{"read", "results/lecture/", "mnist/record.json"});
  CHECK(wrap_words("", 9) == Strings{""});
  CHECK(wrap_words("abcdefgh", 3, " ") == Strings{"abc", " de", " fg", " h"});
  CHECK(wrap_words("数字数 字", 4) == Strings{"数字", "数", "字"});
}

namespace {

/// A terminal of this many columns, closed at the end.
struct Terminal {
  int master, fd;
  explicit Terminal(unsigned short columns)
      : master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), fd(-1) {
    REQUIRE(master >= 0);
    REQUIRE(grantpt(master) == 0);
    REQUIRE(unlockpt(master) == 0);
    fd = ::open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    const winsize size{24, columns, 0, 0};
    REQUIRE(ioctl(fd, TIOCSWINSZ, &size) == 0);
  }
  ~Terminal() {
    close(fd);
    close(master);
  }
};

}  // namespace

TEST_CASE("a terminal is styled, unless NO_COLOR or TERM forbid it; a pipe never is") {
  unsetenv("NO_COLOR");
  unsetenv("COLUMNS");
  setenv("TERM", "xterm", 1);
  const Terminal terminal(77);
  CHECK(display_of(terminal.fd).width == 77);
  CHECK(display_of(terminal.fd).styled);
  CHECK(display_of(terminal.fd).style(Style::red, "no") == "\x1b[31mno\x1b[0m");
  CHECK(display_of(terminal.fd).style(Style::bold, "") == "");

  setenv("NO_COLOR", "", 1);  // empty: as if unset
  CHECK(display_of(terminal.fd).styled);
  setenv("NO_COLOR", "1", 1);
  CHECK_FALSE(display_of(terminal.fd).styled);
  CHECK(display_of(terminal.fd).style(Style::red, "no") == "no");
  unsetenv("NO_COLOR");

  setenv("TERM", "dumb", 1);
  CHECK_FALSE(display_of(terminal.fd).styled);
  CHECK(display_of(terminal.fd, 160).width == 77);
  setenv("TERM", "xterm", 1);

  const int pipe = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  CHECK_FALSE(display_of(pipe).styled);
  CHECK(display_of(pipe).width == 100);
  CHECK(display_of(pipe, 160).width == 160);
  setenv("COLUMNS", "60", 1);
  CHECK(display_of(pipe).width == 60);
  CHECK(display_of(terminal.fd).width == 77);
  setenv("COLUMNS", "3", 1);  // too narrow for a table
  CHECK(display_of(pipe).width == 100);
  unsetenv("COLUMNS");
  close(pipe);
}
