// How hard the drawn digits are: a linear classifier must not solve them, and a deeper one must be
// able to learn them.
#include "features/experiment.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// The best test accuracy of the epochs.
double accuracy_of(const std::string& encoder) {
  const Trained trained = Trained(fmt::format(R"(name: digits
data: {{dataset: synthetic_digits, batch_size: 100}}
encoder: {}
classify: {{epochs: 12, optimizer: {{type: adam, lr: 0.003, schedule: cosine}}}}
)",
                                              encoder),
                                  at::kFloat)
                              .run();
  double best = 0;
  for (const EpochResult& epoch : trained.done.back().epochs)
    best = std::max(best, epoch.metrics["test"]["accuracy"].get<double>());
  return best;
}

}  // namespace

TEST_CASE("a linear classifier of synthetic_digits stays below 95 %, and a hidden layer helps") {
  const double linear = accuracy_of("[[flatten]]");
  CHECK(linear > 0.85);  // it did train
  CHECK(linear < 0.95);
  CHECK(accuracy_of("[[{type: linear, units: 100}, relu]]") > linear + 0.02);
}
