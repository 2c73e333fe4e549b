#pragma once
// A stage of training as data, and what came of it. Implemented in stage.cpp.
#include <optional>
#include <string>
#include <vector>

#include "strata/core/corruption.hpp"
#include "strata/core/loss.hpp"
#include "strata/core/metric.hpp"
#include "strata/core/optimizer.hpp"
#include "strata/core/penalty.hpp"

namespace strata {

enum class StageKind { pretrain, classify };
const char* stage_kind_name(StageKind kind);

// The stack's blocks. A block is a list of layers that stays together: the encoder of pair k, its
// decoder, and the classifier's head.
std::string encoder_block(size_t pair);  ///< "encoder.0"
std::string decoder_block(size_t pair);  ///< "decoder.0": rebuilds the input of encoder.0
std::string head_block();                ///< "head"

/// How many of these blocks make the code: those up to the last encoder.
size_t code_blocks(const std::vector<std::string>& blocks);

/// When a stage ends before its epochs are spent.
struct EarlyStopping : Figure {
  int64_t patience = 10;  ///< epochs without a new best
  double min_delta = 0;   ///< by how much more a new best must be better
  static void declare(Declare<EarlyStopping>& d);
};

/// What a stage is trained with: the settings of the file, resolved for this one stage when it is
/// planned. The record's stages[].settings, and all that is told of a stage, is this.
struct StageSettings {
  Slot<Loss> loss;
  Slot<Optimizer> optimizer;
  int64_t epochs = 0;
  Slot<Corruption> corruption;           ///< of the input; may be empty
  std::vector<Slot<Penalty>> penalties;  ///< on the code, the output of code_blocks()
  std::vector<std::string> freeze;       ///< of what trains: names of blocks, layers or parameters
  std::optional<EarlyStopping> early_stopping;
  std::string keep = "last";  ///< whose parameters stay: the last epoch's, or the best's
  std::vector<Slot<Metric>> metrics;
  static void declare(Declare<StageSettings>& d);

  bool keeps_best() const { return keep == "best"; }
};

/// One piece of training, as data: no tensor, so that it can be printed, compared and stored. Its
/// settings are filled in by the planner.
struct StageSpec : StageSettings {
  std::string name;  ///< "pretrain-1"; names the weights file
  StageKind kind = StageKind::pretrain;
  Target target = Target::pixels;
  std::vector<std::string> prefix;  ///< frozen blocks whose output, computed once, is the input
  std::vector<std::string> blocks;  ///< applied to the input in this order
  std::vector<std::string> trains;  ///< which of `blocks` are updated

  /// The figure that the stage's end or the kept epoch is chosen by: early stopping's, or the loss
  /// on validation data; nothing where there is no choice.
  std::optional<Figure> chosen_by() const;

  Json dump() const;  ///< as the record's stages[] begins
};

/// True where `name` ("encoder.0") is, or contains, `part` ("encoder.0.1.weight").
bool names_part(const std::string& name, const std::string& part);

/// One epoch as it was measured.
struct EpochResult {
  int64_t epoch = 0;  ///< from 1
  double loss = 0;    ///< mean over the samples, taken while training; the sum of the terms
  Json terms;         ///< each term of the objective by name, unweighted
  double learning_rate = 0;
  double seconds = 0;  ///< of training and its "train" figures, without evaluation
  double samples_per_second = 0;
  /// By split: "validation" and "test" as measured after the epoch, {} where there is no such
  /// split; "train" the loss and the metrics of one figure, taken while training, as the loss is.
  Json metrics;

  Json dump() const;  ///< as the record's stages[].epochs[]
};

struct StageResult {
  StageSpec spec;
  bool measured = false;  ///< false while stages are only being planned
  std::vector<EpochResult> epochs;
  size_t kept = 0;  ///< index of the epoch whose parameters the stage left
  Json engine{};    ///< what made its steps: {"name": "autograd"}
};

/// All figures that a stage measures, each key once: its loss's, then those of its metrics.
std::vector<FigureInfo> stage_figures(const StageSpec& spec);

/// The same by key, for the record: {"accuracy": {"better": "higher", "unit": "fraction", "role":
/// "score", "of": "labels"}}.
Json figure_declarations(const StageSpec& spec);

/// The figures that a decision in this stage can be taken by, on one split; "loss" is one of them.
std::vector<std::string> figure_names(const StageSpec& spec, const std::string& split);

/// The key that `name`, as Figure::metric says it, stands for in this stage, which need not be one
/// of figure_names().
std::string figure_key(const std::string& name, const StageSpec& spec);

/// What was measured of a figure that figure_names() lists, signed so that lower is better; NaN
/// where it was null.
double figure_value(const Figure& figure, const StageSpec& spec, const EpochResult& epoch);

}  // namespace strata
