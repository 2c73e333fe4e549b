#include "strata/run/runner.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>

#include "folder.hpp"
#include "run/small.hpp"
#include "strata/record/record.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/safetensors.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

// 70 training samples, 10 of which are for validation; 20 are a short last batch's (60 = 25 + 25 +
// 10).
const std::string kFile = R"(name: small
seed: 3
dtype: float64
device: cpu
data: {dataset: {type: synthetic_digits, train: 70, test: 30}, batch_size: 25, validation_size: 10}
encoder:
  - [{type: linear, units: 8}, tanh]
  - [{type: linear, units: 5}, tanh]
pretrain: {strategy: {type: greedy, train: all}, optimizer: {type: sgd, lr: 0.5}, epochs: [3, 2]}
classify: {epochs: 4, optimizer: {type: sgd, lr: 0.1, momentum: 0.9},
           metrics: [accuracy, per_class_accuracy, confusion_matrix]}
)";

RunOutcome run(const std::string& text, const fs::path& out, RunOptions options = {}) {
  const Loaded loaded = load_good(text);
  options.out = out;
  options.quiet = true;
  options.command_line = {"strata", "run", "small.yaml"};
  return run_experiment(loaded.experiment, loaded.plan, options);
}

/// The folder that the run of a file's text goes to.
fs::path folder_of(const std::string& text, const fs::path& out) {
  const Loaded loaded = load_good(text);
  return out / loaded.experiment.settings.name / loaded.experiment.run_id();
}

/// The one run that most cases look at.
struct Finished {
  TemporaryFolder folder{"runner"};
  RunOutcome outcome = run(kFile, folder.path);
  Json record = read_record(outcome.record);
  fs::path path = outcome.record.parent_path();
};

const Finished& finished() {
  static const Finished run;
  return run;
}

std::vector<std::string> tensor_names(const fs::path& file) {
  std::vector<std::string> names;
  for (const Parameter& p : from_safetensors(read_file(file), file.string()))
    names.push_back(p.name);
  return names;
}

Tensor tensor_of(const fs::path& file, const std::string& name) {
  for (const Parameter& p : from_safetensors(read_file(file), file.string()))
    if (p.name == name) return p.value;
  FAIL("no tensor ", name);
  return {};
}

std::vector<std::string> checksums(const Json& record) {
  std::vector<std::string> sums;
  for (const Json& stage : record["stages"]) sums.push_back(stage["weights"]["sha256"]);
  return sums;
}

/// A Python with the jsonschema package (Debian: python3-jsonschema), or "".
std::string python_with_jsonschema() {
  for (const char* python : {"python3", "/usr/bin/python3"})
    if (std::system(
            fmt::format("{} -W ignore -c 'import jsonschema' 2>/dev/null", python).c_str()) == 0)
      return python;
  return "";
}

void check_schema(const fs::path& record) {
  static const std::string python = python_with_jsonschema();
  if (python.empty()) {
    MESSAGE("the schema is not checked: no Python with jsonschema here");
    return;
  }
  const std::string command = fmt::format(
      "{} -W ignore -c 'import json, sys, jsonschema; "
      "jsonschema.validate(json.load(open(sys.argv[2])), "
      "json.load(open(sys.argv[1])))' '{}/framework/record/record.schema.json' '{}'",
      python, STRATA_SOURCE_DIR, record.string());
  CHECK(std::system(command.c_str()) == 0);
}

}  // namespace

TEST_CASE("a record names its run and its settings") {
  const Json& record = finished().record;
  CHECK(finished().outcome.status == "completed");
  CHECK_FALSE(finished().outcome.users_fault);
  check_schema(finished().outcome.record);
  CHECK(record["schema_version"] == 1);
  CHECK(record["name"] == "small");
  CHECK(record["seed"] == 3);
  CHECK(record["status"] == "completed");
  CHECK(record["error"].is_null());
  const Json& optimizer = record["config"]["classify"]["optimizer"];
  CHECK(optimizer["type"] == "sgd");
  CHECK(optimizer["momentum"] == 0.9);
  CHECK(optimizer["nesterov"] == false);  // nobody wrote it: the default
  CHECK(record["config"]["pretrain"]["epochs"] == Json({3, 2}));
  CHECK(record["config"]["encoder"][1][0]["units"] == 5);
  CHECK(record["config_hash"] == sha256_hex(record["config"].dump()));
  CHECK(record["run_id"] == record["config_hash"].get<std::string>().substr(0, 8) + "-s3");
  CHECK(finished().path.filename() == record["run_id"].get<std::string>());
  CHECK(record["source"]["file"] == "small.yaml");
  CHECK(record["source"]["text"] == kFile);
}

// Sample i of synthetic_digits is the digit i modulo 10.
TEST_CASE("a record describes the data") {
  const Json& data = finished().record["data"];
  CHECK(data["dataset"] == "synthetic_digits");
  CHECK(data["sample_shape"] == Json({1, 28, 28}));
  CHECK(data["classes"] == 10);
  CHECK(data["splits"]["train"]["count"] == 60);
  CHECK(data["splits"]["validation"]["count"] == 10);
  CHECK(data["splits"]["test"]["count"] == 30);
  CHECK(data["splits"]["test"]["class_counts"] == Json(std::vector<int>(10, 3)));
  for (size_t c = 0; c < 10; ++c)
    CHECK(data["splits"]["train"]["class_counts"][c].get<int>() +
              data["splits"]["validation"]["class_counts"][c].get<int>() ==
          7);
  int64_t pixels = 0;
  double sum = 0, squares = 0;
  for (size_t byte = 0; byte < 256; ++byte) {
    const auto count = data["pixels"]["histogram"][byte].get<int64_t>();
    const double value = static_cast<double>(byte) / 255;
    pixels += count;
    sum += value * static_cast<double>(count);
    squares += value * value * static_cast<double>(count);
  }
  REQUIRE(pixels == 60 * 784);
  const double mean = sum / (60 * 784);
  CHECK(data["pixels"]["mean"].get<double>() == doctest::Approx(mean).epsilon(1e-12));
  CHECK(data["pixels"]["variance"].get<double>() ==
        doctest::Approx(squares / (60 * 784) - mean * mean).epsilon(1e-12));
}

// 784 * 8 + 8, 8 * 5 + 5, 8 * 784 + 784, 5 * 8 + 8, 5 * 10 + 10.
TEST_CASE("a record describes the model") {
  const Json& model = finished().record["model"];
  std::map<std::string, int64_t> parameters;
  for (const Json& block : model["blocks"]) parameters[block["name"]] = block["parameters"];
  CHECK(parameters == std::map<std::string, int64_t>{{"encoder.0", 6280},
                                                     {"encoder.1", 45},
                                                     {"decoder.0", 7056},
                                                     {"decoder.1", 48},
                                                     {"head", 60}});
  CHECK(model["parameters"] == 13489);
  CHECK(model["blocks"][0]["layers"][0] ==
        Json::parse(R"({"name": "encoder.0.0", "type": "linear", "input_shape": [1, 28, 28],
                        "output_shape": [8], "parameters": 6280})"));
}

TEST_CASE("a record has an entry a stage with its epochs") {
  const Json& stages = finished().record["stages"];
  REQUIRE(stages.size() == 3);
  const std::vector<std::array<std::string, 4>> expected{
      {"pretrain-1", "pretrain", "pixels", "mse"},
      {"pretrain-2", "pretrain", "pixels", "mse"},
      {"classify", "classify", "labels", "nll"}};
  const std::vector<size_t> epochs{3, 2, 4};
  for (size_t i = 0; i < 3; ++i) {
    CHECK(stages[i]["name"] == expected[i][0]);
    CHECK(stages[i]["kind"] == expected[i][1]);
    CHECK(stages[i]["target"] == expected[i][2]);
    CHECK(stages[i]["status"] == "completed");
    CHECK(stages[i]["epochs_planned"] == epochs[i]);
    REQUIRE(stages[i]["epochs"].size() == epochs[i]);
    double seconds = 0;
    for (size_t e = 0; e < epochs[i]; ++e) {
      const Json& epoch = stages[i]["epochs"][e];
      CHECK(epoch["epoch"] == e + 1);
      CHECK(epoch["terms"] == Json{{expected[i][3], epoch["loss"]}});
      CHECK(epoch["learning_rate"] == (i < 2 ? 0.5 : 0.1));
      CHECK(epoch["samples_per_second"].get<double>() ==
            doctest::Approx(60 / epoch["seconds"].get<double>()).epsilon(1e-9));
      for (const char* split : {"validation", "test"})
        CHECK(epoch["metrics"][split].contains(i < 2 ? "reconstruction_error" : "nll"));
      seconds += epoch["seconds"].get<double>();
    }
    CHECK(seconds <= stages[i]["seconds"].get<double>());
    // It learns: the first and the last epoch's loss, and what chance gives (log 10).
    CHECK(stages[i]["epochs"].back()["loss"].get<double>() <
          stages[i]["epochs"].front()["loss"].get<double>());
  }
}

TEST_CASE("the final figures are those of the last epochs, and agree with each other") {
  const Json& record = finished().record;
  const Json &figures = record["metrics"]["test"],
             &last = record["stages"][2]["epochs"].back()["metrics"]["test"];
  CHECK(figures["accuracy"] == last["accuracy"]);
  CHECK(figures["nll"] == last["nll"]);
  CHECK(figures["reconstruction_error"] ==
        record["stages"][1]["epochs"].back()["metrics"]["test"]["reconstruction_error"]);
  const Json& matrix = figures["confusion_matrix"];
  REQUIRE(matrix.size() == 10);
  int right = 0;
  for (size_t c = 0; c < 10; ++c) {
    int row = 0;
    for (const Json& count : matrix[c]) row += count.get<int>();
    CHECK(row == 3);
    right += matrix[c][c].get<int>();
    CHECK(figures["per_class_accuracy"][c].get<double>() == matrix[c][c].get<int>() / 3.0);
    CHECK(figures["sensitivity"][c] == figures["per_class_accuracy"][c]);
  }
  CHECK(figures["accuracy"].get<double>() == right / 30.0);
  CHECK(record["metrics"]["validation"].contains("accuracy"));
}

TEST_CASE("a record says where and how it was made") {
  const Json& record = finished().record;
  const Json& facts = record["provenance"];
  CHECK(facts["strata"]["commit"].get<std::string>().size() >= 7);
  CHECK(facts["device"] == "cpu");
  CHECK(facts["threads"].get<int>() >= 1);
  CHECK(facts["command_line"] == Json({"strata", "run", "small.yaml"}));
  CHECK(record["peak_memory_bytes"].get<int64_t>() > 1'000'000);
  double training = 0;
  for (const Json& stage : record["stages"])
    for (const Json& epoch : stage["epochs"]) training += epoch["seconds"].get<double>();
  CHECK(record["timing"]["training_seconds"].get<double>() ==
        doctest::Approx(training).epsilon(1e-9));
  CHECK(record["timing"]["start"].get<std::string>() <= record["timing"]["end"].get<std::string>());
}

TEST_CASE("events are appended as they happen") {
  std::istringstream lines(read_file(finished().path / "events.jsonl"));
  std::string story;
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    CHECK(event["time"].get<std::string>().size() == 20);
    story += event["event"].get<std::string>();
    if (event.contains("stage")) story += " " + event["stage"].get<std::string>();
    if (event.contains("epoch")) story += " " + std::to_string(event["epoch"].get<int>());
    if (event.contains("status")) story += " " + event["status"].get<std::string>();
    story += "\n";
  }
  CHECK(story ==
        "run_started\n"
        "stage_started pretrain-1\nepoch_done pretrain-1 1\nepoch_done pretrain-1 2\n"
        "epoch_done pretrain-1 3\nstage_done pretrain-1\n"
        "stage_started pretrain-2\nepoch_done pretrain-2 1\nepoch_done pretrain-2 2\n"
        "stage_done pretrain-2\n"
        "stage_started classify\nepoch_done classify 1\nepoch_done classify 2\n"
        "epoch_done classify 3\nepoch_done classify 4\nstage_done classify\n"
        "run_done completed\n");
}

TEST_CASE("each stage leaves its weights, with their checksum in the record") {
  const fs::path weights = finished().path / "weights";
  for (const Json& stage : finished().record["stages"]) {
    const std::string bytes =
        read_file(finished().path / stage["weights"]["file"].get<std::string>());
    CHECK(stage["weights"]["sha256"] == sha256_hex(bytes));
    CHECK(stage["weights"]["bytes"] == bytes.size());
  }
  CHECK(tensor_names(weights / "pretrain-1.safetensors") ==
        std::vector<std::string>{"encoder.0.0.weight", "encoder.0.0.bias", "decoder.0.0.weight",
                                 "decoder.0.0.bias"});
  CHECK(tensor_names(weights / "pretrain-2.safetensors").size() == 8);
  CHECK(tensor_names(weights / "classify.safetensors") ==
        std::vector<std::string>{"encoder.0.0.weight", "encoder.0.0.bias", "encoder.1.0.weight",
                                 "encoder.1.0.bias", "head.0.weight", "head.0.bias"});
  // the encoder before fine-tuning is kept
  const Tensor before = tensor_of(weights / "pretrain-2.safetensors", "encoder.0.0.weight"),
               after = tensor_of(weights / "classify.safetensors", "encoder.0.0.weight");
  CHECK(before.dtype() == at::kDouble);
  CHECK_FALSE(at::equal(before, after));
}

TEST_CASE("the same file and seed give the same bits; another seed does not") {
  const TemporaryFolder folder("bits");
  const RunOutcome again = run(kFile, folder.path);
  CHECK(checksums(read_record(again.record)) == checksums(finished().record));
  const RunOutcome other = run(with(kFile, "seed: 3", "seed: 4"), folder.path);
  CHECK(other.record != again.record);
  const auto first = checksums(finished().record), second = checksums(read_record(other.record));
  for (size_t i = 0; i < first.size(); ++i) CHECK(first[i] != second[i]);
}

TEST_CASE("what comes later does not change an earlier stage by a bit") {
  const TemporaryFolder folder("parts");
  const std::string first = checksums(finished().record)[0];
  const auto first_stage = [&](const std::string& text) {
    return checksums(read_record(run(text, folder.path).record)).at(0);
  };
  const std::string one_pair = with(with(kFile, "  - [{type: linear, units: 5}, tanh]\n", ""),
                                    "epochs: [3, 2]", "epochs: 3");
  CHECK(first_stage(one_pair) == first);
  CHECK(first_stage(with(kFile, "train: all", "train: new")) == first);
  CHECK(first_stage(with(kFile, "epochs: 4,", "epochs: 1, loss: cross_entropy, head: [linear],")) ==
        first);
}

TEST_CASE("train new leaves the frozen encoder's bits in the next stage's weights") {
  const TemporaryFolder folder("new");
  const fs::path weights =
      run(with(kFile, "train: all", "train: new"), folder.path).record.parent_path() / "weights";
  CHECK(at::equal(tensor_of(weights / "pretrain-1.safetensors", "encoder.0.0.weight"),
                  tensor_of(weights / "pretrain-2.safetensors", "encoder.0.0.weight")));
}

TEST_CASE("what a run that was killed here left behind is gone") {
  const TemporaryFolder folder("leftovers");
  const std::string text = with(kFile, "classify: {epochs: 4", "classify: {epochs: 1");
  const fs::path path = folder_of(text, folder.path);
  write_file_atomically(path / "record.json.tmp-4194305", "part of a record");
  write_file_atomically(path / "weights" / "pretrain-1.safetensors.tmp-4194305", "part");
  CHECK(run(text, folder.path).status == "completed");
  for (const auto& entry : fs::recursive_directory_iterator(path))
    CHECK(entry.path().string().find(".tmp-") == std::string::npos);
}

TEST_CASE("asked to stop, the run closes its record as interrupted") {
  const TemporaryFolder folder("stop");
  const std::atomic<bool> stop{true};
  RunOptions options;
  options.stop = &stop;
  const RunOutcome outcome = run(kFile, folder.path, options);
  CHECK(outcome.status == "interrupted");
  const Json record = read_record(outcome.record);
  check_schema(outcome.record);
  CHECK(record["status"] == "interrupted");
  CHECK(record["error"] == "stopped by the user, in stage 'pretrain-1' after 0 epochs");
  CHECK(record["stages"][0]["status"] == "interrupted");
  CHECK(record["timing"]["end"].is_string());
}

TEST_CASE("a run that diverges says where, and its record too") {
  const TemporaryFolder folder("diverged");
  const std::string text =
      with(with(kFile, "lr: 0.5", "lr: 1.0e200"), "pretrain:",
           "decoder: [[{type: linear, units: 784}], [{type: linear, units: 8}]]\n"
           "pretrain:");
  const RunOutcome outcome = run(text, folder.path);
  CHECK(outcome.status == "diverged");
  CHECK(outcome.error ==
        "the loss became infinite in stage 'pretrain-1', epoch 1, step 2 of 3, at learning rate "
        "1e+200; "
        "try a smaller one");
  const Json record = read_record(outcome.record);
  check_schema(outcome.record);
  CHECK(record["status"] == "diverged");
  CHECK(record["error"] == outcome.error);
  CHECK(record["stages"].size() == 1);
  CHECK(record["stages"][0]["status"] == "diverged");
  CHECK_FALSE(fs::exists(outcome.record.parent_path() / "weights"));
}

TEST_CASE("missing data is the user's mistake, and the record says failed") {
  const TemporaryFolder folder("missing");
  const std::string text =
      with(kFile, "{type: synthetic_digits, train: 70, test: 30}",
           "{type: idx, classes: 10, shape: [1, 28, 28], train: {images: no-such-file, "
           "labels: no-such-file}, test: {images: no-such-file, labels: no-such-file}}");
  const RunOutcome outcome = run(text, folder.path);
  CHECK(outcome.status == "failed");
  CHECK(outcome.users_fault);
  CHECK(outcome.error.find("no-such-file") != std::string::npos);
  const Json record = read_record(outcome.record);
  check_schema(outcome.record);
  CHECK(record["status"] == "failed");
  CHECK(record["error"] == outcome.error);
  CHECK(record["stages"].empty());
}

TEST_CASE("a split larger than the data is the user's mistake, where only the data could tell") {
  const TemporaryFolder folder("split");
  Loaded loaded = load_good(kFile);
  loaded.plan.experiment.data.validation_size = 70;
  loaded.experiment.settings.data.validation_size = 70;
  RunOptions options;
  options.out = folder.path;
  options.quiet = true;
  const RunOutcome outcome = run_experiment(loaded.experiment, loaded.plan, options);
  CHECK(outcome.users_fault);
  CHECK(outcome.error ==
        "data.validation_size: 70 is too many, expected at most 69 (the training set has 70, of "
        "which one must be left)");
}

TEST_CASE("weights that cannot be written fail the run, which closes its record") {
  const TemporaryFolder folder("full");
  const fs::path path = folder_of(kFile, folder.path), weights = path / "weights";
  const fs::path file = weights / "pretrain-1.safetensors";
  fs::create_directories(weights);
  // Where the weights are written first; every write to /dev/full finds no space left.
  fs::create_symlink("/dev/full", file.string() + fmt::format(".tmp-{}", ::getpid()));
  const RunOutcome outcome = run(kFile, folder.path);
  CHECK(outcome.status == "failed");
  CHECK(
      outcome.error ==
      fmt::format("cannot write {}: No space left on device, in stage 'pretrain-1' after 3 epochs",
                  file.string()));
  const Json record = read_record(outcome.record);
  check_schema(outcome.record);
  CHECK(record["status"] == "failed");
  CHECK(record["error"] == outcome.error);
  CHECK(record["stages"][0]["status"] == "failed");
  CHECK(record["stages"][0]["epochs"].size() == 3);
  CHECK(fs::is_empty(weights));
}

TEST_CASE("an output folder that cannot be made is told before anything trains") {
  const TemporaryFolder folder("out");
  write_file_atomically(folder.path / "file", "");
  CHECK_THROWS_WITH_AS(run(kFile, folder.path / "file"),
                       fmt::format("cannot create folder {}: Not a directory",
                                   folder_of(kFile, folder.path / "file").string())
                           .c_str(),
                       RunError);
}

#ifndef __SANITIZE_ADDRESS__  // whose allocator ends the process instead
TEST_CASE("too little memory is told without a stack trace") {
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  uint64_t pages = 0;
  std::istringstream(read_file("/proc/self/statm")) >> pages;
  const rlimit limit{pages * 4096 + (rlim_t{1} << 30), before.rlim_max};
  const TemporaryFolder folder("memory");
  setrlimit(RLIMIT_AS, &limit);
  const RunOutcome outcome = run(with(kFile, "units: 8", "units: 1000000"), folder.path);
  setrlimit(RLIMIT_AS, &before);
  CHECK(outcome.status == "failed");
  CHECK(outcome.error.find("can't allocate memory: you tried to allocate 6272000000 bytes") !=
        std::string::npos);
  CHECK(outcome.error.find("frame #") == std::string::npos);
  CHECK(outcome.error.find('\n') == std::string::npos);
}
#endif

TEST_CASE("float32 is what the settings say and no more") {
  const TemporaryFolder folder("float32");
  const RunOutcome outcome = run(with(kFile, "float64", "float32"), folder.path);
  const Json record = read_record(outcome.record);
  CHECK(
      tensor_of(outcome.record.parent_path() / "weights" / "classify.safetensors", "head.0.weight")
          .dtype() == at::kFloat);
  // the same start and order: the first epoch differs by rounding alone
  CHECK(record["stages"][0]["epochs"][0]["loss"].get<double>() ==
        doctest::Approx(finished().record["stages"][0]["epochs"][0]["loss"].get<double>())
            .epsilon(1e-5));
}
