// What the engine does in a step, counted: the regression test of its speed, which no clock is.
#include <malloc.h>

#include <atomic>

#include "fused/combination.hpp"

namespace {

std::atomic<int64_t> large_blocks{0};

void note(size_t bytes) {
  if (bytes >= 4096) ++large_blocks;
}

}  // namespace

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define STRATA_COUNTS_BLOCKS
// In the place of the C library's, for this whole process: they count and pass on.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_memalign(size_t, size_t);
void* malloc(size_t bytes) {
  note(bytes);
  return __libc_malloc(bytes);
}
int posix_memalign(void** out, size_t alignment, size_t bytes) {
  note(bytes);
  *out = __libc_memalign(alignment, bytes);
  return *out == nullptr ? ENOMEM : 0;
}
}
#endif

namespace strata::testing {
namespace {

/// The counts of the last step but one to the last step of the second epoch.
struct Watched final : Observer {
  FusedStageStep* step = nullptr;
  Counts before{}, after{};
  int64_t blocks_before = 0, blocks = 0;

  StepMaker engine() {
    return [this](const StageParts& parts, std::string& why) {
      auto made = fused_engine(MatmulPrecision::highest)(parts, why);
      step = dynamic_cast<FusedStageStep*>(made.get());
      return made;
    };
  }
  void step_done(const StageSpec&, int64_t epoch, int64_t done, int64_t) override {
    if (epoch != 2 || step == nullptr) return;
    if (done == 12) {
      before = step->counts();
      blocks_before = large_blocks;
    }
    if (done == 16) {
      after = step->counts();
      blocks = large_blocks - blocks_before;
    }
  }
};

/// A step of this stage: batches of 4 of 20 samples, in one part.
Counts step_of(
    const std::vector<std::string>& encoder, const std::string& optimizer,
    const std::function<void(StageSpec&)>& change = [](StageSpec&) {}) {
  Stack stack = make_stack({encoder}, {1, 3, 4});
  FitOptions options = fit_options(at::kFloat, 4);
  Watched watched;
  options.engines = {watched.engine()};
  build(stack, options);
  StageResult result{stages_of("end_to_end", 1, optimizer, 2)[0], false, {}};
  change(result.spec);
  fit(stack, result.spec, make_data(26, 20, at::kFloat), options, watched, result);
  REQUIRE(watched.step != nullptr);
#ifdef STRATA_COUNTS_BLOCKS
  CHECK(watched.blocks == 0);
#endif
  return {watched.after.products - watched.before.products,
          watched.after.passes - watched.before.passes,
          watched.after.regions - watched.before.regions,
          watched.after.allocations - watched.before.allocations};
}

void check(const Counts& step, int64_t products, int64_t passes) {
  CHECK(step.products == products);
  CHECK(step.passes == passes);
  CHECK(step.regions == 0);  // small: on one thread
  CHECK(step.allocations == 0);
}

const std::vector<std::string> kTanh{"{type: linear, units: 5}", "tanh"};

}  // namespace

TEST_CASE("a step of plain gradient descent is five products and three passes") {
  check(step_of(kTanh, "{type: sgd, lr: 0.1}"), 5, 3);  // gather, loss, tanh's derivative
}

TEST_CASE("an optimizer with state adds one pass over all parameters, clipping another") {
  check(step_of(kTanh, "{type: sgd, lr: 0.1, momentum: 0.9}"), 5, 4);
  check(step_of(kTanh, "{type: adam, lr: 0.1}"), 5, 4);
  check(step_of(kTanh, "{type: adam, lr: 0.1, clip_norm: 1}"), 5, 5);
}

TEST_CASE("relu is a pass of its own, a penalty one over the code, frozen layers cost nothing") {
  check(step_of({"{type: linear, units: 5}", "relu"}, "{type: sgd, lr: 0.1}"), 5, 4);
  check(step_of(kTanh, "{type: sgd, lr: 0.1}",
                [](StageSpec& spec) { spec.penalties = {slot<Penalty>("l1")}; }),
        5, 4);
  check(
      step_of(kTanh, "{type: sgd, lr: 0.1}", [](StageSpec& spec) { spec.freeze = {"encoder.0"}; }),
      3, 2);
}

}  // namespace strata::testing
