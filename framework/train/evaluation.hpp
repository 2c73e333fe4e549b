#pragma once
// A stage's inputs and targets, and figures on a split. Implemented in evaluation.cpp.
#include <atomic>
#include <functional>
#include <memory>

#include "strata/train/stack.hpp"

namespace strata {

/// Some samples of the images in memory, on the device.
struct DeviceSplit {
  Tensor pixels;   ///< uint8 {count, features}; shared by the splits of one part
  Tensor labels;   ///< int64 {count}, likewise
  Tensor samples;  ///< int64 {n}: the rows that belong to this split
  int64_t count() const { return samples.defined() ? samples.size(0) : 0; }
};

struct DeviceData {
  Shape sample;
  int64_t classes = 0;
  DeviceSplit train, validation, test;
  std::vector<std::string> class_names{};  ///< one a class, or empty
};

struct StageParts;
class StageStep;
/// Makes a stage's step (step.hpp), or nothing, and says then what of the stage it does not know.
using StepMaker =
    std::function<std::unique_ptr<StageStep>(const StageParts& parts, std::string& why_not)>;

struct FitOptions {
  int64_t batch_size = 100;
  bool shuffle = true;  ///< anew each epoch; else samples come in the data set's order
  uint64_t seed = 0;
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;
  std::vector<StepMaker> engines;           ///< tried in this order; autograd takes what they leave
  const std::atomic<bool>* stop = nullptr;  ///< set, from a signal handler say, to end the run
};

/// The user asked to stop.
class Interrupted : public RunError {
 public:
  using RunError::RunError;
};

/// Throws Interrupted where the user asked to stop.
void check_stop(const FitOptions& options);

/// The inputs of a stage on one split: images, or the codes that its frozen prefix makes of them,
/// computed once. Refers to what it is made from.
class StageInput {
 public:
  StageInput(const Stack& stack, const std::vector<std::string>& prefix, const DeviceData& data,
             const DeviceSplit& split, const FitOptions& options);

  /// Those of the samples with these numbers (int64, {batch}).
  Tensor batch(const Tensor& index) const;

  /// The codes, undefined where the inputs are images, and the row of each sample's.
  const Tensor& codes() const { return codes_; }
  const Tensor& row_of() const { return row_of_; }

 private:
  const DeviceData& data_;
  const DeviceSplit& split_;
  const FitOptions& options_;
  Tensor codes_;   // a row a sample of the split; undefined without a prefix
  Tensor row_of_;  // by a sample's number
};

/// What an output is compared with: labels, or the stage's input.
Tensor target_of(Target target, const Tensor& input, const DeviceSplit& split, const Tensor& index);

/// The output of a decoder in the shape of its target, where one written out ends flat.
Tensor shaped_like(Target target, const Tensor& output, const Tensor& input);

/// Samples that are evaluated at a time.
constexpr int64_t kEvaluationBatch = 1000;

/// Figures of a chain of blocks on one split, batch by batch, without gradients: the loss where one
/// is given, and each metric, by name.
struct Evaluation {
  std::vector<std::string> blocks;
  Target target = Target::pixels;
  std::shared_ptr<Loss> loss;  ///< may be null
  std::vector<std::shared_ptr<Metric>> metrics;
};
/// The metric built; what it throws later is told with its name.
std::shared_ptr<Metric> make_metric(const Slot<Metric>& slot);

/// What metrics of a chain of blocks are started with for a split.
MetricUse metric_use(const Stack& stack, const std::vector<std::string>& blocks, Target target,
                     const DeviceData& data, const DeviceSplit& split, const FitOptions& options);

Json evaluate(const Stack& stack, const Evaluation& what, const DeviceData& data,
              const DeviceSplit& split, const FitOptions& options);

/// The same, of inputs that are there already.
Json evaluate(const Stack& stack, const Evaluation& what, const StageInput& input,
              const DeviceData& data, const DeviceSplit& split, const FitOptions& options);

}  // namespace strata
