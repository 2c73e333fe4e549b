#pragma once
#include <optional>
#include <string>
#include <vector>

#include "strata/core/loss.hpp"
#include "strata/core/metric.hpp"
#include "strata/core/optimizer.hpp"

namespace strata {

enum class StageKind { pretrain, classify };
const char* stage_kind_name(StageKind kind);

// The stack's blocks. A block is a list of layers that stays together: the encoder of pair k, its
// decoder, and the classifier's head.
std::string encoder_block(size_t pair);  ///< "encoder.0"
std::string decoder_block(size_t pair);  ///< "decoder.0": rebuilds the input of encoder.0
std::string head_block();                ///< "head"

/// One piece of training, as data: no tensor, so that it can be printed, compared and stored.
struct StageSpec {
  std::string name;  ///< "pretrain-1"; names the weights file
  StageKind kind = StageKind::pretrain;
  Target target = Target::pixels;
  std::vector<std::string> prefix;  ///< frozen blocks whose output, computed once, is the input
  std::vector<std::string> blocks;  ///< applied to the input in this order
  std::vector<std::string> trains;  ///< which of `blocks` are updated

  // From the settings, filled in by the planner:
  Slot<Loss> loss;
  Slot<Optimizer> optimizer;
  std::vector<Slot<Metric>> metrics;
  int64_t epochs = 0;

  Json dump() const;
};

/// One epoch as it was measured.
struct EpochResult {
  int64_t epoch = 0;  ///< from 1
  double loss = 0;    ///< mean over the samples, taken while training; the sum of the terms
  Json terms;         ///< each term of the objective by name, unweighted
  double learning_rate = 0;
  double seconds = 0;  ///< of training alone, without evaluation
  double samples_per_second = 0;
  Json metrics;  ///< {"train": {}, "validation": {}, "test": {}}
};

struct StageResult {
  StageSpec spec;
  bool measured = false;  ///< false while stages are only being planned
  std::vector<EpochResult> epochs;
};

}  // namespace strata
