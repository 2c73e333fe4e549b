#include "strata/report/rendering/watch_frame.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "report/make_records.hpp"
#include "strata/report/rendering/chart.hpp"

using namespace strata;
using namespace strata::test;

namespace {

WatchedRun watched(const std::string& id, const std::string& status) {
  RunSpec spec;
  spec.name = "study";
  Json record = make_record(spec);
  record["run_id"] = id;
  record["status"] = status;
  if (status == "running") record["stages"].erase(2);
  return watched_run("results/study/" + id + "/record.json", record);
}

std::vector<std::string> frame(const std::vector<WatchedRun>& runs, size_t width, size_t height) {
  Display display;
  display.width = width;
  return watch_frame(runs, "results", display, height);
}

}  // namespace

TEST_CASE("a frame says how many runs stand how, how far each is, and draws the first's curves") {
  const auto lines =
      frame({watched("a-s0", "running"), watched("b-s1", "completed"), watched("c-s2", "failed")},
            100, 24);
  CHECK(lines[0] == "results: 1 completed, 1 running, 1 failed");
  CHECK(lines[2].find("run         state      stage       epoch") == 0);
  CHECK(lines[3].find("study/a-s0  running    pretrain-2  10/10") == 0);
  CHECK(lines[4].find("study/b-s1  completed  ") == 0);
  CHECK(lines[4].find("accuracy 0.9") != std::string::npos);
  CHECK(lines[5].find("study/c-s2  failed     classify") == 0);
  CHECK(lines[7].find("pretrain-2 of a-s0: loss") == 0);
  CHECK(lines[7].find("test reconstruction_error") != std::string::npos);
  CHECK(lines.size() > 12);
}

TEST_CASE("no frame is larger than its terminal, whatever it holds") {
  std::vector<WatchedRun> runs;
  for (int i = 0; i < 40; ++i)
    runs.push_back(watched(fmt::format("{:08x}-s{}", i, i), i < 5 ? "running" : "completed"));
  for (const size_t width : {20, 40, 80, 200})
    for (const size_t height : {1, 3, 4, 5, 8, 12, 24, 60}) {
      CAPTURE(width);
      CAPTURE(height);
      const auto lines = frame(runs, width, height);
      CHECK(lines.size() <= height);
      size_t wider = 0;
      for (const std::string& line : lines) wider += display_width(line) > width ? 1 : 0;
      CHECK(wider == 0);
    }
  const auto lines = frame(runs, 80, 24);
  CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
          return line.find(" more: ") != std::string::npos;
        }) == 1);
  CHECK(frame({}, 80, 24) == std::vector<std::string>{"results: no runs yet"});
}

TEST_CASE("a foreign name reaches no terminal as it is") {
  WatchedRun run = watched("a-s0", "running");
  run.run.name = "\033[2Jstudy";
  run.stage = "pre\ntrain";
  for (const std::string& line : frame({run}, 100, 24)) {
    CHECK(line.find('\033') == std::string::npos);
    CHECK(line.find('\n') == std::string::npos);
  }
}

TEST_CASE("a chart goes from the highest value to the lowest, with gaps where there is none") {
  const auto falling = line_chart({1.0, 0.5, 0.0}, 22, 2);
  REQUIRE(falling.size() == 2);
  CHECK(falling[0].find("1.000 ⠉⠒⠒⠤⠤⣀⣀") == 0);
  CHECK(falling[1].find("    0 ") == 0);
  CHECK(line_chart({NAN, NAN}, 40, 5).empty());
  CHECK(line_chart({1, 2}, 10, 5).empty());
  const auto flat = line_chart({0.5, 0.5}, 22, 2);
  CHECK(flat[0].find_first_of("0123456789") != std::string::npos);
  for (const std::string& line : line_chart({3, NAN, 1, 2, 8, 1e9}, 60, 7))
    CHECK(display_width(line) <= 60);
}
