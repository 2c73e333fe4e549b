#pragma once
// The images that a command on a trained run was given. Implemented in inputs.cpp.
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "strata/inference/model.hpp"

namespace strata {

/// Some of them, as the model takes them.
struct ImageBatch {
  std::vector<std::string> names;  ///< "a.png", "digits.npy[17]", "test[17]"
  std::vector<uint8_t> pixels;
  std::vector<int64_t> labels;  ///< of a split; else none
  int64_t count() const { return static_cast<int64_t>(names.size()); }
};

/// The model that a request names; what may surprise of it is told on standard error.
TrainedModel load_model(const EngineRequest& request);

/// Calls `use` for one batch after the other. What is wrong with files is one UserError, thrown
/// after the last of them was tried, so that all of it is told.
void for_each_batch(const EngineRequest& request, const TrainedModel& model,
                    const std::function<void(const ImageBatch&)>& use);

/// Writes text or a file's bytes to where the request says, or to standard output.
void deliver(const EngineRequest& request, const std::string& content);

}  // namespace strata
