#include "strata/core/observer.hpp"

#include <unistd.h>

#include "strata/contract/checks.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with it.
class ScratchFolder {
 public:
  ScratchFolder() : path_((fs::temp_directory_path() / "strata-observer-XXXXXX").string()) {
    require(mkdtemp(path_.data()) != nullptr, "no folder for the check can be made");
  }
  ~ScratchFolder() { remove_tree(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::shared_ptr<Observer> built_observer(const ComponentRef& ref) {
  return std::static_pointer_cast<Observer>(ref.info->create(ref.params.get()));
}

StageSpec made_stage() {
  StageSpec stage;
  stage.name = "pretrain-1";
  stage.blocks = stage.trains = {encoder_block(0), decoder_block(0)};
  stage.epochs = 3;
  return stage;
}

/// With figures as a stage may have them: a number, a list, a null.
EpochResult made_epoch(int64_t number) {
  EpochResult epoch;
  epoch.epoch = number;
  epoch.loss = 1.0 / static_cast<double>(number);
  epoch.terms = {{"error", epoch.loss}};
  epoch.learning_rate = 0.1;
  epoch.seconds = 2;
  epoch.samples_per_second = 500;
  epoch.metrics = {{"train", {{"error", epoch.loss}}},
                   {"validation", Json::object()},
                   {"test", {{"error", nullptr}, {"by_class", {0.25, nullptr}}}}};
  return epoch;
}

/// Tells of a run whose second epoch is its last; one that fails has no end of a stage, and one
/// that is interrupted goes on from the first.
void tell(Observer& observer, const std::string& folder, const std::vector<Parameter>& tensors,
          const std::string& status) {
  StageResult result{made_stage(), true, {}};
  const bool resumed = status == "interrupted";
  observer.run_started(
      {"made (seed 0)", "3fa9c1d2-s0", folder, {{"name", "made"}}, {result.spec}, resumed, [&] {
         return tensors;
       }});
  if (resumed) {
    StageResult before = result;
    before.epochs = {made_epoch(1), made_epoch(2), made_epoch(3)};
    before.kept = 2;
    observer.stage_restored({before, Json::object(), false});
    observer.noted("pretrain-1", "goes on in epoch 2, after step 0");
    result.epochs.push_back(made_epoch(1));
    observer.stage_resumed(result.spec, result);
  } else {
    observer.stage_started(result.spec);
  }
  for (int64_t epoch = static_cast<int64_t>(result.epochs.size()) + 1; epoch <= 2; ++epoch) {
    for (int64_t step = 1; step <= 4; ++step)
      observer.step_done(result.spec, epoch, 250 * step, 1000);
    result.epochs.push_back(made_epoch(epoch));
    observer.epoch_done(result.spec, result.epochs.back());
  }
  result.kept = 1;
  if (status == "completed") observer.stage_done({result, Json::object(), true});
  observer.run_done(status, status == "completed" ? "" : "the loss became NaN");
}

void check_told(const ComponentRef& ref, const std::string& status) {
  const ScratchFolder folder;
  const std::vector<Parameter> tensors{
      {"encoder.0.0.weight", random_tensor({3, 4}, "weight", -1, 1)}};
  const Tensor kept = tensors[0].value.clone();
  const auto observer = built_observer(ref);
  tell(*observer, folder.path(), tensors, status);
  require_same_bits(tensors[0].value, kept, "what was learned, before and after");
}

void check_nowhere(const ComponentRef& ref) {
  const auto observer = built_observer(ref);
  observer->run_done("failed", "the data are not here");
}

void check_observer(const ComponentRef& ref, Checks& checks) {
  checks.run("follows a run, and changes nothing of it", [&] { check_told(ref, "completed"); });
  checks.run("follows a run that diverges", [&] { check_told(ref, "diverged"); });
  checks.run("follows a stage that goes on", [&] { check_told(ref, "interrupted"); });
  checks.run("bears a run that never began", [&] { check_nowhere(ref); });
}

void use_observer(const ComponentRef& ref) {
  check_told(ref, "completed");
}

const FamilyChecks observer_checks(Observer::family, check_observer, use_observer);

}  // namespace
}  // namespace strata
