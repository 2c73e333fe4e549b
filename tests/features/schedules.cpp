#include <cmath>

#include "strata/core/schedule.hpp"
#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// The rates of all steps of 4 epochs of 5 steps, from a base of 0.8.
std::vector<double> rates(const std::string& yaml, const std::vector<double>& followed = {}) {
  const auto schedule = component<Schedule>(yaml);
  std::vector<double> list;
  for (int64_t epoch = 0; epoch < 4; ++epoch)
    for (int64_t step = 0; step < 5; ++step)
      list.push_back(schedule->rate(0.8, {epoch, step, 5, 4}, followed));
  return list;
}

double rate_after(const std::string& yaml, const std::vector<double>& followed) {
  const auto epoch = static_cast<int64_t>(followed.size());
  return component<Schedule>(yaml)->rate(0.8, {epoch, 0, 5, 20}, followed);
}

}  // namespace

TEST_CASE("schedules by their formulas, every step") {
  const double pi = 3.14159265358979323846;
  const auto constant = rates("constant");
  const auto step = rates("{type: step, every: 2, factor: 0.5}");
  const auto exponential = rates("{type: exponential, factor: 0.9}");
  const auto cosine = rates("{type: cosine, final_rate: 0.1}");
  const auto piecewise = rates("{type: piecewise, epochs: [1, 3], factors: [0.5, 2]}");
  const auto warmup = rates("{type: warmup, epochs: 2, then: {type: step, every: 1, factor: 0.5}}");
  for (int k = 0; k < 20; ++k) {
    const double t = k / 5.0;
    CHECK(constant[k] == 0.8);
    CHECK(step[k] == (k < 10 ? 0.8 : 0.4));
    CHECK(piecewise[k] == (k < 5 ? 0.8 : k < 15 ? 0.4 : 1.6));
    CHECK(exponential[k] == doctest::Approx(0.8 * std::pow(0.9, t)).epsilon(1e-14));
    CHECK(cosine[k] == doctest::Approx(0.1 + 0.35 * (1 + std::cos(pi * t / 4))).epsilon(1e-14));
    const double stepped = 0.8 * std::pow(0.5, k / 5);
    CHECK(warmup[k] == doctest::Approx(stepped * std::min(1.0, (k + 1) / 10.0)).epsilon(1e-14));
  }
}

TEST_CASE("plateau lowers the rate after so many epochs without a new best") {
  const std::string plateau = "{type: plateau, patience: 2, factor: 0.5, min_rate: 0.15}";
  CHECK(rate_after(plateau, {}) == 0.8);
  CHECK(rate_after(plateau, {3, 2, 2}) == 0.8);          // one epoch without
  CHECK(rate_after(plateau, {3, 2, 2, 2.5}) == 0.4);     // two
  CHECK(rate_after(plateau, {3, 2, 2, 2.5, 1}) == 0.4);  // a new best does not raise it again
  CHECK(rate_after(plateau, {3, 3, 3, 3, 3}) == 0.2);
  CHECK(rate_after(plateau, {3, 3, 3, 3, 3, 3, 3}) == 0.15);
  CHECK(rate_after(plateau, {3, 3, 3, 3, 3, 3, 3, 3, 3}) == 0.15);
  CHECK(rate_after("{type: plateau, patience: 2, factor: 0.5, min_delta: 1}", {3, 2, 2}) == 0.4);
  CHECK(rate_after("{type: plateau, patience: 2, factor: 0.5}", {3, NAN, NAN}) == 0.4);
}

TEST_CASE("only plateau follows a figure, also under a warm-up") {
  CHECK(!component<Schedule>("cosine")->follows());
  const auto figure = component<Schedule>("{type: warmup, then: plateau}")->follows();
  REQUIRE(figure);
  CHECK(figure->metric == "loss");
  CHECK(figure->split == "train");
}
