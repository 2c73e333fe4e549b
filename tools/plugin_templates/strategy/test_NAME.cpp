// The stages for a stack of three pairs, two at a time, written out by hand.
#include <cstdio>

#include "strata/contract/example.hpp"
#include "strata/core/strategy.hpp"

int main() {
  const auto strategy = strata::component<strata::Strategy>("{type: @name@, pairs: 2}");
  const strata::StackDescription stack{3, {{64}, {32}, {16}}};
  const std::vector<std::vector<std::string>> expected = {
      {"encoder.0", "encoder.1", "decoder.1", "decoder.0"},
      {"encoder.0", "encoder.1", "encoder.2", "decoder.2", "decoder.1", "decoder.0"}};
  std::vector<strata::StageResult> done;
  for (const auto& blocks : expected) {
    const auto stage = strategy->next(stack, done);
    if (!stage || stage->blocks != blocks) {
      std::printf("stage %zu differs\n", done.size() + 1);
      return 1;
    }
    done.push_back({*stage, false, {}});
  }
  return strategy->next(stack, done) ? 1 : 0;
}
