#include "strata/run/device_data.hpp"

#include "run/small_run.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// 2x1 images of two classes in IDX files (LeCun's format: magic, sizes, bytes).
void write_idx(const std::filesystem::path& folder, const std::string& name,
               const std::string& pixels) {
  const auto count = static_cast<char>(pixels.size() / 2);
  const std::string sizes{0, 0, 0, count};
  write_file_atomically(
      folder / (name + "-images"),
      std::string{0, 0, 8, 3} + sizes + std::string{0, 0, 0, 2, 0, 0, 0, 1} + pixels);
  std::string labels;
  for (char i = 0; i < count; ++i) labels += static_cast<char>(i % 2);
  write_file_atomically(folder / (name + "-labels"), std::string{0, 0, 8, 1} + sizes + labels);
}

Json record_of(const std::string& train, const std::string& test, const std::string& more = "") {
  const TemporaryFolder folder("device-data");
  write_idx(folder.path, "train", train);
  write_idx(folder.path, "test", test);
  RunOptions options;
  options.data_folders = {folder.path.string()};
  const RunOutcome outcome = run(
      "name: shared\ndevice: cpu\nimages: false\ndata: {dataset: {type: idx, classes: 2, shape: "
      "[1, 2, 1], train: {images: train-images, labels: train-labels}, test: {images: test-images, "
      "labels: test-labels}}" +
          more + "}\nencoder:\n  - [{type: linear, units: 2}, tanh]\nclassify: {epochs: 1}\n",
      folder.path / "results", options);
  REQUIRE(outcome.error == "");
  check_schema(outcome.record);
  return read_record(outcome.record);
}

std::vector<std::string> overlap_notes(const Json& record) {
  std::vector<std::string> texts;
  for (const Json& note : record["notes"])
    if (note["kind"] == "overlap") texts.push_back(note["text"]);
  return texts;
}

}  // namespace

TEST_CASE("test samples that are training samples too are counted and told") {
  const Json clean = record_of("abcdef", "ghij");
  CHECK(clean["data"]["overlap"]["test_in_train"] == 0);
  CHECK(overlap_notes(clean).empty());
  const Json leak = record_of("abcdef", "ghcd");
  CHECK(leak["data"]["overlap"]["test_in_train"] == 1);
  CHECK(overlap_notes(leak) ==
        Lines{"1 of the 2 test samples is in the training set too, pixel for pixel"});
  const Json copy = record_of("abcdef", "abcdef");
  CHECK(copy["data"]["overlap"]["test_in_train"] == 3);
  CHECK(overlap_notes(copy) ==
        Lines{"3 of the 3 test samples are in the training set too, pixel for pixel"});
  // "bcde" holds the bytes of two samples at no sample's place.
  CHECK(record_of("abcdef", "bcde")["data"]["overlap"]["test_in_train"] == 0);
}

TEST_CASE("of the samples that are not used none is counted") {
  const Json part = record_of("abcdef", "abcdef", ", train_size: 1");
  CHECK(part["data"]["overlap"]["test_in_train"] == 1);
}
