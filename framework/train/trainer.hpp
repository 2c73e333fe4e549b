#pragma once
#include <atomic>
#include <stdexcept>

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
};

struct FitOptions {
  int64_t batch_size = 100;
  uint64_t seed = 0;
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;
  const std::atomic<bool>* stop = nullptr;  ///< set, from a signal handler say, to end the run
};

/// Told what happens; the runner's record, events and progress line.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void stage_started(const StageSpec&) {}
  /// After each step, with what is known on the host: no loss, since a step reads nothing back.
  virtual void step_done(const StageSpec&, int64_t /*epoch*/, int64_t /*samples_done*/,
                         int64_t /*samples*/) {}
  virtual void epoch_done(const StageSpec&, const EpochResult&) {}
};

/// A loss that is no longer a number.
class Diverged : public RunError {
 public:
  using RunError::RunError;
};

/// The user asked to stop.
class Interrupted : public RunError {
 public:
  using RunError::RunError;
};

/// Trains one stage. `result` grows by an epoch at a time, so that it holds what was reached when
/// this throws: Diverged (naming stage, epoch, step and rate), Interrupted, or what a layer threw.
void fit(Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options,
         Observer& observer, StageResult& result);

/// Figures of a chain of blocks on one split, batch by batch, without gradients: the loss where one
/// is given, and each metric, by name.
struct Evaluation {
  std::vector<std::string> blocks;
  Target target = Target::pixels;
  std::shared_ptr<Loss> loss;  ///< may be null
  std::vector<std::shared_ptr<Metric>> metrics;
};
Json evaluate(const Stack& stack, const Evaluation& what, const DeviceData& data,
              const DeviceSplit& split, const FitOptions& options);

}  // namespace strata
