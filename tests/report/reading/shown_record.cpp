#include "strata/report/reading/shown_record.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/report/rendering/show.hpp"

using namespace strata;

TEST_CASE("a run whose process is gone is shown as killed, with the place that it had reached") {
  const test::TemporaryFolder folder("shown-record");
  Json record = test::make_record({});
  record["status"] = "running";
  record["stages"].erase(record["stages"].begin() + 2, record["stages"].end());
  record["stages"][1]["epochs"] = Json::array();  // as the record is saved when a stage begins
  const auto path = test::write_record(folder.path, record);
  const auto events = path.parent_path() / "events.jsonl";
  const std::string title = "lecture-mnist-greedy  " + record["run_id"].get<std::string>();
  {
    const auto run = RunFolder::try_take(path.parent_path());
    REQUIRE(run);
    CHECK(show_run(read_shown_record(path), 200)
              .rfind(title + "  running\n  in stage 'pretrain-2' after 0 epochs\n", 0) == 0);
  }
  std::ofstream(events)
      << R"({"event": "stage_started", "stage": "pretrain-2"})" << '\n'
      << R"({"event": "epoch_done", "stage": "pretrain-2", "epoch": 1, "loss": 0.9})" << '\n'
      << R"({"event": "epoch_done", "stage": "pretrain-2", "epoch": 2, "loss": 0.5})" << '\n'
      << R"({"event": "epoch_d)";  // torn
  CHECK(show_run(read_shown_record(path), 200)
            .rfind(title + "  killed\n  its process is gone, in stage 'pretrain-2' after 2 epochs "
                           "(loss 0.5); "
                           "the same command starts it again\n",
                   0) == 0);
}
