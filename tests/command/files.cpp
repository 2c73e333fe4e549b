// Experiment files that are no ordinary files, and files that are no experiments.
#include <sys/stat.h>

#include <doctest/doctest.h>

#include <fstream>

#include "command/workplace.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

TEST_CASE("a pipe is refused at once, and never waited for") {
  const Workplace place;
  REQUIRE(mkfifo((place.path / "pipe.yaml").c_str(), 0600) == 0);
  const CommandResult result = place.run({"check", "pipe.yaml"});
  CHECK(result.err.rfind("strata: error: cannot read pipe.yaml: ", 0) == 0);
  CHECK(result.out == "");
  CHECK(result.code == 2);
}

TEST_CASE("a loop of symbolic links is no file") {
  const Workplace place;
  fs::create_symlink("b.yaml", place.path / "a.yaml");
  fs::create_symlink("a.yaml", place.path / "b.yaml");
  place.write("child.yaml", "extends: a.yaml\n");
  const CommandResult result = place.run({"check", "a.yaml", "child.yaml"});
  CHECK(result.code == 2);
  CHECK(result.err ==
        "strata: error: cannot read a.yaml: Too many levels of symbolic links\n"
        "child.yaml:1:10: error: cannot read a.yaml: Too many levels of symbolic links (at "
        "extends)\n"
        "  1 | extends: a.yaml\n"
        "    |          ^\n");
}

TEST_CASE("a run's record is no experiment file") {
  const Workplace place;
  REQUIRE(place.run({"run", "small.yaml", "-q"}).code == 0);
  const std::string record = "results/" + place.records().begin()->first + "/record.json";
  for (const char* command : {"check", "run"}) {
    const CommandResult result = place.run({command, record});
    CHECK(result.code == 2);
    CHECK(result.err == record +
                            ": error: the record of a run, not an experiment file; `strata show` "
                            "and `strata compare` take it\n");
  }
}

TEST_CASE("what only some points of a sweep break is told with the first of them") {
  const Workplace place(with(kFile, "lr: 0.5", "lr: 0.5, momentum: 0.9, nesterov: true"));
  const std::vector<std::string> swept{
      "check", "small.yaml", "--sweep", "pretrain.optimizer.momentum=0.5,0", "--seeds", "0-1"};
  const CommandResult two = place.run(swept);
  CHECK(two.code == 2);
  CHECK(lines_of(two.err)[0] ==
        "small.yaml:6:69: error: nesterov needs momentum above 0; so in momentum=0 seed=0 and 1 "
        "more of 4 runs (at pretrain.optimizer.nesterov)");
  const CommandResult one = place.run({swept.begin(), swept.begin() + 4});
  CHECK(lines_of(one.err)[0] ==
        "small.yaml:6:69: error: nesterov needs momentum above 0; so in the run momentum=0 (at "
        "pretrain.optimizer.nesterov)");
  // Of all points, or at a value of the sweep, nothing needs to be said.
  const CommandResult all =
      place.run({"check", "small.yaml", "--sweep", "pretrain.optimizer.momentum=0,0.0"});
  CHECK(contains(all.err, "nesterov needs momentum above 0 (at "));
  const CommandResult value = place.run({"check", "small.yaml", "--sweep", "classify.epochs=1,0"});
  CHECK(contains(value.err, "got 0 (at "));
}

TEST_CASE("seeds are a range or a list; one number may mean two things, and is refused") {
  const Workplace place;
  CHECK(place.run({"check", "small.yaml", "--seeds", "[0, 1]"}).out ==
        "small.yaml: ok, 2 runs of 2 stages\n");
  CHECK(place.run({"check", "small.yaml", "--seeds", "[3]"}).out == "small.yaml: ok, 2 stages\n");
  const CommandResult one = place.run({"run", "small.yaml", "--seeds", "3"});
  CHECK(one.code == 2);
  CHECK(contains(one.err,
                 "expected a range or a list of seeds, got 3; 3 seeds are 0-2, seed 3 "
                 "alone is [3]\n"));
  CHECK_FALSE(std::filesystem::exists(place.path / "results"));
  CHECK(contains(place.run({"check", "small.yaml", "--set", "seeds=[0, 0,1]"}).err,
                 "'seeds' cannot be set from here; write --seeds 0,0,1 (at seeds)\n"));
  CHECK(contains(place.run({"check", "small.yaml", "--set", "seeds=null"}).err,
                 "'seeds' cannot be set from here; write --seeds 0-4 (at seeds)\n"));
}

TEST_CASE("check counts the stages of runs that differ in them") {
  const Workplace place;
  CHECK(place.run({"check", "small.yaml", "--sweep", "pretrain.strategy=greedy,none"}).out ==
        "small.yaml: ok, 2 runs of 1 to 2 stages\n");
}

TEST_CASE("show tells what a reference referred to") {
  const Workplace place(with(kFile, "epochs: 1", "epochs: \"${pretrain.epochs}\"") +
                        "seed: ${env:STRATA_TEST_SEED}\n");
  const CommandResult shown = place.run({"show", "small.yaml"}, {"STRATA_TEST_SEED=7"});
  CHECK(contains(shown.out, "  small.yaml:7:20 = pretrain.epochs\n"));
  CHECK(contains(shown.out, "  small.yaml:8:7 = env STRATA_TEST_SEED\n"));
}

TEST_CASE("a signal upon the last line of a run: the exit code says what its record does") {
  const Workplace place;
  Command command({"run", "small.yaml"}, place.path.string());
  REQUIRE(command.wait_for("  classify    epoch 1/1  nll "));
  command.send(SIGINT);
  const int code = command.finish().code;
  const std::string status = place.record()["status"];
  CHECK(code == (status == "completed" ? 0 : 130));
  CHECK((status == "completed" || status == "interrupted"));
}
