#include "strata/core/strategy.hpp"

#include <algorithm>
#include <set>

#include "strata/contract/checks.hpp"

namespace strata {
namespace {

using StageResults = std::vector<StageResult>;
using Measure = std::function<void(StageResult&)>;

std::shared_ptr<Strategy> built_strategy(const ComponentRef& ref) {
  return std::static_pointer_cast<Strategy>(ref.info->create(ref.params.get()));
}

StackDescription stack_of(size_t pairs) {
  StackDescription stack;
  stack.pairs = pairs;
  for (size_t k = 0; k < pairs; ++k) stack.code_shapes.push_back({static_cast<int64_t>(64 >> k)});
  return stack;
}

/// Every stage, when each is answered with the results that `measure` makes up.
StageResults stages_of(const Strategy& strategy, const StackDescription& stack,
                       const Measure& measure) {
  StageResults done;
  while (auto spec = strategy.next(stack, done)) {
    require(done.size() < most_stages, "it goes on after {} stages", most_stages);
    done.push_back({*spec, false, {}});
    if (measure) measure(done.back());
  }
  return done;
}

void check_stage(const StageSpec& stage, size_t pairs) {
  const std::string mistake = stage_mistake(stage, pairs);
  require(mistake.empty(), "{}", mistake);
}

void check_stages(const Strategy& strategy) {
  for (size_t pairs = 1; pairs <= 4; ++pairs) {
    std::set<std::string> names;
    for (const StageResult& stage : stages_of(strategy, stack_of(pairs), {})) {
      check_stage(stage.spec, pairs);
      require(names.insert(stage.spec.name).second, "two stages are named '{}'", stage.spec.name);
    }
  }
}

Json dump(const StageResults& stages) {
  Json list = Json::array();
  for (const StageResult& stage : stages) list.push_back(stage.spec.dump());
  return list;
}

void check_pure_stages(const ComponentRef& ref) {
  const auto strategy = built_strategy(ref);
  for (size_t pairs = 4; pairs >= 1; --pairs)
    require(dump(stages_of(*strategy, stack_of(pairs), {})) ==
                dump(stages_of(*built_strategy(ref), stack_of(pairs), {})),
            "asked twice about {} pairs, it gives two plans", pairs);
}

/// Results as a run would have them: an error after every epoch on the splits that there are.
Measure errors(std::vector<double> values, bool validation) {
  auto stage = std::make_shared<size_t>(0);
  return [=](StageResult& result) {
    result.measured = true;
    EpochResult epoch;
    epoch.epoch = 1;
    epoch.loss = values[std::min((*stage)++, values.size() - 1)];
    const Json measured = {{"reconstruction_error", epoch.loss}};
    epoch.metrics = {{"train", Json::object()},
                     {"validation", validation ? measured : Json::object()},
                     {"test", measured}};
    result.epochs.push_back(epoch);
  };
}

void check_upper_bound(const Strategy& strategy) {
  for (size_t pairs = 1; pairs <= 4; ++pairs) {
    const size_t planned = stages_of(strategy, stack_of(pairs), {}).size();
    for (const std::vector<double>& course :
         {std::vector<double>{4, 3, 2, 1}, {1, 2, 3, 4}, {1, 1}})
      for (const bool validation : {true, false}) {
        StageResults run;
        try {
          run = stages_of(strategy, stack_of(pairs), errors(course, validation));
        } catch (const UserError&) {
          continue;  // it needs a validation set, and says so
        }
        require(run.size() <= planned, "{} stages were planned for {} pairs, {} came", planned,
                pairs, run.size());
        for (const StageResult& stage : run) check_stage(stage.spec, pairs);
      }
  }
}

void check_strategy(const ComponentRef& ref, Checks& checks) {
  const auto strategy = built_strategy(ref);
  checks.run("its stages fit stacks of 1 to 4 pairs", [&] { check_stages(*strategy); });
  checks.run("is a pure function", [&] { check_pure_stages(ref); });
  checks.run("plans an upper bound of what it runs", [&] { check_upper_bound(*strategy); });
}

void use_strategy(const ComponentRef& ref) {
  check_stages(*built_strategy(ref));
}

const FamilyChecks strategy_checks(Strategy::family, check_strategy, use_strategy);

}  // namespace
}  // namespace strata
