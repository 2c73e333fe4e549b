#include "strata/record/record.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <mutex>

#include "report/make_records.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace fs = std::filesystem;
using namespace strata;
using test::make_record;
using test::TemporaryFolder;

namespace {

fs::path write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
  return path;
}

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no UserError";
}

}  // namespace

TEST_CASE("a saved record reads back the same, keys in their order") {
  const TemporaryFolder folder("record");
  const Json record = make_record({});
  save_record(folder.path / "a" / "record.json", record);
  Json read = read_record(folder.path / "a" / "record.json");
  read.erase("sha256");
  CHECK(read == record);
  CHECK(read.begin().key() == "schema_version");
  CHECK(std::next(read.begin()).key() == "name");
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path / "a")) ++files;
  CHECK(files == 1);  // no temporary file is left
}

TEST_CASE("record_text puts on one line what fits one, and lists of numbers always") {
  const Json record = {
      {"a", 1},
      {"list", std::vector<int>(60, 1)},
      {"epochs", Json::array({{{"epoch", 1}, {"loss", 0.5}}})},
      {"long", {{"first", std::string(60, 'x')}, {"second", std::string(60, 'y')}}},
      {"nan", std::numeric_limits<double>::quiet_NaN()}};
  std::string ones = "1";
  for (int i = 1; i < 60; ++i) ones += ",1";
  CHECK(record_text(record) == "{\n \"a\": 1,\n \"list\": [" + ones +
                                   "],\n \"epochs\": [{\"epoch\":1,\"loss\":0.5}],\n \"long\": {\n"
                                   "  \"first\": \"" +
                                   std::string(60, 'x') + "\",\n  \"second\": \"" +
                                   std::string(60, 'y') + "\"\n },\n \"nan\": null\n}\n");
}

TEST_CASE("a record that is still running is read") {
  const TemporaryFolder folder("running");
  Json record = make_record({});
  record["status"] = "running";
  for (const char* key : {"metrics", "peak_memory_bytes", "timing", "model", "data"})
    record.erase(key);
  record["stages"] = Json::array();
  save_record(folder.path / "record.json", record);
  CHECK(read_record(folder.path / "record.json")["status"] == "running");
}

TEST_CASE("of a run that was not closed, the last epochs come from its events") {
  const TemporaryFolder folder("events");
  Json record = make_record({});
  const Json whole = record;
  record["status"] = "running";
  record["stages"].erase(2);
  record["stages"][1]["status"] = "running";
  Json& epochs = record["stages"][1]["epochs"];
  epochs.erase(epochs.begin() + 1, epochs.end());
  const auto write_events = [&](const std::string& more) {
    std::ofstream events(folder.path / "events.jsonl");
    for (const Json& epoch : whole["stages"][1]["epochs"]) {
      Json event = {{"event", "epoch_done"}, {"stage", "pretrain-2"}};
      event.update(epoch);
      event["time"] = "2026-11-23T12:00:00Z";
      events << event.dump() << '\n';
    }
    events << more;
  };
  write_events(R"({"event": "epoch_done", "stage": "unknown", "epoch": 1})"
               "\n"
               R"({"event": "epoch_d)");  // torn
  save_record(folder.path / "record.json", record);
  const Json read = read_record(folder.path / "record.json");
  CHECK(read["stages"].size() == 2);
  CHECK(read["stages"][0]["epochs"] == whole["stages"][0]["epochs"]);
  CHECK(read["stages"][1]["epochs"] == whole["stages"][1]["epochs"]);
  // Its first leg came further than the checkpoint, from which it went on and did an epoch again.
  Json again = whole["stages"][1]["epochs"][1];
  again["loss"] = 0.125;
  again.update({{"event", "epoch_done"}, {"stage", "pretrain-2"}});
  write_events(R"({"event": "stage_resumed", "stage": "pretrain-2", "epochs": 1})"
               "\n" +
               again.dump() + "\n");
  const Json resumed = read_record(folder.path / "record.json")["stages"][1]["epochs"];
  CHECK(resumed.size() == 2);
  CHECK(resumed[1]["loss"] == 0.125);
  record["status"] = "interrupted";  // closed: it has what there is
  save_record(folder.path / "record.json", record);
  CHECK(read_record(folder.path / "record.json")["stages"][1]["epochs"].size() == 1);
}

TEST_CASE("a record of the first version is given this one's form") {
  const TemporaryFolder folder("earlier");
  Json record = make_record({});
  record["schema_version"] = 1;
  record["config"]["classify"]["keep"] = "best";
  for (Json& stage : record["stages"]) {  // as version 1 had it
    const Json settings = stage["settings"];
    stage["loss"] = settings["loss"];
    stage["optimizer"] = settings["optimizer"];
    stage["epochs_planned"] = settings["epochs"];
    stage.erase("settings");
    const bool codes = stage["name"] == "pretrain-2";
    if (stage["kind"] == "pretrain") stage["target"] = codes ? "codes" : "pixels";
    for (Json& epoch : stage["epochs"]) {
      epoch["terms"] = {{"mse", 0.25}, {"l1", 2.0}};
      epoch["metrics"] = {{"test", {{"reconstruction_error", 0.5}}}};
    }
  }
  save_record(folder.path / "record.json", record);
  const Json read = read_record(folder.path / "record.json");
  CHECK(read["stages"][0]["epochs"][0]["terms"] ==
        Json({{"reconstruction_error", 0.25}, {"l1", 2.0}}));
  CHECK(read["stages"][1]["epochs"][0]["terms"] == Json({{"code_error", 0.25}, {"l1", 2.0}}));
  CHECK(read["stages"][1]["epochs"][0]["metrics"]["test"] == Json({{"code_error", 0.5}}));
  CHECK(read["schema_version"] == record_schema_version);
  const Json &pretrain = read["stages"][0], &classify = read["stages"][2];
  CHECK(pretrain["settings"]["loss"]["type"] == "mse");
  CHECK(pretrain["settings"]["epochs"] == 10);
  CHECK(pretrain["settings"]["penalties"] == Json::array());
  CHECK(pretrain["settings"]["corruption"].is_null());
  CHECK(pretrain["settings"]["keep"] == "last");
  CHECK(classify["settings"]["optimizer"]["lr"] == 0.1);
  CHECK(classify["settings"]["keep"] == "best");
  CHECK_FALSE(pretrain.contains("epochs_planned"));
  CHECK_FALSE(pretrain.contains("loss"));
}

// 0.7 + 3 sqrt(0.7 * 0.3 / 10000) = 0.71375
TEST_CASE("of a record of the first version it is noted that its classifier guesses") {
  const TemporaryFolder folder("guessing");
  const auto notes = [&](double accuracy, const Json& counts) {
    Json record = make_record({});
    record["schema_version"] = 1;
    record["metrics"]["test"]["accuracy"] = accuracy;
    record["data"]["splits"]["test"]["class_counts"] = counts;
    save_record(folder.path / "record.json", record);
    return read_record(folder.path / "record.json").value("notes", Json::array());
  };
  const Json counts{2000, 7000, 1000};
  REQUIRE(notes(0.713, counts).size() == 1);
  CHECK(notes(0.713, counts)[0]["kind"] == "chance");
  CHECK(notes(0.714, counts).empty());
  CHECK(notes(0.05, nullptr).empty());
}

TEST_CASE("what is no record is refused, with its path and what is wrong") {
  const TemporaryFolder folder("refused");
  const fs::path path = folder.path / "record.json";
  const auto refused = [&](const std::string& text) {
    write(path, text);
    const std::string said = message([&] { read_record(path); });
    REQUIRE(said.rfind(path.string() + ": ", 0) == 0);
    return said.substr(path.string().size() + 2);
  };
  const Json record = make_record({});
  const auto changed = [&](const char* key, Json value) {
    Json other = record;
    other[key] = std::move(value);
    return other.dump();
  };
  CHECK(refused("") == "the file is empty");
  CHECK(refused("{\"a\": 1,\n \"b\": ") ==
        "not valid JSON at line 2 (byte 15): is the file whole?");
  CHECK(refused("[1, 2]") == "not a record: expected a JSON object");
  CHECK(refused("{}") == "not a record: it has no integer 'schema_version'");
  CHECK(refused(changed("schema_version", 3)) ==
        "schema_version is 3, but this strata reads 1 to 2: a newer strata wrote it");
  CHECK(refused(changed("schema_version", 0)) ==
        "schema_version is 0, but this strata reads 1 to 2");
  CHECK(refused("{\"schema_version\": 1, \"name\": 3, \"config\": {}, \"seed\": 0}") ==
        "not a whole record: 'name' is not a string, no 'run_id', no 'status', no 'stages'");
  CHECK(refused(changed("stages", Json::array({1}))) ==
        "not a whole record: 'stages' is not a list of objects");
  CHECK(refused(changed("status", "done")) ==
        "status is 'done'; expected one of running, completed, failed, diverged, interrupted");
  CHECK(refused(changed("config", Json::parse(std::string(500, '[') + std::string(500, ']')))) ==
        fmt::format("not a record: at line 1 (byte {}) lists and objects lie more than 100 deep in "
                    "one another",
                    changed("config", nullptr).find("\"config\":null") + 9 + 99));
  CHECK(message([&] { read_record(folder.path / "none.json"); }) ==
        "cannot read " + (folder.path / "none.json").string() + ": No such file or directory");
}

TEST_CASE("many records are read once each; all mistakes come together") {
  const TemporaryFolder folder("many");
  std::vector<fs::path> paths;
  for (int64_t seed = 0; seed < 20; ++seed) {
    test::RunSpec spec;
    spec.seed = seed;
    paths.push_back(test::write_record(folder.path, make_record(spec)));
  }
  std::mutex mutex;
  std::vector<int64_t> seeds(20, -1);
  read_records(paths, [&](size_t i, Json&& record) {
    const std::lock_guard lock(mutex);
    seeds[i] = record["seed"].get<int64_t>();
  });
  for (int64_t seed = 0; seed < 20; ++seed) CHECK(seeds[static_cast<size_t>(seed)] == seed);

  write(paths[3], "");
  write(paths[7], "[]");
  using Wrong = std::map<size_t, std::string>;
  CHECK(read_records(paths, [](size_t, Json&&) {}) ==
        Wrong{{3, paths[3].string() + ": the file is empty"},
              {7, paths[7].string() + ": not a record: expected a JSON object"}});
}

TEST_CASE("records are found by file, folder and pattern, each once") {
  const TemporaryFolder folder("find");
  const fs::path a = write(folder.path / "x" / "1" / "record.json", "");
  const fs::path b = write(folder.path / "x" / "2" / "record.json", "");
  const fs::path c = write(folder.path / "y" / "record.json", "");
  const fs::path d = write(folder.path / "kept.json", "");
  write(folder.path / "x" / "1" / "events.jsonl", "");
  const std::string root = folder.path.string();
  const auto found = [](const std::vector<std::string>& places) { return find_records(places); };
  CHECK(found({root}) == std::vector{a, b, c});
  CHECK(found({root + "/x"}) == std::vector{a, b});
  CHECK(found({root + "/x/1/"}) == std::vector{a});
  CHECK(found({d.string()}) == std::vector{d});
  CHECK(found({root + "/*"}) == std::vector{d, a, b, c});
  CHECK(found({root + "/x/*/record.json", root + "/x/../x/1", a.string()}) == std::vector{a, b});
  fs::create_directories(folder.path / "empty");
  CHECK(message([&] {
          found({root + "/empty", root + "/none", root + "/q*", a.string()});
        }) == "no record.json in " + root + "/empty or below\nno such file or folder: " + root +
                  "/none\nno record.json in what matches " + root + "/q*");
}

TEST_CASE("links to folders are followed, in rings too, and a record counts once") {
  const TemporaryFolder folder("links");
  const fs::path real = write(folder.path / "z" / "1" / "record.json", "");
  const fs::path other = write(folder.path / "far" / "2" / "record.json", "");
  const fs::path links = folder.path / "links";
  fs::create_directories(links);
  fs::create_directory_symlink("../z/1", links / "1");
  fs::create_directory_symlink(other.parent_path(), links / "2");
  fs::create_directory_symlink("../links", folder.path / "z" / "ring");
  fs::create_directory_symlink("nowhere", links / "lost");
  using Paths = std::vector<fs::path>;
  CHECK(find_records({links.string()}) == Paths{links / "1/record.json", links / "2/record.json"});
  CHECK(find_records({(folder.path / "z").string()}) ==
        Paths{folder.path / "z/1/record.json", folder.path / "z/ring/2/record.json"});
  CHECK(find_records({folder.path.string()}) == Paths{other, real});  // by their own paths
  CHECK(find_records({real.string(), links.string() + "/*", other.parent_path().string()}) ==
        Paths{links / "2/record.json", real});
}

TEST_CASE("records satisfy the schema that ships, and what is wrong does not") {
  if (std::system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    MESSAGE("skipped: python3-jsonschema is not installed");
    return;
  }
  const TemporaryFolder folder("schema");
  const std::string schema =
      std::string(STRATA_SOURCE_DIR) + "/framework/record/record.schema.json";
  const auto satisfies = [&](const Json& record) {
    save_record(folder.path / "record.json", record);
    const std::string command =
        "python3 -W ignore -c 'import json, sys, jsonschema as j\n"
        "schema = json.load(open(sys.argv[1]))\n"
        "j.Draft7Validator.check_schema(schema)\n"
        "errors = list(j.Draft7Validator(schema).iter_errors(json.load(open(sys.argv[2]))))\n"
        "sys.exit(3 if errors else 0)' '" +
        schema + "' '" + (folder.path / "record.json").string() + "'";
    const int status = std::system(command.c_str());
    REQUIRE((status == 0 || status == 3 << 8));
    return status == 0;
  };
  for (const char* strategy : {"greedy", "end_to_end", "none"}) {
    test::RunSpec spec;
    spec.strategy = strategy;
    CHECK(satisfies(make_record(spec)));
  }
  for (const char* status : {"running", "failed", "diverged", "interrupted"}) {
    test::RunSpec spec;
    spec.status = status;
    CHECK(satisfies(make_record(spec)));
  }
  const auto changed = [](const char* pointer, Json value) {
    Json record = make_record({});
    record[Json::json_pointer(pointer)] = std::move(value);
    return record;
  };
  CHECK(satisfies(changed("/a_new_key", 1)));
  CHECK(satisfies(changed("/metrics/test/nll", nullptr)));
  CHECK(satisfies(changed("/images", {{"filters",
                                       {{"file", "images/filters.png"},
                                        {"tile", {28, 28}},
                                        {"columns", 20},
                                        {"count", 100},
                                        {"layer", "encoder.0.0"}}}})));
  CHECK_FALSE(satisfies(changed("/images", {{"filters", {{"file", "images/filters.png"}}}})));
  CHECK_FALSE(satisfies(changed("/schema_version", 1)));
  CHECK_FALSE(satisfies(changed("/status", "done")));
  CHECK_FALSE(satisfies(changed("/metrics/test/accuracy", 91.8)));
  CHECK_FALSE(satisfies(changed("/config_hash", "abc")));
  CHECK_FALSE(satisfies(changed("/stages/0/target", "images")));
  CHECK_FALSE(satisfies(changed("/stages/0/epochs/0/epoch", 0)));
  CHECK_FALSE(satisfies(changed("/data/pixels/histogram", {1, 2, 3})));
  CHECK_FALSE(satisfies(changed("/provenance/threads", "two")));
  Json without = make_record({});
  without.erase("metrics");
  CHECK_FALSE(satisfies(without));  // a completed record lacks nothing
}
