// `watch`: on a terminal until one has had enough, elsewhere the moment's state.
#include <doctest/doctest.h>

#include "command/terminal.hpp"
#include "command/workplace.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

TEST_CASE("watch: off a terminal the moment's state, and what is wrong ends with 2") {
  const Workplace place;
  REQUIRE(place.run({"run", "small.yaml", "-q", "--seeds", "0-1"}).code == 0);
  const CommandResult once = place.run({"watch", "results"});
  CHECK(once.code == 0);
  CHECK(contains(once.out, "results: 2 completed\n"));
  CHECK(count(once.out, "small/") == 2);
  CHECK(contains(place.run({"watch", "--where", "seed = 1", "--once"}).out,
                 "results: 1 completed\n"));
  const CommandResult nowhere = place.run({"watch", "nowhere"});
  CHECK(nowhere.code == 2);
  CHECK(contains(nowhere.err, "there is no nowhere"));
  CHECK(place.run({"watch", "--where", "sed = 1"}).code == 2);
  const CommandResult page = place.run({"watch", "--once", "--html", "live.html"});
  if (!contains(page.err, "without Chart.js")) {
    CHECK(page.code == 0);
    CHECK(contains(read_file(place.path / "live.html"),
                   "<head>\n<meta http-equiv=\"refresh\" content=\"10\">\n"));
    CHECK(place.run({"report", "results", "-o", "r.html"}).code == 0);
    CHECK_FALSE(contains(read_file(place.path / "r.html"), "http-equiv=\"refresh\""));
    CHECK(place.run({"watch", "--html", "no/such.html"}).code == 2);
  }
}

TEST_CASE("watch: on a terminal it draws within the screen until Ctrl-C, and leaves it as it was") {
  const Workplace place;
  REQUIRE(place.run({"run", "small.yaml", "-q"}).code == 0);
  const CommandResult watched =
      run_on_terminal({"watch", "results"}, place.path.string(), {}, "completed");
  CHECK(watched.code == 0);
  CHECK(watched.out.find("\033[?1049h") == 0);  // the other screen
  CHECK(contains(watched.out, "results: 1 completed"));
  const size_t end = watched.out.find("\033[?25h\033[?1049l");
  CHECK(end != std::string::npos);
}
