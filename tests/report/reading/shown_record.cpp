#include "strata/report/reading/shown_record.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"
#include "strata/report/rendering/show.hpp"
#include "strata/support/lock.hpp"

using namespace strata;

TEST_CASE("a run whose process is gone is shown as killed, with the place that it had reached") {
  const test::TemporaryFolder folder("shown-record");
  Json record = test::make_record({});
  record["status"] = "running";
  record["stages"].erase(record["stages"].begin() + 1, record["stages"].end());
  const auto path = test::write_record(folder.path, record);
  const auto events = path.parent_path() / "events.jsonl";
  const std::string title = "lecture-mnist-greedy  " + record["run_id"].get<std::string>();
  {
    const auto lock = FolderLock::try_take(path.parent_path());
    REQUIRE(lock);
    CHECK(show_run(read_shown_record(path), 200)
              .rfind(title + "  running\n  in stage 'pretrain-1' after 10 epochs (loss 0.0", 0) ==
          0);
  }
  std::ofstream(events)
      << R"({"event": "stage_started", "stage": "pretrain-1"})" << '\n'
      << R"({"event": "epoch_done", "stage": "pretrain-1"})" << '\n'
      << R"({"event": "stage_started", "stage": "pretrain-2"})" << '\n'
      << R"({"event": "epoch_done", "stage": "pretrain-2", "epoch": 1, "loss": 0.5})" << '\n'
      << R"({"event": "epoch_d)";  // torn
  CHECK(show_run(read_shown_record(path), 200)
            .rfind(title + "  killed\n  its process is gone, in stage 'pretrain-2' after 1 epoch "
                           "(loss 0.5); "
                           "the same command starts it again\n",
                   0) == 0);
}
