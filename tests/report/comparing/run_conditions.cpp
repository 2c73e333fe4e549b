#include "strata/report/comparing/run_conditions.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "report/make_records.hpp"
#include "strata/report/comparing/comparison.hpp"
#include "strata/report/rendering/comparison_text.hpp"

using namespace strata;
using test::make_record;
using test::RunSpec;
using Strings = std::vector<std::string>;

namespace {

using Change = std::function<void(Json&)>;

/// Runs of one experiment called `name`, for these seeds, with accuracy 0.9 plus `gain`, changed.
void add_runs(std::vector<ComparedRun>& runs, const std::string& name,
              const std::vector<int64_t>& seeds, double gain, const Change& change,
              const std::string& status = "completed") {
  for (const int64_t seed : seeds) {
    RunSpec spec;
    spec.name = name;
    spec.seed = seed;
    spec.status = status;
    Json record = make_record(spec);
    if (status == "completed")
      record["metrics"]["test"]["accuracy"] = 0.9 + gain + 0.0001 * double(seed * seed);
    change(record);
    runs.push_back(test::planned_run(name + "/record.json", record));
  }
}

void nothing(Json&) {}

Change setting(const char* pointer, Json value) {
  return [=](Json& record) { record.at(Json::json_pointer(pointer)) = value; };
}

/// The same settings and seeds twice, the second time with a change.
Comparison twice(const Change& change, const CompareOptions& options = {},
                 const std::vector<int64_t>& seeds = {0, 1, 2}) {
  std::vector<ComparedRun> runs;
  add_runs(runs, "before", {0, 1, 2}, 0, nothing);
  add_runs(runs, "later", seeds, 0.01, change);
  CompareOptions asked = options;
  asked.metrics = {"accuracy"};
  return compare(std::move(runs), asked);
}

const char* version = "/provenance/strata/version";

}  // namespace

TEST_CASE("the same settings and seeds in other circumstances are rows of their own, flagged") {
  const std::vector<std::pair<const char*, Json>> changes = {
      {version, "0.2.0"},
      {"/provenance/strata/commit", "fedcba987654"},
      {"/provenance/libtorch", "2.0.0"},
      {"/data/splits/test/indices_sha256", std::string(64, 'e')},
      {"/data/splits/train/indices_sha256", std::string(64, 'f')},
      {"/data/pixels/variance", 0.5},
      {"/data/files/0/sha256", std::string(64, '0')}};
  const Strings keys = {"provenance.strata.version",
                        "provenance.strata.commit",
                        "provenance.libtorch",
                        "data.splits.test.indices_sha256",
                        "data.splits.train.indices_sha256",
                        "data.pixels",
                        "data.files"};
  for (size_t i = 0; i < keys.size(); ++i) {
    CAPTURE(keys[i]);
    for (const std::vector<int64_t>& seeds :
         {std::vector<int64_t>{0, 1, 2}, std::vector<int64_t>{3, 4, 5}}) {
      // What the seed draws may be another for other seeds.
      if (keys[i] == "data.splits.train.indices_sha256" && seeds[0] == 3) continue;
      const Comparison c = twice(setting(changes[i].first, changes[i].second), {}, seeds);
      CHECK(c.keys == Strings{keys[i]});
      REQUIRE(c.groups.size() == 2);
      for (const Group& group : c.groups) {
        CHECK(group.runs.size() == 3);
        CHECK(group.names.size() == 1);
        CHECK_FALSE(group.cells[0].best);
      }
      REQUIRE(c.flags.size() == 1);
      CHECK(c.flags[0].key == keys[i]);
      for (const std::string& note : c.notes) CHECK(note.find("repeat") == std::string::npos);
    }
  }
}

TEST_CASE("two versions are compared by their flag's key or by name") {
  for (const auto& [by, baseline] : std::vector<std::pair<Strings, std::string>>{
           {{}, "version=0.1.0"}, {{}, "before"}, {{"name"}, "before"}, {{"version"}, "before"}}) {
    CompareOptions options;
    options.by = by;
    options.baseline = baseline;
    const Comparison c = twice(setting(version, "0.2.0"), options);
    CHECK(c.keys == Strings{by == Strings{"name"} ? "name" : "provenance.strata.version"});
    REQUIRE(c.groups.size() == 2);
    CHECK(c.baselines == std::vector<size_t>{0});
    CHECK(c.groups[0].names == Strings{"before"});
    REQUIRE(c.paired.size() == 1);
    CHECK(c.paired[0].test.difference.n == 3);
    CHECK(c.paired[0].unpaired == 0);
    CHECK(c.paired[0].test.difference.mean == doctest::Approx(0.01));
    CHECK(c.flags.size() == (by == Strings{"version"} ? 0 : 1));  // which is on purpose
    CHECK(c.groups[1].cells[0].best == (by == Strings{"version"}));
  }
}

TEST_CASE("versions make no column of their own where the settings tell the rows apart") {
  const Comparison c = twice([](Json& r) {
    r["config"]["classify"]["optimizer"]["lr"] = 0.5;
    r["provenance"]["strata"]["version"] = "0.2.0";
  });
  CHECK(c.keys == Strings{"classify.optimizer.lr"});
  REQUIRE(c.flags.size() == 1);
  CHECK(c.flags[0].key == "provenance.strata.version");
}

TEST_CASE("a training split that each seed draws otherwise is told by its order") {
  std::vector<ComparedRun> runs;
  for (const char* draw : {"a", "b"})
    add_runs(runs, draw, {0, 1, 2}, 0, [&](Json& r) {
      r["data"]["splits"]["train"]["indices_sha256"] = sha256_hex(draw + r["seed"].dump());
    });
  const Comparison c = compare(std::move(runs));
  CHECK(c.keys == Strings{"data.splits.train.indices_sha256"});
  REQUIRE(c.groups.size() == 2);
  CHECK(c.groups[0].values == Strings{"draw 1"});
  CHECK(c.groups[0].names == Strings{"a"});
  CHECK(c.groups[1].values == Strings{"draw 2"});
  REQUIRE(c.flags.size() == 1);
  CHECK(c.flags[0].key == "data.splits.train.indices_sha256");
}

TEST_CASE("a run that failed stays in the row of its version") {
  std::vector<ComparedRun> runs;
  add_runs(runs, "before", {0, 1}, 0, nothing);
  add_runs(runs, "later", {0, 1}, 0, setting(version, "0.2.0"));
  add_runs(
      runs, "later", {2}, 0,
      [](Json& r) {
        r["provenance"]["strata"]["version"] = "0.2.0";
        r.erase("data");
      },
      "failed");
  const Comparison c = compare(std::move(runs));
  REQUIRE(c.groups.size() == 2);
  CHECK(c.groups[0].runs.size() == 2);
  CHECK(c.groups[1].runs.size() == 3);
  CHECK(c.groups[1].values == Strings{"0.2.0"});
}

TEST_CASE("machines make rows where --by asks for them") {
  const std::vector<std::pair<const char*, Json>> changes = {
      {"device", "cuda:0"},        {"cpu", "Another CPU"},  {"threads", 7},
      {"blas", {{"name", "MKL"}}}, {"build_type", "Debug"}, {"compiler", "Clang 14"}};
  for (const auto& [key, value] : changes) {
    CAPTURE(key);
    const std::string pointer = fmt::format("/provenance/{}", key);
    const Change change = setting(pointer.c_str(), value);
    for (const std::string& by : {fmt::format("provenance.{}", key), std::string(key)}) {
      CompareOptions options;
      options.by = {by, by};
      const Comparison c = twice(change, options);
      CHECK(c.keys == Strings{fmt::format("provenance.{}", key)});
      REQUIRE(c.groups.size() == 2);
      for (const Group& group : c.groups) CHECK(group.runs.size() == 3);
      CHECK(c.paired.at(0).test.difference.n == 3);
      CHECK(c.flags.empty());
      CHECK(c.notes.empty());
    }
  }
  CompareOptions options;
  options.by = {"threads"};
  const Comparison c = twice(setting("/provenance/threads", 7), options);
  CHECK(c.groups.at(0).values == Strings{"2"});
  CHECK(c.groups.at(1).values == Strings{"7"});
}

TEST_CASE("a run that failed is in the row of its machine") {
  std::vector<ComparedRun> runs;
  add_runs(runs, "cpu", {0, 1}, 0, nothing);
  add_runs(runs, "gpu", {0, 1}, 0, setting("/provenance/device", "cuda"));
  add_runs(runs, "gpu", {2}, 0, setting("/provenance/device", "cuda"), "failed");
  CompareOptions options;
  options.by = {"provenance.device"};
  const Comparison c = compare(std::move(runs), options);
  REQUIRE(c.groups.size() == 2);
  CHECK(c.groups[1].values == Strings{"cuda"});
  CHECK(c.groups[1].count("failed") == 1);
}

TEST_CASE("a repetition in the same circumstances gives no figures, on whatever machine") {
  const Comparison c = twice(setting("/provenance/cpu", "Another CPU"));
  REQUIRE(c.groups.size() == 1);
  CHECK(c.groups[0].runs.size() == 3);
  CHECK(c.groups[0].names == Strings{"later"});
  CHECK(
      c.notes ==
      Strings{"3 runs repeat the settings and seed of another and take no part in the figures: no "
              "independent sample",
              "of these, 3 runs have other figures than the later run, which counts: "
              "before/record.json, before/record.json, before/record.json; they differ in "
              "provenance.cpu, by which --by makes rows"});
  std::vector<ComparedRun> same;
  for (const char* name : {"before", "later"}) add_runs(same, name, {0}, 0, nothing);
  CHECK(compare(same).notes == Strings{"1 run repeats the settings and seed of another and takes "
                                       "no part in the figures: no independent "
                                       "sample"});
}
