#include "strata/run/runner.hpp"

#include <sys/resource.h>
#include <cerrno>

#include "faults.hpp"
#include "run/small_run.hpp"
#include "strata/record/run_folder.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

std::vector<std::string> checksums(const Json& record) {
  std::vector<std::string> sums;
  for (const Json& stage : record["stages"]) sums.push_back(stage["weights"]["sha256"]);
  return sums;
}
}  // namespace

TEST_CASE("the same file and seed give the same bits; another seed does not") {
  const TemporaryFolder folder("bits");
  const RunOutcome again = run(kSmallRun, folder.path);
  CHECK(checksums(read_record(again.record)) == checksums(finished().record));
  const RunOutcome other = run(with(kSmallRun, "seed: 3", "seed: 4"), folder.path);
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
  const std::string one_pair = with(with(kSmallRun, "  - [{type: linear, units: 5}, tanh]\n", ""),
                                    "epochs: [3, 2]", "epochs: 3");
  CHECK(first_stage(one_pair) == first);
  CHECK(first_stage(with(kSmallRun, "train: all", "train: new")) == first);
  CHECK(first_stage(with(kSmallRun, "epochs: 4,",
                         "epochs: 1, loss: cross_entropy, head: [linear],")) == first);
}

TEST_CASE("train new leaves the frozen encoder's bits in the next stage's weights") {
  const TemporaryFolder folder("new");
  const fs::path weights =
      run(with(kSmallRun, "train: all", "train: new"), folder.path).record.parent_path() /
      "weights";
  CHECK(at::equal(tensor_of(weights / "pretrain-1.safetensors", "encoder.0.0.weight"),
                  tensor_of(weights / "pretrain-2.safetensors", "encoder.0.0.weight")));
}

TEST_CASE("what a run that was killed here left behind is gone") {
  const TemporaryFolder folder("leftovers");
  const std::string text = with(kSmallRun, "classify: {epochs: 4", "classify: {epochs: 1");
  const fs::path path = folder_of(text, folder.path);
  write_file_atomically(path / "record.json.tmp-0123456789abcdef", "part of a record");
  write_file_atomically(path / "weights" / "pretrain-1.safetensors.tmp-fedcba9876543210", "part");
  CHECK(run(text, folder.path).status == "completed");
  for (const auto& entry : fs::recursive_directory_iterator(path))
    CHECK(entry.path().string().find(".tmp-") == std::string::npos);
}

TEST_CASE("asked to stop, the run closes its record as interrupted") {
  const TemporaryFolder folder("stop");
  const std::atomic<bool> stop{true};
  RunOptions options;
  options.stop = &stop;
  const RunOutcome outcome = run(kSmallRun, folder.path, options);
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
      with(with(kSmallRun, "lr: 0.5", "lr: 1.0e200"), "pretrain:",
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

TEST_CASE("a mistake in the data is the user's, and leaves everything as it was") {
  const TemporaryFolder folder("missing");
  const auto idx = [](const std::string& images) {
    return with(kSmallRun, "{type: synthetic_digits, train: 70, test: 30}",
                fmt::format("{{type: idx, classes: 10, shape: [1, 28, 28], train: {{images: {0}, "
                            "labels: {0}}}, test: {{images: {0}, labels: {0}}}}}",
                            images));
  };
  const RunOutcome outcome = run(idx("no-such-file"), folder.path);
  CHECK(outcome.status == "failed");
  CHECK(outcome.users_fault);
  CHECK(outcome.error.find("no-such-file") != std::string::npos);
  CHECK(outcome.record.empty());
  CHECK(fs::is_empty(folder.path / "small"));
  // In a folder of an earlier run, whatever became of that.
  const fs::path record = folder_of(idx("no-such-file"), folder.path) / "record.json";
  for (const char* status : {"completed", "interrupted"}) {
    Json before = finished().record;
    before["status"] = status;
    save_record(record, before);
    const std::string text = read_file(record);
    CHECK(run(idx("no-such-file"), folder.path).users_fault);
    CHECK(read_file(record) == text);
  }
}

TEST_CASE("a finished run is not touched by a second one that does not complete") {
  const TemporaryFolder folder("again");
  const RunOutcome first = run(kSmallRun, folder.path);
  const auto content = [&] {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(first.record.parent_path()))
      if (entry.is_regular_file()) files[entry.path().string()] = read_file(entry.path());
    return files;
  };
  const auto before = content();
  CHECK(before.count((first.record.parent_path() / "record.room").string()) == 0);
  const std::atomic<bool> stop{true};
  RunOptions options;
  options.stop = &stop;
  options.again = true;  // or it would take the stages that are there
  const RunOutcome second = run(kSmallRun, folder.path, options);
  CHECK(second.status == "interrupted");
  CHECK(second.record == folder_of_next(first.record.parent_path()) / "record.json");
  CHECK(read_record(second.record)["status"] == "interrupted");
  CHECK(second.kept == first.record);
  CHECK(content() == before);
  const RunOutcome third = run(kSmallRun, folder.path);
  CHECK(third.status == "completed");
  CHECK(third.record == first.record);
  CHECK(third.kept.empty());
  CHECK_FALSE(fs::exists(second.record));
  CHECK(content().size() == before.size());
  CHECK(content() != before);
  CHECK(checksums(read_record(third.record)) == checksums(finished().record));
}

TEST_CASE("who was taken for dead stops, and changes nothing any more") {
  const TemporaryFolder folder("lost");
  const fs::path path = folder_of(kSmallRun, folder.path);
  const fs::path claim = path.parent_path() / ('.' + path.filename().string() + ".claim");
  RunOptions options;
  options.made_before = [&]() -> std::optional<RunOutcome> {
    fs::remove_all(claim);  // another has taken it over
    write_file_atomically(claim / "owner", "another");
    write_file_atomically(path / "record.json", "another's");
    return std::nullopt;
  };
  const RunOutcome outcome = run(kSmallRun, folder.path, options);
  CHECK(outcome.status == "elsewhere");
  CHECK(outcome.error == "another process has taken over " + claim.string());
  CHECK(read_file(path / "record.json") == "another's");
  CHECK_FALSE(fs::exists(path / "weights"));
  CHECK(read_file(claim / "owner") == "another");
}

TEST_CASE("a split larger than the data is the user's mistake, where only the data could tell") {
  const TemporaryFolder folder("split");
  Loaded loaded = load_good(kSmallRun);
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
  const std::string text = with(kSmallRun, "units: 8", "units: 80");  // a megabyte of weights
  const fs::path weights = folder_of(text, folder.path) / "weights";
  const fs::path file = weights / "pretrain-1.safetensors";
  const FailingPath full("pretrain-1.safetensors", ENOSPC);
  const RunOutcome outcome = run(text, folder.path);
  CHECK(outcome.status == "failed");
  CHECK(
      outcome.error ==
      fmt::format("cannot create {}: No space left on device, in stage 'pretrain-1' after 3 epochs",
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
  CHECK_THROWS_WITH_AS(run(kSmallRun, folder.path / "file"),
                       fmt::format("cannot create folder {}: Not a directory",
                                   (folder.path / "file" / "small").string())
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
  const RunOutcome outcome = run(with(kSmallRun, "units: 8", "units: 1000000"), folder.path);
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
  const RunOutcome outcome = run(with(kSmallRun, "float64", "float32"), folder.path);
  const Json record = read_record(outcome.record);
  CHECK(
      tensor_of(outcome.record.parent_path() / "weights" / "classify.safetensors", "head.0.weight")
          .dtype() == at::kFloat);
  // the same start and order: the first epoch differs by rounding alone
  CHECK(record["stages"][0]["epochs"][0]["loss"].get<double>() ==
        doctest::Approx(finished().record["stages"][0]["epochs"][0]["loss"].get<double>())
            .epsilon(1e-5));
}
