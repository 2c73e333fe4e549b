// What is said around several runs: which one it is, how each ended, what to do next.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "command/workplace.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

/// An experiment that never ends by itself.
std::string slow() {
  return with(kFile, "epochs: 2", "epochs: 10000000");
}

/// One of whose two rates diverges.
std::string diverging() {
  return with(kFile, "pretrain:", "decoder: [[{type: linear, units: 784}]]\npretrain:") +
         "sweep:\n  pretrain.optimizer.lr: [1.0e30, 0.5]\n";
}

const std::string kTold =
    "strata: error: small (lr=1.0e30) diverged: the loss became infinite in stage 'pretrain-1', "
    "epoch 1, step 2 of 3, at learning rate 1e+30; try a smaller one\n  record: results/small/";

std::string end_of(const std::string& text, const std::string& beginning) {
  const size_t at = text.rfind(beginning);
  return at == std::string::npos ? "no '" + beginning + "' in: " + text : text.substr(at);
}

std::string now(const std::string& rest) {
  return "now: " + strata_command() + rest + "\n";
}

}  // namespace

TEST_CASE("of several runs each says which it is; a summary counts them and says what is next") {
  const Workplace place;
  const CommandResult first = place.run({"run", "small.yaml", "--seeds", "0-1"});
  CHECK(first.code == 0);
  CHECK(first.err.rfind("run 1 of 2: small (seed=0)\n", 0) == 0);
  CHECK(contains(first.err, "\nrun 2 of 2: small (seed=1)\n"));
  CHECK(end_of(first.err, "\n\n") == "\n\n2 runs: 2 completed\n" + now(" compare results/small"));
  CHECK(place.run({"compare", "results/small"}).code == 0);

  place.write("other.yaml", with(kFile, "name: small", "name: other"));
  const CommandResult second = place.run({"run", "small.yaml", "other.yaml", "--seeds", "0-2"});
  CHECK(second.err.rfind("2 of 6 runs completed before; --again runs them anew\n"
                         "run 1 of 4: small (seed=2)\n",
                         0) == 0);
  CHECK(contains(second.err, "\nrun 4 of 4: other (seed=2)\n"));
  CHECK(end_of(second.err, "\n\n") == "\n\n6 runs: 4 completed, 2 already finished\n" +
                                          now(" compare results/small results/other"));
  CHECK(place.run({"run", "small.yaml", "--seeds", "0-2", "-q"}).err == "");
  // One run by itself has no place and no summary.
  const CommandResult alone = place.run({"run", "small.yaml", "--again"});
  CHECK(alone.err.rfind("small (seed 0)\n", 0) == 0);
  CHECK_FALSE(contains(alone.err, "completed"));
}

TEST_CASE("a failure is told at once and again; what is kept as failed is counted") {
  const Workplace place(diverging());
  const CommandResult first = place.run({"run", "small.yaml"});
  CHECK(first.code == 1);
  CHECK(count(first.err, kTold) == 2);
  const size_t other = first.err.find("run 2 of 2: small (lr=0.5)\n");
  REQUIRE(other != std::string::npos);
  CHECK(first.err.find(kTold) < other);
  CHECK(contains(end_of(first.err, "\n\nDid not complete:\n"), kTold));
  const std::string record = place.records().begin()->second["status"] == "completed"
                                 ? place.records().begin()->first
                                 : place.records().rbegin()->first;
  CHECK(end_of(first.err, "\n\n") ==
        "\n\n2 runs: 1 completed, 1 diverged\nthe same command takes up what did not complete\n" +
            now(" show results/" + record));
  CHECK(place.run({"show", "results/" + record}).code == 0);

  const CommandResult kept = place.run({"run", "small.yaml", "--keep-failed"});
  CHECK(kept.code == 0);
  CHECK(kept.err ==
        "small (lr=1.0e30): diverged before; --again runs it anew\n"
        "1 of 2 runs completed before; --again runs it anew\n"
        "\n2 runs: 1 already finished, 1 kept as failed\n" +
            now(" show results/" + record));
  const CommandResult again = place.run({"run", "small.yaml", "-q"});
  CHECK(again.code == 1);
  CHECK(count(again.err, kTold) == 2);
  CHECK(end_of(again.err, "\n\n") ==
        "\n\n2 runs: 1 diverged, 1 already finished\nthe same command "
        "takes up what did not complete\n");
}

TEST_CASE("side by side the runs say the same, behind their labels") {
  const Workplace place(diverging());
  const CommandResult result = place.run({"run", "small.yaml", "--jobs", "2"});
  CHECK(result.code == 1);
  CHECK(contains(result.err, "[lr=1.0e30] run 1 of 2: small (lr=1.0e30)\n"));
  CHECK(contains(result.err, "[lr=0.5] run 2 of 2: small (lr=0.5)\n"));
  CHECK(count(result.err, "[lr=1.0e30] " + kTold.substr(0, kTold.find('\n')) + "\n") == 1);
  CHECK(contains(end_of(result.err, "\n\nDid not complete:\n"), kTold));
  CHECK(contains(result.err, "\n\n2 runs: 1 completed, 1 diverged\n"));
}

TEST_CASE("a record holds the command as it was typed, with --jobs too") {
  const Workplace place;
  const std::vector<std::string> typed{"run", "small.yaml", "--jobs", "2", "--seeds", "0-1", "-q"};
  REQUIRE(place.run(typed).code == 0);
  Json expected = Json::array({strata_command()});
  for (const std::string& word : typed) expected.push_back(word);
  const auto records = place.records();
  REQUIRE(records.size() == 2);
  for (const auto& [name, record] : records)
    CHECK(record["provenance"]["command_line"] == expected);
}

TEST_CASE("Ctrl-C: what completed, was interrupted and never started is counted") {
  const Workplace place;
  place.write("slow.yaml", with(slow(), "name: small", "name: slow"));
  for (const int jobs : {1, 2}) {
    CAPTURE(jobs);
    Command command({"run", "small.yaml", "slow.yaml", "--seeds", "0-2", "--again", "--jobs",
                     std::to_string(jobs)},
                    place.path.string());
    for (int seed = 0; seed < jobs; ++seed) {
      const std::string label = jobs == 1 ? "" : fmt::format("[slow seed={}] ", seed);
      REQUIRE(
          command.wait_for(label + fmt::format("run {} of 6: slow (seed={})\n", seed + 4, seed)));
      REQUIRE(command.wait_for(label + "  pretrain-1  epoch        5/10000000"));
    }
    command.send_to_group(SIGINT);
    const CommandResult result = command.finish();
    CHECK(result.code == 130);
    CHECK(contains(result.err,
                   "strata: interrupted: slow (seed=0): stopped by the user, in stage "
                   "'pretrain-1' after "));
    CHECK(end_of(result.err, "\n\n") ==
          fmt::format("\n\n6 runs: 3 completed, {} interrupted, {} not started\nthe same command "
                      "takes up what did not complete\n",
                      jobs, 3 - jobs) +
              now(" compare results/small"));
  }
}

TEST_CASE("a run that was cut off goes on where it was, and says so") {
  const std::string two =
      with(kFile, "  - [{type: linear, units: 8}, tanh]\n",
           "  - [{type: linear, units: 8}, tanh]\n  - [{type: linear, units: 4}, tanh]\n");
  const std::string text = with(two, "epochs: 2", "epochs: [2, 10000000]");
  const Workplace place(text);
  for (const int signal : {SIGINT, SIGKILL}) {
    CAPTURE(signal);
    Command command({"run", "small.yaml", "--again"}, place.path.string());
    REQUIRE(command.wait_for("  pretrain-2  epoch        1/10000000"));
    command.send(signal);
    CHECK(command.finish().code == (signal == SIGINT ? 130 : 128 + SIGKILL));
    const std::string how = signal == SIGINT ? "was interrupted" : "was killed";
    const std::string folder = "results/" + place.records().begin()->first;
    const std::string where = " in stage 2 of 3 (pretrain-2)";
    CHECK(contains(place.run({"run", "small.yaml", "--dry-run"}).out,
                   "to run (" + how + where + "), about "));
    Command again({"run", "small.yaml"}, place.path.string());
    REQUIRE(again.wait_for("completed before"));  // the first stage
    REQUIRE(again.wait_for("  pretrain-2  epoch "));
    again.send(SIGKILL);
    const std::string err = again.finish().err;
    CHECK(err.rfind("small (seed 0): " + how + where + "; goes on from there\n  record: " + folder +
                        "/record.json\nabout ",
                    0) == 0);
    CHECK(contains(err, " on disk\nsmall (seed 0)\n"));
  }
}

TEST_CASE("a sweep that --set shortens, and runs asked for twice, are told in a line") {
  const Workplace place(kFile + "sweep:\n  pretrain.optimizer.lr: [0.1, 0.2, 0.5]\n");
  const std::string note =
      "small.yaml:9:3: note: the sweep of 'pretrain.optimizer.lr' (3 values) gives way to --set "
      "pretrain.optimizer.lr=0.2\n";
  const std::vector<std::string> one{"run", "small.yaml", "--set", "pretrain.optimizer.lr=0.2"};
  const CommandResult result = place.run(one);
  CHECK(result.code == 0);
  CHECK(result.err.rfind(note + "small (seed 0)\n", 0) == 0);
  CHECK(place.records().size() == 1);
  for (const std::string command : {"check", "show"}) {
    CAPTURE(command);
    const CommandResult looked =
        place.run({command, "small.yaml", "--set", "pretrain.optimizer.lr=0.2"});
    CHECK(looked.code == 0);
    CHECK(looked.err == note);
  }
  std::vector<std::string> both = one;
  both.insert(both.end(), {"--seeds", "0,0,1", "--jobs", "2", "--again"});
  const CommandResult twice = place.run(both);
  CHECK(twice.err.rfind(note + "small.yaml: note: 1 of 3 runs is asked for twice, and made once\n",
                        0) == 0);
  CHECK(count(twice.err, ": note: ") == 2);
  std::vector<std::string> swept = one;
  swept.insert(swept.end(), {"--sweep", "pretrain.optimizer.lr=1,2"});
  const CommandResult refused = place.run(swept);
  CHECK(refused.code == 2);
  CHECK(contains(refused.err,
                 "--sweep:1:1: error: 'pretrain.optimizer.lr' is swept here and set by --set "
                 "pretrain.optimizer.lr=0.2; leave one of them out\n"));
}

TEST_CASE("a run whose process is killed among others is told by its signal") {
  const Workplace place(slow());
  Command command({"run", "small.yaml", "--jobs", "2", "--seeds", "0-1"}, place.path.string());
  REQUIRE(command.wait_for("[seed=0]   pretrain-1  epoch"));
  REQUIRE(command.wait_for("[seed=1]   pretrain-1  epoch"));
  const pid_t child = command.child_with("seed=0");
  REQUIRE(child > 0);
  kill(child, SIGKILL);
  REQUIRE(command.wait_for("[seed=0] strata: error: its process was ended by signal 9 (Killed)\n"));
  command.send(SIGINT);
  const CommandResult result = command.finish();
  CHECK(result.code == 130);
  CHECK(contains(result.err,
                 "strata: error: small (seed=0) killed: its process was ended by signal 9 "
                 "(Killed)\n  record: results/small/"));
  CHECK(contains(result.err, "\n\n2 runs: 1 killed, 1 interrupted\n"));
}

TEST_CASE("what another process completed meanwhile, or is at work on, is not made again") {
  const Workplace place;
  place.write("longer.yaml",
              with(with(kFile, "epochs: 2", "epochs: 3000"), "name: small", "name: longer"));
  Command first({"run", "longer.yaml", "small.yaml"}, place.path.string());
  REQUIRE(first.wait_for("run 1 of 2: longer (seed 0)\n"));
  first.send(SIGSTOP);
  Command second({"run", "longer.yaml", "small.yaml"}, place.path.string());
  Command third({"run", "longer.yaml", "small.yaml", "--jobs", "2", "--keep-failed"},
                place.path.string());
  const std::string waiting = "waiting for a run that other processes are making\n";
  REQUIRE(second.wait_for(waiting));
  REQUIRE(third.wait_for(waiting));
  for (const char* more : {"--quiet", "--again"})  // which says nothing against it
    CHECK(contains(place.run({"run", "longer.yaml", "--dry-run", more}).out,
                   "-s0  is running in another process\n"));
  first.send(SIGCONT);
  const CommandResult result = first.finish();
  CHECK(result.code == 0);
  CHECK(contains(result.err, "small (seed 0): was completed meanwhile by another process\n"));
  CHECK(contains(result.err, "\n2 runs: 1 completed, 1 already finished\n"));
  size_t small_made = 0;
  for (Command* command : {&second, &third}) {  // they waited, and took no run for failed
    const CommandResult other = command->finish();
    CAPTURE(other.err);
    CHECK(other.code == 0);
    CHECK(count(other.err, "longer (seed 0): is running in another process\n") == 1);
    CHECK(count(other.err, "longer (seed 0): was completed meanwhile by another process\n") == 1);
    small_made += count(other.err, "\n2 runs: 1 completed, 1 already finished\n");
  }
  CHECK(small_made == 1);
}

TEST_CASE("side by side, long labels give way to the runs' numbers") {
  const Workplace place;
  const CommandResult result =
      place.run({"run", "small.yaml", "--jobs", "2", "--sweep",
                 "encoder=[[{type: linear, units: 8}]],[[{type: linear, units: 9}]]"});
  CAPTURE(result.err);
  CHECK(result.code == 0);
  CHECK(contains(result.err, "[1/2] run 1 of 2: small (encoder="));
  CHECK(contains(result.err, "[2/2]   classify    epoch 1/1  nll "));
}

TEST_CASE("where no folder can be made for the records, no run starts") {
  const Workplace place;
  place.write("taken", "");
  for (const char* out : {"taken", "taken/deep/er"}) {
    const CommandResult result = place.run({"run", "small.yaml", "--seeds", "0-3", "--out", out});
    CHECK(result.code == 2);
    CHECK(result.out == "");
    CHECK(result.err == fmt::format("strata: error: --out {}: '{}' is no folder\n", out,
                                    (fs::canonical(place.path) / "taken").string()));
  }
}
