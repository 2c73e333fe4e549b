#pragma once
// An experiment from its YAML text, planned and trained as the command would.
#include "strata/run/device_data.hpp"
#include "strata/run/plan.hpp"
#include "testing.hpp"

namespace strata::testing {

/// A file's text, read and planned, with what was wrong with it.
struct Planned {
  Issues issues;
  Node tree;
  Experiment settings;
  Plan plan;

  explicit Planned(const std::string& yaml) {
    tree = parse_yaml(std::make_shared<Source>(Source{"e.yaml", yaml}), issues);
    set_paths(tree);
    if (issues.ok()) settings = read_experiment(tree, issues);
    if (issues.ok()) plan = make_plan(settings, tree, issues);
  }

  /// Settings that were changed after they were read.
  Planned(Experiment changed, const Node& read)
      : tree(read), settings(std::move(changed)), plan(make_plan(settings, tree, issues)) {}

  /// "3:5: message" of the first mistake; empty where there is none.
  std::string mistake() const {
    if (issues.all().empty()) return "";
    const Issue& first = issues.all().front();
    return fmt::format("{}:{}: {}", first.origin.line, first.origin.column, first.message);
  }
};

/// The same on a device, its stages fitted one after the other.
struct Trained : Planned {
  FitOptions options;
  PreparedData data;
  std::vector<StageResult> done;
  std::function<void(const StageSpec&, const EpochResult&)> after_epoch;

  Trained(const std::string& yaml, at::TensorOptions place) : Planned(yaml) { prepare(place); }
  Trained(const Experiment& changed, const Node& read, at::TensorOptions place)
      : Planned(changed, read) {
    prepare(place);
  }

  Trained& run() {
    while (auto spec = plan.next_stage(done)) {
      done.push_back({*spec, false, {}});
      Watcher watcher(after_epoch);
      fit(*plan.stack, *spec, data.device, options, watcher, done.back());
    }
    return *this;
  }

  /// A parameter by its full name; undefined where there is none.
  Tensor parameter(const std::string& name) const {
    for (const auto& block : plan.stack->blocks())
      for (const Parameter& p : plan.stack->parameters({block->name}))
        if (p.name == name) return p.value;
    return {};
  }

 private:
  void prepare(at::TensorOptions place) {
    INFO(issues.format());
    REQUIRE(issues.ok());
    options.batch_size = settings.data.batch_size;
    options.shuffle = settings.data.order == "shuffled";
    options.seed = static_cast<uint64_t>(settings.seed);
    options.dtype = c10::typeMetaToScalarType(place.dtype());
    options.device = place.device();
    data = prepare_data(settings.data, plan.data, {{}, options.seed}, options.device);
    plan.stack->build(options.seed, options.dtype, options.device);
  }

  class Watcher final : public Observer {
   public:
    explicit Watcher(std::function<void(const StageSpec&, const EpochResult&)> then)
        : then_(std::move(then)) {}
    void epoch_done(const StageSpec& spec, const EpochResult& epoch) override {
      if (then_) then_(spec, epoch);
    }

   private:
    std::function<void(const StageSpec&, const EpochResult&)> then_;
  };
};

}  // namespace strata::testing
