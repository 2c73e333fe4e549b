// How the command answers what it does not know, and who asks for help.
#include <doctest/doctest.h>

#include "command/workplace.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

const char* const kCommands =
    "run, check, show, list, describe, status, cancel, schema, components, init, compare, report, "
    "best, diff, tag, note, rm, watch, verify, data, plugin, export, completion, predict, encode, "
    "reconstruct, interpolate, evaluate, "
    "help";

void check_refused(const std::vector<std::string>& arguments, const std::string& said) {
  const CommandResult result = run_command(arguments);
  CHECK(result.code == 2);
  CHECK(result.out == "");
  CHECK(result.err == "strata: error: " + said + "\n");
}

void check_help(const std::vector<std::string>& arguments, const std::string& as) {
  const CommandResult result = run_command(arguments);
  CAPTURE(as);
  CHECK(result.code == 0);
  CHECK(result.err == "");
  CHECK(contains(result.out, "Usage: " + as + " ["));
}

}  // namespace

TEST_CASE("help is given to who asks for it in any way, or says nothing") {
  check_help({}, "strata");
  check_help({"help"}, "strata");
  check_help({"--help"}, "strata");
  check_help({"help", "run"}, "strata run");
  check_help({"help", "data", "list"}, "strata data list");
  check_help({"data"}, "strata data");
  check_help({"help", "plugin"}, "strata plugin");
  CHECK(run_command({}).out == run_command({"help"}).out);
  CHECK(run_command({"help", "run"}).out == run_command({"run", "--help"}).out);
  CHECK_FALSE(contains(run_command({"help", "run"}).out, "--part-of"));
}

TEST_CASE("a misspelt command or option is named, with the nearest there is") {
  const std::string known = std::string("Known: ") + kCommands;
  check_refused({"chekc"}, "unknown command 'chekc'; did you mean 'check'? " + known);
  check_refused({"help", "rnu"}, "unknown command 'rnu'; did you mean 'run'? " + known);
  check_refused({"frobnicate", "x"},
                std::string("unknown command 'frobnicate'; known: ") + kCommands);
  check_refused({"data", "lst"},
                "unknown command 'lst'; did you mean 'list'? Known: list, verify, show, fetch");
  const std::string use = "\nhow it is used: strata run --help";
  check_refused({"run", "--seds", "3", "x.yaml"},
                "unknown option '--seds'; did you mean '--seeds'?" + use);
  check_refused(
      {"run", "x.yaml", "--frobnicate=3"},
      "unknown option '--frobnicate'; settings of the file are given by --set key.path=value" +
          use);
  check_refused({"compare", "x", "--frobnicate"},
                "unknown option '--frobnicate'\nhow it is used: strata compare --help");
  check_refused({"run", "classify.epochs=3"},
                "there is no file 'classify.epochs=3'; a setting is given by --set "
                "classify.epochs=3");
  check_refused({"run", "x.yaml", "--jobs", "two"},
                "--jobs: expected a whole number from 1 to 1024, got 'two'" + use);
  check_refused({"run"}, "file is required" + use);
  check_refused({"run", "x.yaml", "--threads", "-1"},
                "--threads: expected a whole number from 0 to 4096, got '-1'" + use);
  check_refused({"run", "x.yaml", "--device", "gpu"},
                "--device: unknown value 'gpu'; did you mean 'cuda'? Known: auto, cpu, cuda" + use);
  check_refused({"describe", "layer/tanh", "x"},
                "'x' is one argument too many\nhow it is used: strata describe --help");
  check_refused({"data", "list", "x", "y"},
                "'x' is one argument too many\nhow it is used: strata data list --help");
  check_refused({"check", "none.yaml"}, "cannot read none.yaml: No such file or directory");
}

TEST_CASE("a report's folder must be there, which is said before any record is read") {
  const Workplace place;
  const CommandResult missing = place.run({"report", "no-such-runs", "-o", "new/folder/x.html"});
  CHECK(missing.code == 2);
  CHECK(missing.out == "");
  CHECK(missing.err ==
        "strata: error: cannot write new/folder/x.html: there is no folder new/folder\n");
  CHECK_FALSE(fs::exists(place.path / "new"));
  fs::create_directory(place.path / "there");
  CHECK(place.run({"report", "no-such-runs", "-o", "there"}).err ==
        "strata: error: cannot write there: it is a folder\n");
  CHECK(place.run({"report", "no-such-runs", "-o", "there/x.html"}).err ==
        "strata: error: no such file or folder: no-such-runs\n");
}
