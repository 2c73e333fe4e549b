#pragma once
// What a run will take, from some steps of each of its stages made for real. Implemented in
// estimate.cpp.
#include <map>
#include <optional>
#include <set>
#include <string>

#include "strata/data/dataset.hpp"
#include "strata/run/runner.hpp"

namespace strata {

struct Cost {
  double seconds = 0;  ///< of training and of what is measured after each epoch
  double memory = 0;   ///< bytes that the process holds at most
  double disk = 0;     ///< bytes of weights
};

/// How many samples a run trains on and measures.
struct SampleCounts {
  int64_t train = 0, validation = 0, test = 0;
};
SampleCounts sample_counts(const DataSettings& settings, const PartSizes& sizes);

/// The seconds of a stage whose step takes `step` seconds: its epochs' steps, a last short one in
/// proportion, and after each epoch the validation and test samples, each as a third of a trained
/// one, since nothing goes backward.
double stage_seconds(double step, int64_t epochs, int64_t batch_size, const SampleCounts& samples);

/// Foresees costs. Stages that differ in nothing that takes time are timed once.
class Estimator {
 public:
  /// `options`: how the runs will be made.
  explicit Estimator(RunOptions options) : options_(std::move(options)) {}

  /// What is left of a run: the stages that are not in `elsewhere`. Nothing where the data set does
  /// not tell its sizes, or a stage cannot be tried.
  std::optional<Cost> cost(const LoadedExperiment& experiment, const Plan& plan,
                           const std::set<std::string>& elsewhere);

 private:
  double step_seconds(const LoadedExperiment& experiment, const Plan& plan, const StageSpec& spec);

  RunOptions options_;
  std::map<std::string, double> known_;  ///< seconds a step, by what they depend on
};

/// A run that is shorter needs no word on what it will take.
constexpr double kShortRun = 10;  // seconds

/// "about 1 min 05 s, 310 MB of memory, 12 MB on disk"
std::string cost_text(const Cost& cost);

/// "took 41 s, 3 % more than foreseen"; in seconds where both are short.
std::string cost_error_text(const Cost& foreseen, double seconds);

}  // namespace strata
