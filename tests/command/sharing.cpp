// A sweep over the classifier trains each encoder once, however many processes make it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "command/workplace.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

const std::vector<std::string> kSweep{
    "run",     "small.yaml", "--sweep",   "classify.optimizer.lr=0.1,0.2,0.3",
    "--seeds", "0-1",        "--threads", "1"};

std::vector<std::string> sweep(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = kSweep;
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// How many of the records' stages of pretraining were trained, by their events.
size_t pretrained(const Workplace& place) {
  size_t stages = 0;
  for (const auto& [name, record] : place.records()) {
    CHECK(record["status"] == "completed");
    std::istringstream events(read_file(place.path / "results" / name / "events.jsonl"));
    for (std::string line; std::getline(events, line);) {
      const Json event = Json::parse(line);
      stages += event["event"] == "stage_done" && event["stage"] == "pretrain-1" ? 1 : 0;
    }
  }
  return stages;
}

std::string sums(const Workplace& place) {
  std::string text;
  for (const auto& [name, record] : place.records())
    for (const Json& stage : record["stages"])
      text += name + " " + stage["weights"]["sha256"].get<std::string>() + "\n";
  return text;
}

}  // namespace

TEST_CASE(
    "3 settings of the classifier, 2 seeds: 2 encoders, one after another, side by side, and by "
    "several commands") {
  const Workplace apart, one, jobs, several;
  REQUIRE(apart.run(sweep({"-q", "--no-reuse"})).code == 0);
  CHECK(pretrained(apart) == 6);
  const CommandResult result = one.run(sweep({}));
  REQUIRE(result.code == 0);
  CHECK(pretrained(one) == 2);
  CHECK(contains(result.err, "pretrain-1  note: taken from small/"));
  CHECK(sums(one) == sums(apart));

  REQUIRE(jobs.run(sweep({"-q", "--jobs", "2"})).code == 0);
  CHECK(pretrained(jobs) == 2);
  CHECK(sums(jobs) == sums(apart));

  Command first(sweep({"-q"}), several.path.string());
  Command second(sweep({"-q"}), several.path.string());
  CHECK(first.finish().code == 0);
  CHECK(second.finish().code == 0);
  CHECK(pretrained(several) == 2);
  CHECK(sums(several) == sums(apart));
  for (const auto& entry : fs::directory_iterator(several.path / "results" / ".stages"))
    CHECK(entry.path().extension() != ".claim");
}

TEST_CASE(
    "a run that was killed in its last stage begins there, and so does another that shares it") {
  const Workplace place(with(kFile, "classify: {epochs: 1}", "classify: {epochs: 10000000}"));
  Command command({"run", "small.yaml"}, place.path.string());
  REQUIRE(command.wait_for("  classify    epoch"));
  command.send(SIGKILL);
  command.finish();
  const CommandResult other = place.run({"run", "small.yaml", "--set", "classify.epochs=1"});
  CHECK(other.code == 0);
  CHECK(contains(other.err, "pretrain-1  note: taken from small/"));
  CHECK_FALSE(contains(other.err, "pretrain-1  epoch"));
  const std::string dry = place.run({"run", "small.yaml", "--dry-run"}).out;
  CHECK(contains(dry, "was killed in stage 2 of 2 (classify)"));
}
