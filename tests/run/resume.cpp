// A run that was stopped goes on by the same call, and ends with the bits of one that was not.
#include "run/small_run.hpp"
#include "strata/run/checkpoint.hpp"
#include "strata/support/sha256.hpp"

using namespace strata;
using namespace strata::testing;

namespace fs = std::filesystem;

namespace {

std::atomic<bool> stop_asked{false};
int steps_until_stop = -1;  // none where negative

/// Passes its input on, and asks the run to stop after so many steps.
class Stopping final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("Asks the run to stop."); }
  };
  explicit Stopping(const Params&) {}
  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    if (context.training && steps_until_stop >= 0 && steps_until_stop-- == 0) stop_asked = true;
    return x;
  }
};
STRATA_REGISTER(Layer, Stopping, "stopping");

/// Writes down what it is told of figures, as an observer of the file's does.
class Diary final : public Observer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("Keeps a diary."); }
  };
  explicit Diary(const Params&) {}
  void run_started(const ObservedRun& run) override {
    path_ = run.folder / "diary.txt";
    text_.clear();
  }
  void stage_restored(const StageEnd& end) override { stage_resumed(end.result.spec, end.result); }
  void stage_resumed(const StageSpec& stage, const StageResult& so_far) override {
    for (const EpochResult& epoch : so_far.epochs) epoch_done(stage, epoch);
  }
  void epoch_done(const StageSpec& stage, const EpochResult& epoch) override {
    text_ +=
        fmt::format("{} {} {} {}\n", stage.name, epoch.epoch, epoch.loss, epoch.metrics.dump());
    write_file_atomically(path_, text_);
  }

 private:
  std::string text_;
  fs::path path_;
};
STRATA_REGISTER(Observer, Diary, "diary");

/// 3 x 3, 2 x 3 and 4 x 3 steps.
std::string stoppable() {
  return with(kSmallRun, "[{type: linear, units: 8}, tanh]",
              "[{type: linear, units: 8}, tanh, stopping]") +
         "observers: [diary]\n";
}

RunOutcome run_for(const std::string& text, const fs::path& out, int steps,
                   RunOptions options = {}) {
  stop_asked = false;
  steps_until_stop = steps;
  options.stop = &stop_asked;
  const RunOutcome outcome = run(text, out, options);
  steps_until_stop = -1;
  return outcome;
}

/// What a run's result is, without what clocks say.
Json result_of(Json record) {
  Json result = {
      {"metrics", record["metrics"]}, {"images", record["images"]}, {"stages", Json::array()}};
  for (Json& stage : record["stages"]) {
    for (Json& epoch : stage["epochs"])
      for (const char* key : {"seconds", "samples_per_second"}) epoch.erase(key);
    stage.erase("seconds");
    result["stages"].push_back(stage);
  }
  return result;
}

std::vector<std::string> bytes_of_pictures(const fs::path& record) {
  std::vector<std::string> all;
  for (const char* name : {"reconstructions", "codes", "filters", "worst"})
    all.push_back(read_file(record.parent_path() / "images" / (std::string(name) + ".png")));
  return all;
}

}  // namespace

TEST_CASE("stopped at any step, the same call goes on and ends with the same bits and pictures") {
  const TemporaryFolder folder("resume");
  const RunOutcome whole = run_for(stoppable(), folder.path / "whole", -1);
  REQUIRE(whole.status == "completed");
  const Json expected = result_of(read_record(whole.record));
  const auto pictures = bytes_of_pictures(whole.record);
  const std::string diary = read_file(whole.record.parent_path() / "diary.txt");

  for (const int step : {0, 1, 4, 8, 9, 13, 15, 20, 26}) {
    CAPTURE(step);
    const fs::path out = folder.path / std::to_string(step);
    REQUIRE(run_for(stoppable(), out, step).status == "interrupted");
    const RunOutcome rest = run_for(stoppable(), out, -1);
    CHECK(rest.status == "completed");
    const Json record = read_record(rest.record);
    CHECK(result_of(record) == expected);
    CHECK(bytes_of_pictures(rest.record) == pictures);
    CHECK(read_file(rest.record.parent_path() / "diary.txt") == diary);
    REQUIRE(record["legs"].size() == 2);
    CHECK(record["legs"][0]["status"] == "interrupted");
    CHECK(record["legs"][1]["status"] == "completed");
    CHECK_FALSE(fs::exists(rest.record.parent_path() / "checkpoint"));
    check_schema(rest.record);
  }
}

TEST_CASE("stopped, a stage leaves the weights so far: the best, where it keeps the best") {
  const TemporaryFolder folder("so-far");
  for (const char* keep : {"last", "best"}) {
    CAPTURE(keep);
    const std::string text = with(stoppable(), "classify: {epochs: 4",
                                  fmt::format("classify: {{keep: {}, epochs: 4", keep));
    const std::string two = with(text, "epochs: 4", "epochs: 2");
    const fs::path out = folder.path / keep;
    const RunOutcome stopped = run_for(text, out, 21);  // 9 + 6 + 6 steps: two epochs
    REQUIRE(stopped.status == "interrupted");
    const Json stage = read_record(stopped.record)["stages"][2];
    CHECK(stage["status"] == "interrupted");
    REQUIRE(stage["epochs"].size() == 2);
    const RunOutcome whole = run_for(two, folder.path / "two" / keep, -1);
    const auto weights = [](const RunOutcome& of) {
      return read_file(of.record.parent_path() / "weights" / "classify.safetensors");
    };
    CHECK((weights(stopped) == weights(whole)) == (keep == std::string("best")));  // else a step on
    CHECK(stage["weights"]["sha256"] == sha256_hex(weights(stopped)));
    check_schema(stopped.record);
    const Json ended = read_record(run_for(text, out, -1).record);
    CHECK(ended["stages"][2]["epochs"].size() == 4);
    CHECK(ended["figures"] == read_record(whole.record)["figures"]);
  }
}

TEST_CASE("a run that is stopped again and again comes to the same end") {
  const TemporaryFolder folder("legs");
  const Json expected = result_of(read_record(run_for(stoppable(), folder.path / "a", -1).record));
  RunOutcome outcome;
  size_t legs = 1;
  while ((outcome = run_for(stoppable(), folder.path / "b", 4)).status == "interrupted") ++legs;
  CHECK(legs == 6);  // 27 steps, 5 at a time
  const Json record = read_record(outcome.record);
  CHECK(record["legs"].size() == legs);
  CHECK(result_of(record) == expected);
  double training = 0;
  for (const Json& stage : record["stages"])
    for (const Json& epoch : stage["epochs"]) training += epoch["seconds"].get<double>();
  CHECK(record["timing"]["training_seconds"].get<double>() == doctest::Approx(training));
}

TEST_CASE("--again begins anew, and so does a run that never keeps where it is") {
  const TemporaryFolder folder("anew");
  REQUIRE(run_for(stoppable(), folder.path, 4).status == "interrupted");
  RunOptions again;
  again.again = true;
  const Json record = read_record(run_for(stoppable(), folder.path, -1, again).record);
  CHECK(record["legs"].size() == 1);

  const std::string never = stoppable() + "checkpoint: {every: never}\n";
  const fs::path out = folder.path / "never";
  REQUIRE(run_for(never, out, 4).status == "interrupted");
  CHECK_FALSE(fs::exists(folder_of(never, out) / "checkpoint"));
}

TEST_CASE("a run goes on with the engine that it was begun with, and another is refused") {
  const TemporaryFolder folder("engine");
  RunOptions autograd, fastest;
  autograd.engine = "autograd";
  fastest.engine = "auto";
  REQUIRE(run_for(stoppable(), folder.path, 12, autograd).status == "interrupted");
  CHECK(run_for(stoppable(), folder.path, -1, fastest).error.find("engine (autograd, now auto)") !=
        std::string::npos);
  const RunOutcome rest = run_for(stoppable(), folder.path, -1);
  REQUIRE(rest.status == "completed");
  CHECK(read_record(rest.record)["provenance"]["engine"] == "autograd");
}

TEST_CASE(
    "what the bits depend on has changed: the run is left as it is, and both ways are named") {
  const TemporaryFolder folder("changed");
  const RunOutcome stopped = run_for(stoppable(), folder.path, 12);
  REQUIRE(stopped.status == "interrupted");
  Json record = read_record(stopped.record);
  record["provenance"]["cpu"] = "another processor";
  save_record(stopped.record, record);
  const std::string before = read_file(stopped.record);

  const RunOutcome refused = run_for(stoppable(), folder.path, -1);
  CHECK(refused.status == "failed");
  CHECK(refused.users_fault);
  CHECK(refused.error.find("cpu (another processor, now ") != std::string::npos);
  CHECK(refused.error.find("--again starts anew, --resume-anyway goes on") != std::string::npos);
  CHECK(read_file(stopped.record) == before);

  RunOptions anyway;
  anyway.resume_anyway = true;
  const RunOutcome rest = run_for(stoppable(), folder.path, -1, anyway);
  CHECK(rest.status == "completed");
  const Json ended = read_record(rest.record);
  CHECK(ended["legs"].size() == 2);
  CHECK(ended["resumed_anyway"][0]["what"] == "cpu");
  CHECK(ended["resumed_anyway"][0]["then"] == "another processor");
  check_schema(rest.record);
}

TEST_CASE("a checkpoint or weights that are damaged are told, and the stage starts anew") {
  const TemporaryFolder folder("damaged");
  const Json expected = result_of(read_record(run_for(stoppable(), folder.path / "a", -1).record));
  const auto flip = [](const fs::path& file) {
    std::string bytes = read_file(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    write_file_atomically(file, bytes);
  };
  for (const char* which : {"state.json", ".safetensors", "weights"}) {
    CAPTURE(which);
    const fs::path out = folder.path / which;
    REQUIRE(run_for(stoppable(), out, 12).status == "interrupted");
    const fs::path path = folder_of(stoppable(), out);
    if (std::string(which) == "weights") {
      flip(path / "weights" / "pretrain-1.safetensors");
    } else {
      for (const auto& entry : fs::directory_iterator(path / "checkpoint"))
        if (entry.path().string().find(which) != std::string::npos) flip(entry.path());
    }
    const RunOutcome rest = run_for(stoppable(), out, -1);
    CHECK(rest.status == "completed");
    CHECK(result_of(read_record(rest.record)) == expected);
  }
}

TEST_CASE("there is a whole checkpoint at every moment, and one at most") {
  const TemporaryFolder folder("files");
  Checkpoints checkpoints(folder.path, {"epoch"});
  CHECK_FALSE(checkpoints.find());
  CHECK(checkpoints.due(true));
  CHECK_FALSE(checkpoints.due(false));
  StageSpec spec;
  spec.name = "pretrain-1";
  TrainingState state;
  state.selection = Json::object();
  for (int64_t step = 1; step < 3; ++step) {
    state.step = step;
    state.tensors = {{"parameter/w", at::full({2}, static_cast<double>(step), at::kDouble)}};
    checkpoints.save(spec, state);
    const auto found = checkpoints.find();
    REQUIRE(found);
    CHECK(found->stage == "pretrain-1");
    CHECK(found->from.state.step == step);
    CHECK(at::equal(found->from.state.tensors.at(0).value, state.tensors[0].value));
    CHECK(std::distance(fs::directory_iterator(folder.path / "checkpoint"), {}) == 2);
  }
  CHECK(checkpoints.failures().empty());
  checkpoints.clear();
  CHECK_FALSE(fs::exists(folder.path / "checkpoint"));
}

TEST_CASE("a checkpoint that cannot be written is told once, and training goes on") {
  const TemporaryFolder folder("unwritable");
  write_file_atomically(folder.path / "checkpoint", "a file where the folder should be");
  Checkpoints checkpoints(folder.path, {"epoch"});
  StageSpec spec;
  spec.name = "pretrain-1";
  TrainingState state;
  for (int i = 0; i < 2; ++i) checkpoints.save(spec, state);
  CHECK(checkpoints.failures().size() == 1);
}

TEST_CASE("how often: the words, times, and what is neither") {
  const auto checked = [](const std::string& every) {
    return load(kSmallRun + "checkpoint: {every: " + every + "}\n").messages();
  };
  for (const char* good : {"auto", "epoch", "never", "30 s", "5 min", "0.5 s"})
    CHECK(checked(good).empty());
  for (const char* bad : {"sometimes", "5 parsecs", "-1 s", "0 s"}) {
    CAPTURE(bad);
    REQUIRE(checked(bad).size() == 1);
    CHECK(checked(bad)[0].find("expected auto, epoch, never, or a time such as 30 s") !=
          std::string::npos);
  }
}
