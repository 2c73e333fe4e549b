#include "strata/report/reading/compared_run.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <cstdio>
#include <fstream>

#include "report/make_records.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/report/comparing/comparison.hpp"
#include "strata/report/reading/shown_record.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/report/rendering/report_data.hpp"
#include "strata/report/rendering/show.hpp"
#include "strata/support/errors.hpp"

using namespace strata;

TEST_CASE("a run that says running was killed where no process holds its folder") {
  const test::TemporaryFolder folder("report-killed");
  test::RunSpec spec;
  spec.status = "running";
  Json record = test::make_record(spec);
  record["stages"] = Json::array();
  record["run_id"] = "1234abcd-s0";
  const auto path = test::write_record(folder.path, record);
  const std::vector<std::string> places = {folder.path.string()};
  {
    const auto alive = RunFolder::try_take(path.parent_path());
    CHECK(read_compared_runs(places).runs.at(0).status == "running");
  }
  const auto runs = read_compared_runs(places).runs;
  CHECK(runs.at(0).status == "killed");
  CHECK(compare(runs).notes.back() ==
        "no process is at work on lecture-mnist-greedy/1234abcd-s0 (before its first stage), whose "
        "record says running: it was killed, and runs when its experiment is run again");
  CHECK(list_runs(runs).find("1234abcd-s0  killed") != std::string::npos);
}

TEST_CASE("a run that was killed in its first stage has its row, and a note says where") {
  const test::TemporaryFolder folder("report-killed-early");
  for (const double lr : {0.1, 1.0}) {
    test::RunSpec spec;
    spec.lr = lr;
    if (lr == 1.0) spec.status = "running";
    Json record = test::make_record(spec);
    if (lr == 1.0) {  // as it is saved when a stage begins: its epochs are in the events alone
      record["stages"].erase(record["stages"].begin() + 1, record["stages"].end());
      record["stages"][0]["epochs"] = Json::array();
    }
    record["run_id"] = lr == 1.0 ? "killed-s0" : "done-s0";
    const auto path = test::write_record(folder.path, record);
    std::ofstream(path.parent_path() / "events.jsonl")
        << R"({"event": "stage_started", "stage": "pretrain-1"})" << '\n'
        << R"({"event": "epoch_done", "stage": "pretrain-1", "epoch": 1})" << '\n'
        << R"({"event": "epoch_done", "stage": "pretrain-1", "epoch": 2})" << '\n';
  }
  const auto runs = read_compared_runs({folder.path.string()}).runs;
  const Comparison c = compare(runs);
  CHECK(c.groups.size() == 2);
  CHECK(c.unstarted.empty());
  CHECK(c.notes.back() ==
        "no process is at work on lecture-mnist-greedy/killed-s0 (in stage 'pretrain-1' after 2 "
        "epochs), whose record says running: it was killed, and runs when its experiment is run "
        "again");
  CHECK(report_data(c)["comparison"]["counts"] == "2 runs (1 completed, 1 killed) in 2 rows");
}

TEST_CASE("records of other shapes are told like unreadable ones, by the key") {
  const auto told = [](const char* pointer, const Json& value) {
    const test::TemporaryFolder folder("report-shape");
    Json record = test::make_record({});
    record[Json::json_pointer(pointer)] = value;
    const auto path = test::write_record(folder.path, record);
    std::string compared, shown;
    try {
      read_compared_runs({path.string()});
    } catch (const UserError& error) {
      compared = error.what();
    }
    try {
      show_run(read_shown_record(path));
    } catch (const UserError& error) {
      shown = error.what();
    }
    CHECK(compared == shown);
    return shown.substr(std::min(shown.size(), path.string().size()));
  };
  const std::string head = ": not as strata writes records: ";
  for (const Json& classes : {Json(-1), Json(1e30), Json("ten"), Json(1LL << 40)})
    CHECK(told("/data/classes", classes) == head + "'data.classes' is not a number of classes");
  for (const Json& row : {Json(3), Json("x"), Json::array({1}), Json::array({"a", "b"})})
    CHECK(told("/metrics/test/confusion_matrix/0", row) ==
          head + "'metrics.test.confusion_matrix' is not as many lists of as many counts");
  CHECK(told("/metrics", {1, 2}) == head + "'metrics' is not an object");
  CHECK(told("/stages/1/settings/penalties", {5}) ==
        head + "'stages[1].settings.penalties' is not a list of objects");
  CHECK(told("/metrics/test", 3) == head + "'metrics.test' is not an object");
  CHECK(told("/stages/1/settings/epochs", "ten") ==
        head + "'stages[1].settings.epochs' is not a number of epochs");
  CHECK(told("/stages/1/epochs/0", 5) == head + "'stages[1].epochs' is not a list of objects");
  CHECK(told("/stages/2/settings/optimizer/weight_decay", nullptr).empty());
}

TEST_CASE("an experiment file named for its runs is told for what it is") {
  const test::TemporaryFolder folder("report-yaml");
  const auto file = folder.path / "study.yaml";
  std::ofstream(file) << "name: study\n";
  std::string said;
  try {
    read_compared_runs({file.string()});
  } catch (const UserError& error) {
    said = error.what();
  }
  CHECK(said == file.string() + " is an experiment file, no record of a run: strata run " +
                    file.string() +
                    " makes its runs, whose records are in results/NAME (the file's name:)");
}

TEST_CASE("what cannot be read among others is left out and told; named itself it is an error") {
  const test::TemporaryFolder folder("report-unreadable");
  std::vector<std::filesystem::path> paths;
  for (int64_t seed = 0; seed < 3; ++seed) {
    test::RunSpec spec;
    spec.seed = seed;
    paths.push_back(test::write_record(folder.path, test::make_record(spec)));
  }
  std::ofstream(paths[1]) << R"({"schema_version": 3})";
  const std::string why =
      paths[1].string() +
      ": schema_version is 3, but this strata reads 1 to 2: a newer strata wrote it";
  for (const std::string& place : {folder.path.string(), folder.path.string() + "/*/*/*.json"}) {
    FoundRuns found = read_compared_runs({place});
    CHECK(found.runs.size() == 2);
    REQUIRE(found.unreadable.size() == 1);
    CHECK(found.unreadable[0].path == paths[1]);
    CHECK(found.unreadable[0].error == why);
    Comparison c = compare(std::move(found.runs));
    c.unreadable = found.unreadable;
    CHECK(comparison_text(c, 80).find("3 runs (2 completed, 1 unreadable) in 1 row\n") == 0);
    CHECK(comparison_json(c)["unreadable"] ==
          Json::array({{{"path", paths[1].string()}, {"error", why}}}));
    CHECK(report_data(c)["notes"] ==
          Json::array({"1 record could not be read and is left out: " + why}));
  }
  const auto refused = [](const std::vector<std::string>& places) -> std::string {
    try {
      read_compared_runs(places);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refused({folder.path.string(), paths[1].string()}) == why);
  CHECK(refused({paths[1].parent_path().string()}) == why);  // nothing else is there
}

TEST_CASE("a record of another program is told, whatever kinds its values have") {
  const test::TemporaryFolder folder("report-foreign");
  test::RunSpec spec;
  const auto path = test::write_record(folder.path, test::make_record(spec));
  spec.seed = 1;
  Json record = test::make_record(spec);
  record["data"]["class_names"] = 3;
  const auto foreign = test::write_record(folder.path, record);
  const FoundRuns found = read_compared_runs({folder.path.string()});
  REQUIRE(found.runs.size() == 1);
  CHECK(found.runs[0].path == path);
  CHECK(found.unreadable.at(0).error ==
        foreign.string() + ": not as strata writes records: 'data.class_names' is not a list");
}
