#pragma once
// In what two runs differ. Implemented in difference.cpp.
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"

namespace strata {

/// Two runs side by side: what `strata diff` shows.
struct RunDifference {
  /// One thing in which they differ; "" where a run has it not.
  struct Line {
    std::string key, first, second;
  };
  struct Figure {
    std::string name;
    double first = 0, second = 0;  ///< NaN where a run has it not
    bool comparable = true;        ///< measured on the same kind of thing
  };
  std::vector<Line> settings;    ///< by key path; the seed among them
  std::vector<Line> conditions;  ///< data, versions, machine, epochs trained: as Fact::key
  std::vector<Figure> figures;   ///< the final ones, each stage's last loss, and costs
  bool same_result = false;      ///< losses and figures are equal, bit for bit
};

RunDifference run_difference(const ComparedRun& first, const ComparedRun& second);

}  // namespace strata
