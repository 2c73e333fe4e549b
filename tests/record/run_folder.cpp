#include "strata/record/run_folder.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"
#include "strata/support/files.hpp"

namespace fs = std::filesystem;
using namespace strata;
using test::TemporaryFolder;

namespace {

/// A run in a folder, whose files hold `mark`.
void write_run(const fs::path& folder, const std::string& mark, const std::string& status) {
  test::RunSpec spec;
  spec.status = status;
  Json record = test::make_record(spec);
  record["source"]["text"] = mark;
  save_record(folder / "record.json", record);
  write_file_atomically(folder / "events.jsonl", mark);
  write_file_atomically(folder / "weights" / "classify.safetensors", mark);
}

/// By path from the folder: what it holds.
std::map<std::string, std::string> content(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = read_file(entry.path());
  return files;
}

struct Place {
  TemporaryFolder root{"run-folder"};
  fs::path folder = root.path / "1234abcd-s0";
};

}  // namespace

TEST_CASE("a run is written into its own folder, in place of what did not complete") {
  const Place place;
  for (const char* status : {"running", "interrupted", "failed"}) {
    write_run(place.folder, "old", status);
    fs::create_directories(place.folder / "images");
    write_file_atomically(place.folder / "mine.txt", "the user's");
    write_file_atomically(place.folder / "record.json.tmp-4194305", "part");
    auto run = RunFolder::try_take(place.folder);
    REQUIRE(run);
    run->prepare();
    run->begin();
    CHECK(run->place() == place.folder);
    CHECK_FALSE(run->keeps_finished());
    CHECK(content(place.folder) == std::map<std::string, std::string>{{"mine.txt", "the user's"}});
    CHECK_FALSE(fs::exists(place.folder / "images"));
  }
}

TEST_CASE("a finished run stays as it is until another is as whole") {
  const Place place;
  write_run(place.folder, "old", "completed");
  write_file_atomically(place.folder / "mine.txt", "the user's");
  const auto before = content(place.folder);
  {
    auto run = RunFolder::try_take(place.folder);
    REQUIRE(run);
    run->prepare();
    run->begin();
    CHECK(run->keeps_finished());
    write_run(run->place(), "half", "running");
    CHECK(content(place.folder) == before);
    CHECK(find_records({place.root.path.string()}) ==
          std::vector<fs::path>{place.folder / "record.json"});
  }  // and dies
  CHECK(content(place.folder) == before);
  auto run = RunFolder::try_take(place.folder);
  REQUIRE(run);
  run->prepare();
  run->begin();
  CHECK(content(run->place()).empty());
  write_run(run->place(), "new", "completed");
  run->complete();
  CHECK(run->place() == place.folder);
  auto after = before;
  for (const char* name : {"events.jsonl", "weights/classify.safetensors"}) after[name] = "new";
  after["record.json"] = read_file(place.folder / "record.json");
  CHECK(content(place.folder) == after);  // what is the user's has come along
  CHECK(Json::parse(after["record.json"])["source"]["text"] == "new");
  CHECK_FALSE(fs::exists(folder_of_next(place.folder)));
}

TEST_CASE("a record that cannot be read is not taken for nothing") {
  const Place place;
  write_file_atomically(place.folder / "record.json", "{\"schema_version\": 99}");
  auto run = RunFolder::try_take(place.folder);
  REQUIRE(run);
  run->prepare();
  run->begin();
  CHECK(run->keeps_finished());
  CHECK(content(place.folder).size() == 1);
}

TEST_CASE("where a process died between two renames, a finished run is there all the same") {
  for (const bool whole : {true, false}) {
    CAPTURE(whole);
    const Place place;
    const fs::path old = place.root.path / ".1234abcd-s0.old";
    write_run(old, "old", "completed");
    write_file_atomically(old / "mine.txt", "the user's");
    write_run(folder_of_next(place.folder), "new", whole ? "completed" : "running");
    CHECK(find_records({place.root.path.string()}) == std::vector<fs::path>{old / "record.json"});
    const auto run = RunFolder::try_take(place.folder);
    REQUIRE(run);
    auto files = content(place.folder);
    CHECK(files["events.jsonl"] == (whole ? "new" : "old"));
    CHECK(files["mine.txt"] == "the user's");
    CHECK_FALSE(fs::exists(old));
    CHECK(find_records({place.root.path.string()}) ==
          std::vector<fs::path>{place.folder / "record.json"});
  }
}

TEST_CASE("a run is held by one") {
  const Place place;
  CHECK_FALSE(is_at_work(place.folder));
  {
    const auto run = RunFolder::try_take(place.folder);
    REQUIRE(run);
    CHECK(is_at_work(place.folder));
    CHECK_FALSE(RunFolder::try_take(place.folder));
    CHECK_FALSE(fs::exists(place.folder));  // nothing was written
  }
  CHECK_FALSE(is_at_work(place.folder));
  CHECK(fs::is_empty(place.root.path));
}
