#include "strata/run/previous_run.hpp"

#include "folder.hpp"
#include "run/small.hpp"
#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/support/files.hpp"
#include "strata/support/version.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

const std::string kRecorded = R"(name: small
device: cpu
data: {dataset: {type: synthetic_digits, train: 60, test: 30}, batch_size: 30}
encoder:
  - [{type: linear, units: 4}, tanh]
classify: {epochs: 1}
)";

/// Two 2x1 images of two classes in IDX files (LeCun's format: magic, sizes, bytes).
void write_idx(const fs::path& folder, char pixel) {
  const std::string images{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, pixel, 7, 8, 9};
  write_file_atomically(folder / "images", images);
  write_file_atomically(folder / "labels", std::string{0, 0, 8, 1, 0, 0, 0, 2, 0, 1});
}

const char* const kIdx =
    "{type: idx, classes: 2, shape: [1, 2, 1], train: {images: images, labels: labels}, "
    "test: {images: images, labels: labels}}";

struct Workplace {
  TemporaryFolder folder{"recorded"};
  std::vector<std::string> data{folder.path.string()};

  fs::path run(const std::string& text) const {
    const Loaded loaded = load_good(text);
    RunOptions options;
    options.out = folder.path;
    options.data_folders = data;
    options.quiet = true;
    const RunOutcome outcome = run_experiment(loaded.experiment, loaded.plan, options);
    REQUIRE(outcome.error == "");
    return outcome.record;
  }
  PreviousRun find(const std::string& text) const {
    return PreviousRuns(folder.path, data).find(load_good(text).experiment);
  }
};

}  // namespace

TEST_CASE("a finished record is known again, of this very experiment alone") {
  const Workplace place;
  CHECK(place.find(kRecorded).status == "");
  const fs::path path = place.run(kRecorded);
  CHECK(path == record_path(load_good(kRecorded).experiment, place.folder.path));
  CHECK(place.find(kRecorded).status == "completed");
  const PreviousRun other = place.find(with(kRecorded, "units: 4", "units: 5"));
  CHECK(other.status == "");
  CHECK(other.other == "");  // there is none
  CHECK(place
            .find(with(kRecorded, "classify: {epochs: 1}",
                       "classify: {epochs: 1, metrics: [accuracy, confusion_matrix]}"))
            .lacks == std::vector<std::string>{"confusion_matrix"});  // which changes no bit
  Json record = read_record(path);
  record["content"]["settings"] = std::string(64, '0');  // another experiment in its place
  save_record(path, record);
  CHECK(place.find(kRecorded).status == "");
  CHECK(place.find(kRecorded).other == "made with other settings");
  record.erase("content");
  save_record(path, record);
  CHECK(place.find(kRecorded).status == "");
  CHECK(place.find(kRecorded).other == "made by an earlier strata");
  write_file_atomically(path, "{");
  CHECK(place.find(kRecorded).status == "");
  CHECK(place.find(kRecorded).other == "it cannot be read");
}

TEST_CASE("a record that another strata made does not count") {
  const Workplace place;
  const fs::path path = place.run(kRecorded);
  Json record = read_record(path);
  CHECK(record["provenance"]["strata"] ==
        Json{{"version", build_version}, {"commit", build_commit}});
  record["provenance"]["strata"]["commit"] = "0123456789ab";
  save_record(path, record);
  CHECK(place.find(kRecorded).status == "completed");  // what counts is the library
  record["content"]["strata"] = std::string(64, '0');
  save_record(path, record);
  CHECK(place.find(kRecorded).status == "");
  CHECK(place.find(kRecorded).beside == "");  // the new run is to replace it
  CHECK(place.find(kRecorded).other ==
        fmt::format("made by another strata ({}, 0123456789ab)", build_version));
}

TEST_CASE("a record of other data does not count; one whose data are gone does") {
  const Workplace place;
  const std::string text =
      with(with(kRecorded, "{type: synthetic_digits, train: 60, test: 30}", kIdx), "batch_size: 30",
           "batch_size: 2");
  write_idx(place.folder.path, 1);
  place.run(text);
  CHECK(place.find(text).status == "completed");
  write_idx(place.folder.path, 2);  // one pixel
  const PreviousRun other = place.find(text);
  CHECK(other.status == "");
  CHECK(other.other == "made with other data (images)");
  CHECK(other.beside.size() == 9);  // the finished run is not to be replaced
  Loaded loaded = load_good(text);
  loaded.experiment.beside = other.beside;
  RunOptions options;
  options.out = place.folder.path;
  options.data_folders = place.data;
  options.quiet = true;
  const RunOutcome second = run_experiment(loaded.experiment, loaded.plan, options);
  CHECK(second.status == "completed");
  CHECK(read_record(second.record)["run_id"] == loaded.experiment.own_id() + other.beside);
  CHECK(place.find(text).status == "completed");
  CHECK(place.find(text).beside == other.beside);
  write_idx(place.folder.path, 1);
  CHECK(place.find(text).status == "completed");
  fs::remove(place.folder.path / "images");
  CHECK(place.find(text).status == "completed");
}

TEST_CASE("what was cut off says how, whatever it had come to write") {
  const Workplace place;
  const fs::path path = place.run(kRecorded);
  Json record = read_record(path);
  record["status"] = "running";
  record.erase("data");
  record.erase("provenance");
  save_record(path, record);
  CHECK(place.find(kRecorded).status == "running");
  CHECK(place.find(kRecorded).stages_done == 1);
  CHECK_FALSE(place.find(kRecorded).at_work);
  {
    const auto at_work = RunFolder::try_take(path.parent_path());
    CHECK(place.find(kRecorded).at_work);
  }
  record["stages"][0]["status"] = "interrupted";
  record["status"] = "interrupted";
  save_record(path, record);
  CHECK(place.find(kRecorded).status == "interrupted");
  CHECK(place.find(kRecorded).stages_done == 0);
}

TEST_CASE("a run that another process is at is left to it") {
  const Workplace place;
  const Loaded loaded = load_good(kRecorded);
  const fs::path folder = record_path(loaded.experiment, place.folder.path).parent_path();
  make_folder(folder);
  const std::string events = place.folder.write("events", "another's");
  fs::rename(events, folder / "events.jsonl");
  const auto others = RunFolder::try_take(folder);
  RunOptions options;
  options.out = place.folder.path;
  const RunOutcome outcome = run_experiment(loaded.experiment, loaded.plan, options);
  CHECK(outcome.status == "elsewhere");
  CHECK(outcome.error == "is running in another process");
  CHECK(outcome.record.empty());
  CHECK(read_file(folder / "events.jsonl") == "another's");
  CHECK_FALSE(fs::exists(folder / "record.json"));
}
