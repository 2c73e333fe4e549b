#include "strata/run/observers.hpp"

#include <doctest/doctest.h>

#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Writes down what it is told, and throws where it is told so.
class Scribe final : public Observer {
 public:
  Scribe(std::string& story, std::string throws_at)
      : story_(story), throws_at_(std::move(throws_at)) {}
  void run_started(const ObservedRun&) override { note("run "); }
  void stage_started(const StageSpec& stage) override { note(stage.name + " "); }
  void stage_resumed(const StageSpec&, const StageResult&) override { note("resumed "); }
  void step_done(const StageSpec&, int64_t, int64_t, int64_t) override { note("step "); }
  void epoch_done(const StageSpec&, const EpochResult&) override { note("epoch "); }
  void stage_done(const StageEnd&) override { note("end "); }
  void stage_restored(const StageEnd&) override { note("restored "); }
  void noted(const std::string&, const std::string& text) override { note(text); }
  void run_done(const std::string& status, const std::string&) override { note(status); }

 private:
  void note(const std::string& what) {
    if (what == throws_at_) throw std::runtime_error("out of ink");
    story_ += what;
  }

  std::string& story_;
  std::string throws_at_;
};

void tell_all(Observer& observer) {
  StageResult result;
  result.spec.name = "pretrain-1";
  observer.run_started({});
  observer.stage_started(result.spec);
  observer.stage_resumed(result.spec, result);
  observer.step_done(result.spec, 1, 10, 10);
  observer.epoch_done(result.spec, {});
  observer.stage_done({result, {}, true});
  observer.stage_restored({result, {}, true});
  observer.noted("", "look ");
  observer.run_done("completed", "");
}

constexpr const char* kWhole = "run pretrain-1 resumed step epoch end restored look completed";

}  // namespace

TEST_CASE("An observer that fails is switched off; the record and the others are told on") {
  for (const char* at : {"run ", "pretrain-1 ", "resumed ", "step ", "epoch ", "end ", "restored ",
                         "look ", "completed"}) {
    CAPTURE(at);
    std::string recorded, broken, watched;
    Scribe record(recorded, "");
    Observers observers(record);
    observers.add("a pen", [&] { return std::make_shared<Scribe>(broken, at); });
    observers.add("another", [&] { return std::make_shared<Scribe>(watched, ""); });
    tell_all(observers);
    CHECK(recorded == kWhole);
    CHECK(watched == kWhole);
    CHECK(broken == std::string(kWhole).substr(0, std::string(kWhole).find(at)));
  }
}

TEST_CASE("An observer that cannot be made is switched off too") {
  std::string recorded;
  Scribe record(recorded, "");
  Observers observers(record);
  observers.add("a pen", []() -> std::shared_ptr<Observer> { throw std::runtime_error("none"); });
  tell_all(observers);
  CHECK(recorded == kWhole);
}

TEST_CASE("What the record throws goes on") {
  std::string recorded;
  Scribe record(recorded, "epoch ");
  Observers observers(record);
  CHECK_THROWS_WITH(tell_all(observers), "out of ink");
}
