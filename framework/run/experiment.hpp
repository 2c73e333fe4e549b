#pragma once
// The settings of an experiment file. Implemented in experiment.cpp.
#include <optional>
#include <string>
#include <vector>

#include "strata/core/corruption.hpp"
#include "strata/core/layer.hpp"
#include "strata/core/observer.hpp"
#include "strata/core/penalty.hpp"
#include "strata/core/stage.hpp"
#include "strata/core/strategy.hpp"
#include "strata/data/split.hpp"
#include "strata/run/init_from.hpp"

namespace strata {

/// The `data` of an experiment file.
struct DataSettings : DataSplitParams {
  Slot<Dataset> dataset;
  int64_t batch_size = 100;
  std::string order = "shuffled";
  static void declare(Declare<DataSettings>& d);
};

/// An entry of `pretrain.stages`: what one stage takes instead of the common settings.
struct StageOverrides {
  Slot<Loss> loss;
  Slot<Optimizer> optimizer;
  std::optional<int64_t> epochs;
  Slot<Corruption> corruption;
  std::optional<std::vector<Slot<Penalty>>> penalties;
  std::optional<std::vector<std::string>> freeze;
  static void declare(Declare<StageOverrides>& d);
};

/// The `pretrain` of an experiment file.
struct PretrainSettings : StageSettings {
  PretrainSettings();
  Slot<Strategy> strategy{"greedy"};
  OneOrMany<int64_t> epochs = 10;  ///< of all stages or of each, in place of StageSettings' own
  std::vector<StageOverrides> stages;
  static void declare(Declare<PretrainSettings>& d);
};

/// The `classify` of an experiment file.
struct ClassifySettings : StageSettings {
  ClassifySettings();
  std::vector<Slot<Layer>> head{Slot<Layer>{"linear"}, Slot<Layer>{"log_softmax"}};
  std::string train = "all";
  static void declare(Declare<ClassifySettings>& d);
};

using LayerList = std::vector<Slot<Layer>>;

/// The `checkpoint` of an experiment file.
struct CheckpointSettings {
  std::string every = "auto";
  bool keep_end = false;
  static void declare(Declare<CheckpointSettings>& d);
};

/// The root of an experiment file: a params struct like any other.
struct Experiment {
  std::string name, note;
  std::vector<std::string> plugins;  // loaded before the rest of the file is read
  int64_t seed = 0;
  std::string dtype = "float32";
  std::string matmul_precision = "highest";
  std::string device = "auto";
  bool images = true;
  CheckpointSettings checkpoint;
  DataSettings data;
  std::vector<LayerList> encoder;
  std::optional<std::vector<LayerList>> decoder;
  bool tied = false;
  std::optional<InitFrom> init_from;
  std::optional<PretrainSettings> pretrain;
  std::optional<ClassifySettings> classify;
  std::vector<Slot<Observer>> observers;
  static void declare(Declare<Experiment>& d);
};

/// Reads an experiment from a composed tree. Where `classify.head` is not written it is linear and
/// log_softmax, or linear alone under a loss that takes scores (cross_entropy).
Experiment read_experiment(const Node& tree, Issues& issues);

}  // namespace strata
