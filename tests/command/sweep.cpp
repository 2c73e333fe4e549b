#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "command/terminal.hpp"
#include "command/workplace.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

/// An experiment that never ends by itself.
std::string endless() {
  return with(kFile, "epochs: 2", "epochs: 10000000");
}

std::string checksums(const Json& record) {
  std::string sums;
  for (const Json& stage : record["stages"])
    sums += stage["weights"]["sha256"].get<std::string>() + " ";
  return sums;
}

}  // namespace

TEST_CASE("--dry-run lists the runs with their ids, and what would be done") {
  const Workplace place;
  const std::vector<std::string> swept{"run",     "small.yaml", "--sweep", "classify.epochs=1,2",
                                       "--seeds", "0-1"};
  const auto dry_run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), swept.begin(), swept.end());
    more.emplace_back("--dry-run");
    const CommandResult result = place.run(more);
    CHECK(result.code == 0);
    CHECK(result.err == "");
    const size_t cost = result.out.rfind("less than 1 s, ");  // by the clock, and so its own line
    CHECK(cost != std::string::npos);
    return result.out.substr(0, cost);
  };
  std::vector<std::string> ids;
  for (const char* epochs : {"1", "2"})
    for (const char* seed : {"0", "1"}) {
      const std::string shown =
          place
              .run({"show", "small.yaml", "--set", std::string("classify.epochs=") + epochs,
                    "--set", std::string("seed=") + seed})
              .out;
      const size_t at = shown.find("run id: ");
      REQUIRE(at != std::string::npos);
      ids.push_back(shown.substr(at + 8, shown.find('\n', at) - at - 8));
      CHECK(ids.back().substr(8) == std::string("-s") + seed);
    }
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 4);
  const char* const labels[] = {"epochs=1 seed=0", "epochs=1 seed=1", "epochs=2 seed=0",
                                "epochs=2 seed=1"};
  std::string expected, done, anew;
  for (size_t i = 0; i < 4; ++i) {
    const std::string begins = fmt::format("small/{}  {}  ", ids[i], labels[i]);
    const std::string taken = "; takes pretrain-1 from small/" + ids[i % 2];
    anew += begins + "to run\n";
    expected += begins + "to run" + (i < 2 ? "" : taken) + "\n";
    done += begins + (i == 1 ? "completed before" : i == 0 ? "to run" : "to run" + taken) + "\n";
  }
  anew += "4 runs: 4 to run\n";
  expected += "4 runs: 4 to run\n";
  done += "4 runs: 3 to run, 1 completed before\n";
  CHECK(dry_run({}) == expected);
  CHECK_FALSE(fs::exists(place.path / "results"));

  REQUIRE(place.run({"run", "small.yaml", "-q", "--set", "seed=1"}).code == 0);
  CHECK(place.records().begin()->first == "small/" + ids[1]);  // its epochs are 1 as they are
  CHECK(dry_run({}) == done);
  CHECK(dry_run({"--again"}) == anew);
  CHECK(dry_run({"--again", "--no-reuse"}) == anew);
}

TEST_CASE("a run that is asked for twice is made once") {
  const Workplace place;
  place.write("same.yaml", kFile);
  const CommandResult result =
      place.run({"run", "small.yaml", "same.yaml", "--seeds", "0,0,1", "--dry-run"});
  REQUIRE(lines_of(result.out).size() == 4);
  CHECK(lines_of(result.out)[2] == "2 runs: 2 to run");
  const CommandResult checked = place.run({"check", "small.yaml", "--seeds", "0,0,1"});
  CHECK(checked.out == "small.yaml: ok, 2 runs of 2 stages\n");
  CHECK(checked.err == "small.yaml: note: 1 of 3 runs is asked for twice, and made once\n");
}

TEST_CASE("--jobs: each run in a process with its share of the threads, told apart by its label") {
  const Workplace place;
  const CommandResult result = place.run({"run", "small.yaml", "--jobs", "2", "--seeds", "0-3"});
  CHECK(result.code == 0);
  CHECK(result.out == "");
  for (const std::string& line : lines_of(result.err.substr(0, result.err.find("\n\n")))) {
    CAPTURE(line);
    CHECK(line.rfind("[seed=", 0) == 0);
  }
  for (int seed = 0; seed < 4; ++seed) {
    CHECK(contains(result.err, fmt::format("[seed={}]   classify    epoch 1/1  nll ", seed)));
    CHECK(contains(result.err, fmt::format("-s{}/record.json\n", seed)));
  }
  const auto records = place.records();
  REQUIRE(records.size() == 4);
  for (const auto& [name, record] : records) {
    CHECK(record["status"] == "completed");
    const int cores = record["provenance"]["host"]["cores"];
    CHECK(record["provenance"]["threads"] == std::max(1, cores / 2));
  }

  const CommandResult again = place.run({"run", "small.yaml", "--jobs", "2", "--seeds", "0-3"});
  CHECK(again.code == 0);
  CHECK(count(again.err, "4 of 4 runs completed before; --again runs them anew\n") == 1);
  CHECK_FALSE(contains(again.err, "[seed="));
}

TEST_CASE("a run among others is the run by itself, bit for bit") {
  const Workplace place;
  REQUIRE(place.run({"run", "small.yaml", "-q", "--seeds", "0-1", "--threads", "1"}).code == 0);
  const auto alone = place.records();
  REQUIRE(place
              .run({"run", "small.yaml", "-q", "--seeds", "0-1", "--threads", "1", "--jobs", "2",
                    "--again"})
              .code == 0);
  const auto beside = place.records();
  REQUIRE(alone.size() == 2);
  REQUIRE(beside.size() == 2);
  for (const auto& [name, record] : alone) CHECK(checksums(record) == checksums(beside.at(name)));
}

TEST_CASE("on a terminal, one line shows how all runs go") {
  const Workplace place;
  const CommandResult result = run_on_terminal(
      {"run", "small.yaml", "--jobs", "2", "--seeds", "0-2"}, place.path.string(), {});
  CHECK(result.code == 0);
  for (const char* line :
       {"0 of 3 runs done, 0 failed, 1 running", "0 of 3 runs done, 0 failed, 2 running",
        "1 of 3 runs done, 0 failed, 2 running", "3 of 3 runs done, 0 failed, 0 running"})
    CHECK_MESSAGE(contains(result.out, std::string("\r\033[K") + line), line);
  CHECK(contains(result.out, "\r\033[K[seed=1]   classify    epoch 1/1  nll "));
  CHECK(contains(result.out, "0 running\r\033[K\r\n3 runs: 3 completed\r\n"));  // and goes away
}

TEST_CASE("runs that were interrupted are not counted as failed") {
  const Workplace place(endless());
  const CommandResult result =
      run_on_terminal({"run", "small.yaml", "--seeds", "0-1", "--jobs", "2"}, place.path.string(),
                      {}, "[seed=1]   pretrain-1  epoch");
  CHECK(result.code == 130);
  const std::string end =
      "\r\033[K0 of 2 runs done, 0 failed, 2 interrupted, 0 running\r\033[K\r\n"
      "2 runs: 2 interrupted\r\n";
  const size_t at = result.out.rfind("\r\033[K0 of 2 runs done");
  REQUIRE(at != std::string::npos);
  CHECK(result.out.substr(at, end.size()) == end);
}

TEST_CASE("a signal stops all runs cleanly, whoever it was sent to") {
  struct Sent {
    int signal;
    bool to_group;  ///< a terminal's ctrl-C
  };
  for (const Sent sent : {Sent{SIGINT, true}, Sent{SIGINT, false}, Sent{SIGTERM, true},
                          Sent{SIGHUP, true}, Sent{SIGQUIT, false}, Sent{SIGUSR1, false}}) {
    CAPTURE(sent.signal);
    CAPTURE(sent.to_group);
    const Workplace place(endless());
    Command command({"run", "small.yaml", "--jobs", "2", "--seeds", "0-3"}, place.path.string());
    REQUIRE(command.wait_for("[seed=0]   pretrain-1  epoch"));
    REQUIRE(command.wait_for("[seed=1]   pretrain-1  epoch"));
    if (sent.to_group)
      command.send_to_group(sent.signal);
    else
      command.send(sent.signal);
    const CommandResult result = command.finish();
    CHECK(result.code == 130);
    CHECK(contains(result.err, "\n4 runs: 2 interrupted, 2 not started\n"));
    const auto records = place.records();
    CHECK(records.size() == 2);  // the other two never began
    for (const auto& [name, record] : records) {
      CHECK(record["status"] == "interrupted");
      CHECK(record["timing"]["end"].is_string());
    }
  }
}

TEST_CASE(
    "a run by itself ends its record at every signal that asks for it, but what nohup shields") {
  const Workplace place(endless());
  for (const int signal : {SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU}) {
    CAPTURE(signal);
    Command command({"run", "small.yaml"}, place.path.string());
    REQUIRE(command.wait_for("  pretrain-1  epoch"));
    command.send(signal);
    CHECK(command.finish().code == 130);
    CHECK(place.record()["status"] == "interrupted");
  }
  Command shielded({"-c", "trap '' HUP; exec " + strata_command() + " run small.yaml"},
                   place.path.string(), {}, "/bin/sh");
  REQUIRE(shielded.wait_for("  pretrain-1  epoch"));
  shielded.send(SIGHUP);
  REQUIRE(shielded.wait_for("  pretrain-1  epoch", 50));
  shielded.send(SIGTERM);
  CHECK(shielded.finish().code == 130);
}

TEST_CASE(
    "several processes divide a sweep: each run is made once, and what one leaves is taken over") {
  // A run prints more than a pipe holds: it does not end before it is read.
  const Workplace place(with(kFile, "epochs: 2", "epochs: 100") + "images: false\n");
  const std::string command = strata_command() + " run small.yaml --seeds 0-11 --threads 1";
  Command doomed({"-c", "exec " + command}, place.path.string(), {}, "/bin/sh");
  REQUIRE(doomed.wait_for("run 2 of 12: small (seed=1)\n"));
  const auto start = [&](const std::string& more) {  // whose output nobody needs to read meanwhile
    return std::vector<std::string>{"-c", "exec " + command + more};
  };
  Command second(start(" 2> second.txt"), place.path.string(), {}, "/bin/sh");
  Command third(start(" 2> third.txt"), place.path.string(), {}, "/bin/sh");
  Command fourth(start(" --jobs 2 2> fourth.txt"), place.path.string(), {}, "/bin/sh");
  const auto said = [&](const char* file) { return read_file(place.path / file); };
  while (!fs::exists(place.path / "second.txt") || !contains(said("second.txt"), "waiting for "))
    usleep(10'000);
  doomed.send(SIGKILL);
  CHECK(doomed.finish().code == 128 + SIGKILL);
  for (Command* other : {&second, &third, &fourth}) CHECK(other->finish().code == 0);
  size_t made = 0;
  for (const char* file : {"second.txt", "third.txt", "fourth.txt"}) {
    CAPTURE(said(file));
    CHECK_FALSE(contains(said(file), "strata: error"));
    made += count(said(file), "  wrote results/small/");
  }
  const auto records = place.records();
  CHECK(records.size() == 12);
  CHECK(made == 11);  // one was the first's
  for (const auto& [name, record] : records) {
    CHECK(record["status"] == "completed");
    const std::string events = read_file(place.path / "results" / name / "events.jsonl");
    CHECK(count(events, "\"event\":\"run_started\"") == 1);
  }
  for (const auto& entry : fs::directory_iterator(place.path / "results" / "small"))
    CHECK(entry.path().filename().string().front() != '.');  // no claim is left
}

TEST_CASE("--again, interrupted: the finished runs are still there, byte for byte") {
  const Workplace place(with(kFile, "epochs: 2", "epochs: 100"));  // more than a pipe holds
  REQUIRE(place.run({"run", "small.yaml", "-q", "--seeds", "0-1"}).code == 0);
  const auto content = [&] {
    std::map<std::string, std::string> files;
    for (const auto& [name, record] : place.records())
      if (name.find("/.") == std::string::npos)
        for (const auto& entry : fs::recursive_directory_iterator(place.path / "results" / name))
          if (entry.is_regular_file()) files[entry.path().string()] = read_file(entry.path());
    return files;
  };
  const auto before = content();
  for (const int signal : {SIGINT, SIGKILL}) {
    Command again({"run", "small.yaml", "--again", "--jobs", "2", "--seeds", "0-1"},
                  place.path.string());
    REQUIRE(again.wait_for("]   pretrain-1  epoch   1/100"));
    again.send_to_group(signal);
    again.finish();
    CHECK(content() == before);
    const CommandResult compared = place.run({"compare", "results"});
    CHECK(contains(compared.out, "2 runs (2 completed) in 1 row\n"));
  }
  CHECK(place.run({"run", "small.yaml", "-q", "--again", "--seeds", "0-1"}).code == 0);
  CHECK(content().size() == before.size());
  CHECK(content() != before);
}

TEST_CASE("runs side by side do not outlive a parent that was killed") {
  const Workplace place(endless());
  Command command({"run", "small.yaml", "--jobs", "2", "--seeds", "0-1"}, place.path.string());
  REQUIRE(command.wait_for("[seed=0]   pretrain-1  epoch"));
  REQUIRE(command.wait_for("[seed=1]   pretrain-1  epoch"));
  command.send(SIGKILL);
  CHECK(command.finish().code == 128 + SIGKILL);  // all that hold its pipes have ended
  for (const auto& [name, record] : place.records()) CHECK(record["status"] == "running");
}

TEST_CASE("a sweep of 60 runs that was killed in the middle is taken up; nothing runs twice") {
  const Workplace place(with(kFile, "train: 60", "train: 40") +
                        "images: false\n"
                        "sweep:\n  pretrain.optimizer.lr: lin(0.1, 0.6, 6)\nseeds: 0-9\n");
  const std::vector<std::string> arguments{"run", "small.yaml", "--threads", "1"};
  Command first(arguments, place.path.string());
  REQUIRE(first.wait_for("  wrote ", 25));
  first.send_to_group(SIGKILL);
  const CommandResult killed = first.finish();
  REQUIRE(killed.code == 128 + SIGKILL);

  std::map<std::string, std::string> before;  // the finished records, byte for byte
  for (const auto& [name, record] : place.records())
    if (record["status"] == "completed")
      before[name] = read_file(place.path / "results" / name / "record.json");
  MESSAGE(before.size(), " of 60 runs had finished");
  REQUIRE(before.size() >= 25);
  REQUIRE(before.size() < 60);

  const CommandResult second = place.run(arguments);
  CHECK(second.code == 0);
  CHECK(contains(second.err, fmt::format("{} of 60 runs completed before; --again runs them anew\n",
                                         before.size())));
  const size_t left = 60 - before.size();
  CHECK(count(second.err, fmt::format(" of {}: small (", left)) == left);  // a run's first line
  const auto records = place.records();
  CHECK(records.size() == 60);
  for (const auto& [name, record] : records) {
    CAPTURE(name);
    const fs::path folder = place.path / "results" / name;
    CHECK(record["status"] == "completed");
    if (before.count(name) > 0) CHECK(read_file(folder / "record.json") == before[name]);
    const std::string events = read_file(folder / "events.jsonl");
    CHECK(count(events, "\"event\":\"run_started\"") == 1);
    CHECK(count(events, "\"event\":\"run_done\"") == 1);
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      CHECK(entry.path().string().find(".tmp-") == std::string::npos);
  }
  CHECK(contains(place.run(arguments).err, "60 of 60 runs completed before; "));
}
