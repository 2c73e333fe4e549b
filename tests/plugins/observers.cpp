#include "strata/core/observer.hpp"

#include "folder.hpp"
#include "strata/support/files.hpp"
#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

StageResult made_stage(const std::string& name, int64_t epochs) {
  StageResult result;
  result.spec.name = name;
  result.spec.trains = {"encoder.0"};
  for (int64_t i = 1; i <= epochs; ++i) {
    EpochResult epoch;
    epoch.epoch = i;
    epoch.loss = 1.0 / static_cast<double>(i);
    result.epochs.push_back(epoch);
  }
  return result;
}

ObservedRun made_run(const TemporaryFolder& folder, bool resumed) {
  ObservedRun run;
  run.folder = folder.path;
  run.resumed = resumed;
  run.tensors = [] { return std::vector<Parameter>{{"encoder.0.0.weight", at::ones({3})}}; };
  return run;
}

void tell_stage(Observer& observer, const StageResult& result) {
  observer.stage_started(result.spec);
  for (const EpochResult& epoch : result.epochs) observer.epoch_done(result.spec, epoch);
}

}  // namespace

TEST_CASE("tensorboard: a run that goes on keeps what still stands, and nothing after it") {
  const TemporaryFolder folder;
  const auto file = folder.path / "events.out.tfevents.strata";
  const StageResult first = made_stage("pretrain-1", 2);
  std::string standing;  // up to the checkpoint
  {
    const auto observer = component<Observer>("tensorboard");
    observer->run_started(made_run(folder, false));
    tell_stage(*observer, first);
    observer->stage_done({first, {}, true});
    tell_stage(*observer, made_stage("classify", 1));
    standing = read_file(file);
    observer->epoch_done(made_stage("classify", 1).spec, made_stage("", 2).epochs[1]);
  }
  SUBCASE("whole") {}
  SUBCASE("cut off in the midst of an event") {
    const std::string all = read_file(file);
    write_file_atomically(file, all.substr(0, all.size() - 5));
  }
  const auto observer = component<Observer>("tensorboard");
  observer->run_started(made_run(folder, true));
  observer->stage_restored({first, {}, true});
  observer->stage_resumed(made_stage("classify", 1).spec, made_stage("classify", 1));
  CHECK(read_file(file) == standing);
  observer->epoch_done(made_stage("classify", 1).spec, made_stage("", 2).epochs[1]);
  CHECK(read_file(file).substr(0, standing.size()) == standing);
  CHECK(read_file(file).size() > standing.size());
}

TEST_CASE(
    "tensorboard: what an earlier leg did not write, or damaged, is written from the record") {
  const TemporaryFolder folder;
  const auto file = folder.path / "events.out.tfevents.strata";
  const StageResult first = made_stage("pretrain-1", 2);
  SUBCASE("no file") {}
  SUBCASE("not an event file") {
    write_file_atomically(file, std::string(100, 'x'));
  }
  const auto observer = component<Observer>("tensorboard");
  observer->run_started(made_run(folder, true));
  observer->stage_restored({first, {}, true});
  const std::string text = read_file(file);
  for (const char* part : {"brain.Event:2", "pretrain-1/train/loss", "encoder.0.0.weight"})
    CHECK(text.find(part) != std::string::npos);
  CHECK(text.find("xxxx") == std::string::npos);
}
