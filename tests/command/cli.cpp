#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <sstream>

#include "command/workplace.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

/// The commands that --help lists.
std::vector<std::string> commands() {
  std::istringstream help(run_command({"--help"}).out);
  std::vector<std::string> names;
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    std::smatch match;
    if (listed && std::regex_search(line, match, std::regex("^  ([a-z]+) ")))
      names.push_back(match[1]);
    listed = listed || line.find("ubcommands:") != std::string::npos;
  }
  return names;
}

/// Whether the dynamic loader was asked for LibTorch, as it says itself (ld.so(8), LD_DEBUG).
bool loads_libtorch(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder("loader");
  run_command(arguments, folder.path.string(),
              {"LD_DEBUG=files", "LD_DEBUG_OUTPUT=" + (folder.path / "loader").string()});
  bool found = false, any = false;
  for (const auto& entry : fs::directory_iterator(folder.path)) {
    if (entry.path().stem() != "loader") continue;  // what the command wrote
    const std::string text = read_file(entry.path());
    any = any || text.find("libstrata_base.so") != std::string::npos;
    found = found || text.find("libtorch") != std::string::npos;
  }
  CHECK(any);
  return found;
}

}  // namespace

TEST_CASE("--help is everywhere; like what reads records and data, it loads no LibTorch") {
  const std::vector<std::string> names = commands();
  for (const char* expected : {"run", "check", "show", "list", "describe", "schema", "init"})
    CHECK(std::count(names.begin(), names.end(), expected) == 1);
  CHECK_FALSE(loads_libtorch({"--help"}));
  CHECK_FALSE(loads_libtorch({"--version"}));
  for (const std::string& name : names) {
    CAPTURE(name);
    const CommandResult help = run_command({name, "--help"});
    CHECK(help.code == 0);
    CHECK(contains(help.out, "Usage: strata " + name));
    CHECK(help.err.empty());
  }
  CHECK_FALSE(loads_libtorch({"run", "--help"}));
  const std::string runs = STRATA_SOURCE_DIR "/results/lecture/lecture-mnist-greedy";
  CHECK_FALSE(loads_libtorch({"compare", runs}));
  CHECK_FALSE(loads_libtorch({"report", runs, "-o", "report.html"}));
  CHECK_FALSE(loads_libtorch({"show", runs}));
  CHECK_FALSE(loads_libtorch({"data", "list"}));
  CHECK(loads_libtorch({"list"}));  // so that the test can tell
}

TEST_CASE("what a command does not know ends with 2 and is named") {
  for (const auto& [arguments, said] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"show", "a.yaml", "b.yaml"},
            "show takes one experiment file, or any number of runs: 'a.yaml' is no run"},
           {{"list", "layr"}, "unknown family 'layr'; did you mean 'layer'?"},
           {{"describe", "layr"}, "nothing is called 'layr'; did you mean 'layer'?"},
           {{"init", "/"}, "strata: error: / exists already, and is left as it is"},
           {{"init", "/no/a.yaml"}, "error: cannot write /no/a.yaml: there is no folder /no\n"},
           {{"run", "a.yaml", "--seeds", ""}, "--seeds: expected a value, got ''"},
           {{"check", STRATA_SOURCE_DIR "/experiments/quickstart.yaml", "--seeds", "0..4"},
            "got the string '0..4'; a range is 0-4, a list 0,3,7 (at seed)"},
           {{"check", STRATA_SOURCE_DIR "/experiments/quickstart.yaml", "--set",
             "classify.optimizer.lr=1e-2,1e-3"},
            "; to try each value: --sweep classify.optimizer.lr=1e-2,1e-3 (at "},
           {{"run", "a.yaml", "--out", ""}, "--out: expected a value, got ''"},
           {{"describe", "layer/tahn"}, "unknown layer 'tahn'; did you mean 'tanh'?"}}) {
    const CommandResult result = run_command(arguments);
    CAPTURE(said);
    CHECK(result.code == 2);
    CHECK(contains(result.err, said));
    CHECK(result.out.empty());
  }
}

TEST_CASE("check says ok, or all mistakes of all files at once") {
  const Workplace place;
  const CommandResult good = place.run({"check", "small.yaml"});
  CHECK(good.code == 0);
  CHECK(good.out == "small.yaml: ok, 2 stages\n");
  CHECK(good.err.empty());

  place.write("bad.yaml", with(with(with(kFile, "units: 8", "units: 0"), "lr: 0.5", "lr: fast"),
                               "classify: {epochs: 1}", "clasify: {epochs: 1}"));
  place.write("other.yaml", with(kFile, "classify: {epochs: 1}", "classify: {loss: mse}"));
  const CommandResult bad =
      place.run({"check", "bad.yaml", "missing.yaml", "small.yaml", "other.yaml"});
  CHECK(bad.code == 2);
  CHECK(contains(bad.err, "bad.yaml:5:28: error: "));
  CHECK(contains(bad.err, "(at encoder[0][0].units)"));
  CHECK(contains(bad.err, "bad.yaml:6:39: error: "));
  CHECK(contains(bad.err, "(at pretrain.optimizer.lr)"));
  CHECK(contains(bad.err, "bad.yaml:7:1: error: "));
  CHECK(contains(bad.err, "did you mean 'classify'?"));
  CHECK(contains(bad.err, "cannot read missing.yaml: No such file or directory"));
  CHECK(contains(bad.err, "other.yaml:7:18: error: mse compares images or codes, not labels"));
  CHECK(contains(bad.out, "small.yaml: ok"));
}

TEST_CASE("init writes a file that runs as it is, and overwrites nothing") {
  const Workplace place;
  const CommandResult made = place.run({"init", "my first.yaml"});
  CHECK(made.code == 0);
  CHECK(made.out ==
        "wrote my first.yaml; see it with: strata show my first.yaml; train it with: strata run my "
        "first.yaml\n");
  const std::string text = read_file(place.path / "my first.yaml");
  CHECK(place.run({"check", "my first.yaml"}).out == "my first.yaml: ok, 3 stages\n");
  CHECK(place.run({"run", "my first.yaml", "-q", "--set", "data.train_size=50"}).code == 0);
  CHECK(place.record()["name"] == "my-first");

  const CommandResult again = place.run({"init", "my first.yaml"});
  CHECK(again.code == 2);
  CHECK(contains(again.err, "my first.yaml exists already"));
  CHECK(read_file(place.path / "my first.yaml") == text);

  CHECK(place.run({"init"}).code == 0);
  CHECK(place.run({"check", "experiment.yaml"}).code == 0);
  CHECK(place.run({"init", "7.yaml"}).code == 0);  // a bare number is no name
  CHECK(place.run({"check", "7.yaml"}).code == 0);
}

TEST_CASE("what the starter file has commented out is right too") {
  const Workplace place;
  REQUIRE(place.run({"init", "all.yaml"}).code == 0);
  // From "# key: ..." and "# - item" to the setting itself.
  std::istringstream lines(read_file(place.path / "all.yaml"));
  std::string text;
  int settings = 0;
  const std::regex commented("^( *)# (( {2})*(- .*|[a-z_.]+: .*|(stages|sweep): *))$");
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    const bool setting = std::regex_match(line, match, commented);
    settings += setting ? 1 : 0;
    text += (setting ? match[1].str() + match[2].str() : line) + "\n";
  }
  CHECK(settings == 17);
  place.write("all.yaml", text);
  const CommandResult result = place.run({"check", "all.yaml"});
  CHECK(result.err == "");
  CHECK(result.out == "all.yaml: ok, 15 runs of 3 stages\n");
}

TEST_CASE("nothing runs while a file holds a mistake") {
  const Workplace place;
  place.write("bad.yaml", with(kFile, "units: 8", "units: 0"));
  const CommandResult result = place.run({"run", "small.yaml", "bad.yaml"});
  CHECK(result.code == 2);
  CHECK(contains(result.err, "bad.yaml:5:28: error: "));
  CHECK_FALSE(fs::exists(place.path / "results"));
}

TEST_CASE("a run writes its record, a line an epoch where the output is no terminal") {
  const Workplace place;
  const CommandResult result = place.run({"run", "small.yaml"});
  CHECK(result.code == 0);
  CHECK(result.out.empty());
  CHECK(result.err.find_first_of("\r\033") == std::string::npos);
  CHECK(contains(result.err, "small (seed 0)\n"));
  CHECK(contains(result.err, "  pretrain-1  epoch 2/2  reconstruction_error 0."));
  CHECK(contains(result.err, "  classify    epoch 1/1  nll "));
  CHECK(place.record()["status"] == "completed");

  const CommandResult again = place.run({"run", "small.yaml", "--quiet"});
  CHECK(again.code == 0);
  CHECK(again.err.empty());
  CHECK(contains(place.run({"run", "small.yaml"}).err,
                 "small (seed 0): completed before; --again runs it anew\n  record: "
                 "results/small/"));
  CHECK(contains(place.run({"run", "small.yaml", "--again"}).err, "epoch 2/2"));
}

TEST_CASE("--out and --threads are obeyed") {
  const Workplace place;
  CHECK(place.run({"run", "small.yaml", "-q", "--out", "elsewhere/deep", "--threads", "1"}).code ==
        0);
  CHECK_FALSE(fs::exists(place.path / "results"));
  fs::rename(place.path / "elsewhere" / "deep", place.path / "results");
  CHECK(place.record()["provenance"]["threads"] == 1);
}

TEST_CASE("a signal ends the run cleanly: interrupted, 130, the record closed") {
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    const Workplace place(with(kFile, "epochs: 2", "epochs: 10000000"));
    Command command({"run", "small.yaml"}, place.path.string());
    REQUIRE(command.wait_for("epoch"));
    command.send(signal);
    const CommandResult result = command.finish();
    CHECK(result.code == 130);
    CHECK(contains(result.err,
                   "strata: interrupted: small (seed 0): stopped by the user, in stage "
                   "'pretrain-1' after "));
    const Json record = place.record();
    CHECK(record["status"] == "interrupted");
    CHECK(record["stages"][0]["status"] == "interrupted");
    CHECK(record["timing"]["end"].is_string());
    CHECK_FALSE(record["stages"][0]["epochs"].empty());
  }
}

TEST_CASE("a run that diverges ends with 1") {
  const Workplace place(with(with(kFile, "lr: 0.5", "lr: 1.0e30"),
                             "pretrain:", "decoder: [[{type: linear, units: 784}]]\npretrain:"));
  const CommandResult result = place.run({"run", "small.yaml"});
  CHECK(result.code == 1);
  CHECK(contains(result.err,
                 "strata: error: small (seed 0) diverged: the loss became infinite in stage "
                 "'pretrain-1', epoch 1, step 2 of 3, "
                 "at learning rate 1e+30; try a smaller one"));
  CHECK(place.record()["status"] == "diverged");
}

TEST_CASE("a run that fails ends with 1, broken data with 2, and the others still run") {
  const Workplace place;
  fs::create_directory(place.path / "out");
  write_file_atomically(place.path / "out/small", "");
  const CommandResult failed = place.run({"run", "small.yaml", "--out", "out"});
  CHECK(failed.code == 1);
  CHECK(contains(failed.err,
                 "strata: error: small (seed 0) failed: cannot create folder out/small: "));
  CHECK_FALSE(contains(failed.err, "record:"));  // there is none
  CHECK_FALSE(contains(failed.err, "frame #"));

  // An image of one pixel and its label, which is none of the classes.
  write_file_atomically(place.path / "x", {"\0\0\x08\x03\0\0\0\1\0\0\0\1\0\0\0\1\7", 17});
  write_file_atomically(place.path / "y", {"\0\0\x08\x01\0\0\0\1\7", 9});
  place.write("lost.yaml", with(with(kFile, "batch_size: 20", "batch_size: 1"),
                                "{type: synthetic_digits, train: 60, test: 30}",
                                "{type: idx, classes: 2, shape: [1, 1, 1], train: {images: x, "
                                "labels: y}, test: {images: x, labels: y}}"));
  const CommandResult lost = place.run({"run", "lost.yaml", "small.yaml", "-q", "--out", "both"});
  CHECK(lost.code == 2);
  CHECK(contains(lost.err, "strata: error: small (seed 0) failed: y: at byte 8: "));
  std::vector<std::string> statuses;
  for (const auto& entry : fs::recursive_directory_iterator(place.path / "both"))
    if (entry.path().filename() == "record.json")
      statuses.push_back(Json::parse(read_file(entry.path()))["status"]);
  std::sort(statuses.begin(), statuses.end());
  CHECK(statuses == std::vector<std::string>{"completed"});
}

TEST_CASE("idle threads sleep, whatever the environment says") {
  // libgomp prints what is in force when it is loaded (OMP_DISPLAY_ENV, OpenMP 4.0).
  const CommandResult result =
      run_command({"list"}, "/tmp", {"OMP_WAIT_POLICY=active", "OMP_DISPLAY_ENV=true"});
  CHECK(result.code == 0);
  CHECK(contains(result.err, "OMP_WAIT_POLICY = 'PASSIVE'"));
}

TEST_CASE("show takes several runs, and lists a folder of them") {
  const Workplace place;
  CHECK(place.run({"run", "small.yaml", "--seeds", "0-1", "--quiet"}).code == 0);
  const CommandResult listed = place.run({"show", "results"});
  CHECK(listed.code == 0);
  CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 4);  // header, 2 runs, the hint
  CHECK(contains(listed.out, "side by side: strata compare results\n"));
  std::vector<std::string> both = {"show"};
  for (const auto& entry : fs::recursive_directory_iterator(place.path / "results"))
    if (entry.path().filename() == "record.json") both.push_back(entry.path().parent_path());
  REQUIRE(both.size() == 3);
  std::sort(both.begin() + 1, both.end());
  const CommandResult shown = place.run(both);
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "  seed 0, "));
  CHECK(contains(shown.out, "  seed 1, "));
  const CommandResult matched = place.run({"show", "results/*/*-s[01]"});
  CHECK(matched.code == 0);
  CHECK(matched.out == shown.out);
  const CommandResult nothing = place.run({"show", "results/*/*-s7"});
  CHECK(nothing.code == 2);
  CHECK(nothing.err == "strata: error: no record.json in what matches results/*/*-s7\n");
}

TEST_CASE("show lists stages and layers before anything trains; schema is JSON") {
  const Workplace place;
  const CommandResult shown = place.run({"show", "small.yaml"});
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "pretrain-1"));
  CHECK(contains(shown.out, "small.yaml:5:28"));          // where the units come from
  CHECK(contains(shown.out, "13426 parameters in all"));  // 6280 + 7056 + 90
  CHECK_FALSE(fs::exists(place.path / "results"));
  const CommandResult json = place.run({"show", "small.yaml", "--json"});
  CHECK(Json::parse(json.out)["encoder"][0][0]["units"] == 8);
  CHECK(Json::parse(place.run({"schema"}).out).is_object());
}
