// Observers.
#include "contract/faults/planted.hpp"
#include "strata/core/observer.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Says nothing; but a fault may override what it is told.
class Mute : public Observer {
 public:
  using Params = NoParams;
  explicit Mute(const Params&) {}
};

class Meddles final : public Mute {  // with what was learned
 public:
  using Mute::Mute;
  void run_started(const ObservedRun& run) override { run.tensors()[0].value.detach().zero_(); }
};
class WantsEveryFigure final : public Mute {  // and one may be null
 public:
  using Mute::Mute;
  void epoch_done(const StageSpec&, const EpochResult& epoch) override {
    sum_ += epoch.metrics.at("test").at("error").get<double>();
  }

 private:
  double sum_ = 0;
};
class WantsNoError final : public Mute {
 public:
  using Mute::Mute;
  void run_done(const std::string& status, const std::string&) override {
    if (status == "diverged") throw std::runtime_error("not what was wanted");
  }
};
class WantsABeginning final : public Mute {
 public:
  using Mute::Mute;
  void run_started(const ObservedRun&) override { began_ = true; }
  void run_done(const std::string&, const std::string&) override {
    if (!began_) throw std::runtime_error("it never began");
  }

 private:
  bool began_ = false;
};
class WantsNoPast final : public Mute {
 public:
  using Mute::Mute;
  void stage_resumed(const StageSpec&, const StageResult&) override {
    throw std::runtime_error("there was nothing before");
  }
};
const Plant<Observer, WantsNoPast> wants_no_past{"wants_no_past", "follows a stage that goes on",
                                                 "there was nothing before"};
constexpr const char* kFollows = "follows a run, and changes nothing of it";
const Plant<Observer, Meddles> meddles{"meddles", kFollows, "what was learned, before and after"};
const Plant<Observer, WantsEveryFigure> wants_every_figure{"wants_every_figure", kFollows,
                                                           "type must be number"};
const Plant<Observer, WantsNoError> wants_no_error{"wants_no_error", "follows a run that diverges",
                                                   "not what was wanted"};
const Plant<Observer, WantsABeginning> wants_a_beginning{
    "wants_a_beginning", "bears a run that never began", "it never began"};

}  // namespace
