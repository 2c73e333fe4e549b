#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "strata/support/json.hpp"

namespace strata {

/// The training loss of one stage, epoch by epoch; NaN where it was not finite.
struct StageCurve {
  std::string stage;   ///< "pretrain-1"
  std::string kind;    ///< "pretrain", "classify"
  std::string target;  ///< "pixels", "codes", "labels"
  std::string loss;    ///< "mse"
  std::vector<double> losses;
};

/// Something that must be equal where figures are to be compared, beside the settings.
struct Fact {
  /// "data split", "preprocessing", "metric definition", "epochs" ...
  std::string category;
  std::string key;  ///< where the record says so: "data.splits.train.count"
  std::string value;
  /// Runs are compared in this where their scope is the same: what differs by nature between data
  /// sets or seeds is no fault there. "" for all; "mnist, seed 3".
  std::string scope;
};

/// What a comparison keeps of a record: a few kilobytes, so that thousands fit.
struct ComparedRun {
  std::filesystem::path path;
  std::string name, run_id, error, start, dataset;
  /// As the record says it; "killed" where that is "running" and no process holds the run's folder.
  std::string status;
  int64_t seed = 0;
  /// The configuration without what only names the run (name, seed), keys in the order written,
  /// and of the pretraining what its stages use (settle_stages()).
  /// Runs with the same settings_id differ in nothing but the seed.
  std::string settings, settings_id;
  size_t pretraining_stages = 0;
  /// What it was tested on: data set, samples and their classes. Figures of different test data
  /// make no pairs.
  std::string test_data;
  /// The accuracy that guessing can reach: the share of the commonest class among the test samples,
  /// and three standard deviations of as many draws, sqrt(p (1 - p) / n) each. NaN where the record
  /// does not say.
  double guessing = std::numeric_limits<double>::quiet_NaN();
  /// A digest of every loss and figure, bit for bit, but for the costs; "" of a run that has not
  /// completed or trained nothing. Runs of one seed that share it are one result.
  std::string outcome;
  bool began = false;   ///< an epoch was recorded, or done before it was killed
  std::string reached;  ///< of a killed one: "in stage 'pretrain-1' after 4 epochs"
  /// Every figure by name: those of metrics.test as they are ("accuracy"), of other splits with it
  /// ("validation.accuracy"), by class ("per_class_accuracy.five"), at a stage's last epoch
  /// ("loss.pretrain-1", its terms without their weights, "mse.pretrain-1", "l1.pretrain-1",
  /// "reconstruction_error.pretrain-1"), and training_seconds, seconds,
  /// peak_memory_bytes, parameters. Not-finite figures are left out.
  /// relative_error is reconstruction_error over the variance of the training pixels.
  std::map<std::string, double> metrics;
  /// For figures that depend on what they were measured on: "pixels of mnist", "codes". Figures of
  /// different units are not comparable.
  std::map<std::string, std::string> units;
  std::vector<StageCurve> curves;
  std::vector<Fact> facts;
  /// Where the test split chose something: "best_epoch in pretrain-1, early_stopping in classify".
  std::string test_choice;
  bool chose_in_pretraining = false;
  std::string
      changed;  ///< what shows that the record was changed by hand; empty where nothing does
};

/// @param record  as read_record() returns it; may be of a run that has not ended
ComparedRun compared_run(const std::filesystem::path& path, const Json& record);

/// A record that is there, but cannot be read.
struct UnreadableRecord {
  std::filesystem::path path;
  std::string error;  ///< the file and what is wrong
};

struct FoundRuns {
  std::vector<ComparedRun> runs;
  std::vector<UnreadableRecord> unreadable;
};

/// Reads them in parallel, and sees which of those that say "running" were killed. Throws UserError
/// as find_records() does, where a record that cannot be read is itself one of the places, and
/// where none can be read.
FoundRuns read_compared_runs(const std::vector<std::string>& places);

/// +1 where larger is better, -1 where smaller is, 0 where it is not known.
int better_direction(const std::string& metric);
/// Timings and memory: they depend on the machine, and on nothing that was learned.
bool is_cost(const std::string& metric);
/// Figures that stand before the classifier trains: images are rebuilt by then.
bool is_of_pretraining(const std::string& metric);

}  // namespace strata
