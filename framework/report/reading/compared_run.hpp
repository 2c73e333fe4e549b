#pragma once
// What a comparison keeps of a record, and how records are read for it. Implemented in
// compared_run.cpp (one record) and read_runs.cpp (many).
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
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

/// A figure of a run, and what the record declares of it.
struct RunFigure {
  double value = 0;
  /// Where figures depend on what they were measured on: "pixels of mnist", "codes". Those of
  /// different units are not comparable.
  std::string unit;
  int better = 0;          ///< +1 higher, -1 lower, 0 neither
  bool cost = false;       ///< timings, memory: they depend on the machine, and on nothing learned
  bool fraction = false;   ///< lies between 0 and 1
  bool of_labels = false;  ///< of the classifier; all else stands before it trains
  bool of_test = false;    ///< measured on the test split
  bool by_class = false;   ///< of one class
  bool final = false;      ///< one number for the whole test split, at the run's end
  std::string evaluated_on;  ///< of an evaluation after the training; else ""
  std::string relative;  ///< the figure that is this one over the variance of the training pixels

  RunFigure() = default;
  RunFigure(double v) : value(v) {}  // NOLINT: a figure is its value
};

/// What was noticed of a run ("it rebuilds no better than the mean image does"): of such a run no
/// figure is best.
struct RunNote {
  std::string text;
  bool of_labels = false;  ///< concerns the classifier's figures alone
};

/// What a comparison keeps of a record: a few kilobytes, so that thousands fit.
struct ComparedRun {
  std::filesystem::path path;
  std::string name, run_id, error, start, dataset;
  /// As the record says it; "killed" where that is "running" and no process holds the run's folder.
  std::string status;
  std::string command;  ///< that ran it, but for its seeds: "strata run x.yaml --set lr=0.1"
  int64_t seed = 0;
  /// The configuration as text, without what only names the run (name, seed) or measures it.
  std::string config;
  /// What its stages were trained with, in their order: a list of {kind, settings}, as text.
  std::string stage_settings;
  size_t stages = 0;  ///< begun
  bool pretrained = false;
  /// The configuration with what each stage was trained with in place of the settings by phase:
  /// settle() fills it in. Runs with the same settings_id differ in nothing but the seed.
  std::shared_ptr<const Json> settings;
  std::string settings_id;
  /// What it was tested on: data set, samples and their classes. Figures of different test data
  /// make no pairs.
  std::string test_data;
  int64_t test_samples = 0;  ///< 0 where the record does not say
  bool began = false;        ///< an epoch was done
  std::string reached;  ///< of a run that has not ended: "in stage 'pretrain-1' after 4 epochs"
  /// Every figure by name: those of metrics.test as they are ("accuracy"), of other splits with it
  /// ("validation.accuracy"), by class ("per_class_accuracy.five"), at a stage's last epoch
  /// ("loss.pretrain-1", its terms without their weights, "l1.pretrain-1",
  /// "reconstruction_error.pretrain-1"), and training_seconds, seconds,
  /// peak_memory_bytes, parameters. Not-finite figures are left out.
  /// relative_error is reconstruction_error over the variance of the training pixels.
  std::map<std::string, RunFigure> figures;
  /// Counts by true class and class taken for it: "confusion_matrix".
  std::map<std::string, std::vector<std::vector<double>>> tables;
  std::vector<std::string> classes;  ///< their names, as far as the record says them
  std::string class_name(size_t c) const {
    return c < classes.size() ? classes[c] : std::to_string(c);
  }
  std::vector<StageCurve> curves;
  std::vector<Fact> facts;
  std::vector<RunNote> notes;
  /// Where the test split chose something: "best_epoch in pretrain-1, early_stopping in classify".
  std::string test_choice;
  bool chose_in_pretraining = false;
  std::vector<std::string> tags;  ///< what a person says of it (run_tags.hpp)
  std::string note;
  std::string
      changed;  ///< what shows that the record was changed by hand; empty where nothing does
};

/// @param record  as read_record() returns it; may be of a run that has not ended
ComparedRun compared_run(const std::filesystem::path& path, const Json& record);

/// Whether the two have the same losses, and the same figures (but for costs) as far as both have
/// them, bit for bit.
bool same_result(const ComparedRun& a, const ComparedRun& b);

/// The names of the final ones, the classifier's first, and of these the fractions.
std::vector<std::string> final_figures(const std::map<std::string, RunFigure>& figures);

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

}  // namespace strata
