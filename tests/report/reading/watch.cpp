#include "strata/report/reading/watch.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "report/make_records.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/support/errors.hpp"

using namespace strata;
using namespace strata::test;
namespace fs = std::filesystem;

namespace {

/// A run in its first stage, of so many epochs done; 4 s an epoch.
Json under_way(const std::string& id, size_t epochs) {
  RunSpec spec;
  spec.status = "running";
  Json record = make_record(spec);
  record["run_id"] = id;
  record["stages"].erase(1);
  record["stages"].erase(1);
  Json& stage = record["stages"][0];
  stage["status"] = "running";
  stage.erase("seconds");
  while (stage["epochs"].size() > epochs) stage["epochs"].erase(stage["epochs"].size() - 1);
  for (Json& epoch : stage["epochs"]) epoch["seconds"] = 4.0;
  return record;
}

void add_event(const fs::path& run, size_t epoch, double loss) {
  std::ofstream(run / "events.jsonl", std::ios::app)
      << Json({{"event", "epoch_done"},
               {"stage", "pretrain-1"},
               {"epoch", epoch},
               {"loss", loss},
               {"seconds", 4.0},
               {"metrics", {{"test", {{"reconstruction_error", loss / 2}}}}}})
             .dump()
      << "\n";
}

const WatchedRun& named(const std::vector<WatchedRun>& runs, const std::string& id) {
  for (const WatchedRun& run : runs)
    if (run.run.run_id == id) return run;
  throw std::out_of_range(id);
}

}  // namespace

TEST_CASE("a run is followed by its events, and what has not changed is not read again") {
  const TemporaryFolder folder("watch");
  const fs::path run = write_record(folder.path, under_way("a", 3)).parent_path();
  const auto held = RunFolder::try_take(run);
  REQUIRE(held);
  Watch watch({folder.path.string()});
  CHECK(watch.look());
  WatchedRun seen = watch.runs().at(0);
  CHECK(seen.run.status == "running");
  CHECK(seen.stage == "pretrain-1");
  CHECK(seen.epoch == 3);
  CHECK(seen.epochs == 10);
  CHECK(seen.stage_seconds_left == doctest::Approx(7 * 4.0));
  CHECK(std::isnan(seen.seconds_left));
  CHECK_FALSE(watch.look());
  add_event(run, 4, 0.0625);
  CHECK(watch.look());
  seen = watch.runs().at(0);
  CHECK(seen.epoch == 4);
  CHECK(seen.last.front() == std::pair<std::string, double>{"loss", 0.0625});
  CHECK(seen.tested == "reconstruction_error");
  CHECK(seen.tested_curve.back() == 0.03125);
  CHECK(seen.run.curves[0].losses.back() == 0.0625);
}

TEST_CASE(
    "a run whose process is gone is killed, though no file changed; one that goes away is gone") {
  const TemporaryFolder folder("watch");
  const fs::path run = write_record(folder.path, under_way("a", 2)).parent_path();
  auto held = RunFolder::try_take(run);
  Watch watch({folder.path.string()});
  watch.look();
  CHECK(watch.runs().at(0).run.status == "running");
  held.reset();
  CHECK(watch.look());
  CHECK(watch.runs().at(0).run.status == "killed");
  CHECK_FALSE(watch.look());
  fs::remove_all(run);
  CHECK(watch.look());
  CHECK(watch.runs().empty());
}

TEST_CASE("the time left of the run is that of its stage and of another's later stages") {
  const TemporaryFolder folder("watch");
  const fs::path run = write_record(folder.path, under_way("a", 5)).parent_path();
  const auto held = RunFolder::try_take(run);
  RunSpec done;  // its stages take 8 s each
  write_record(folder.path, make_record(done));
  Watch watch({folder.path.string()});
  watch.look();
  CHECK(named(watch.runs(), "a").seconds_left == doctest::Approx(5 * 4.0 + 2 * 8.0));
  CHECK(watch.runs().front().run.run_id == "a");  // what is under way comes first
}

TEST_CASE("a folder without runs is waited for, and a broken record among others is passed over") {
  const TemporaryFolder folder("watch");
  Watch watch({folder.path.string()});
  CHECK_FALSE(watch.look());
  CHECK(watch.runs().empty());
  folder.write("study/x/record.json", "{");
  write_record(folder.path, make_record({}));
  watch.look();
  CHECK(watch.runs().size() == 1);
  CHECK_THROWS_WITH_AS(Watch({"nowhere"}), "there is no nowhere", UserError);
}
