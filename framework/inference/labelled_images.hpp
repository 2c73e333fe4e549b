#pragma once
// The labelled images that a trained run is tried on. Implemented in labelled_images.cpp.
#include <string>
#include <vector>

#include "strata/inference/trained_run.hpp"

namespace strata {

/// A split of the run's own data set, or of another.
struct WantedImages {
  std::string dataset;  ///< as a file has it: "fashion_mnist", "{type: idx, ...}"; empty: its own
  std::string split = "test";        ///< train, validation, test
  std::vector<std::string> folders;  ///< where to look for data, before all others
};

struct LabelledImages {
  Slot<Dataset> dataset;
  DatasetInfo info;
  std::string split;
  LoadedData data;
  std::vector<int64_t> indices;    ///< of the split, in part()
  std::vector<std::string> notes;  ///< what may surprise of them, a line each

  const Samples& part() const { return split == "test" ? data.test : data.train; }
};

/// Loads them; the run's own are those that it was trained or tested with. Throws UserError where
/// there is no such set or split, or its samples are not of the shape that the model takes.
LabelledImages load_images(const TrainedRun& run, const WantedImages& wanted);

}  // namespace strata
