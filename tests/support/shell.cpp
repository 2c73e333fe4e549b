#include "strata/support/shell.hpp"

#include <doctest/doctest.h>

using namespace strata;

// What `printf %q` and POSIX single quotes make of them.
TEST_CASE("a word is quoted where a shell would take it apart") {
  CHECK(shell_word("pretrain.optimizer.lr=0.1") == "pretrain.optimizer.lr=0.1");
  CHECK(shell_word("pretrain.strategy={type: greedy, train: all}") ==
        "'pretrain.strategy={type: greedy, train: all}'");
  CHECK(shell_word("encoder[1][0].units=128") == "'encoder[1][0].units=128'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("") == "''");
}
