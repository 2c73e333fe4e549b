#pragma once
// Under which conditions runs were made. Implemented in run_conditions.cpp.
#include <map>
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"

namespace strata {

/// The facts in which runs of the same settings differ: another version of strata, other samples,
/// other pixels. Such runs are no repetitions of each other, nor seeds of one row.
struct RunConditions {
  std::vector<std::string> keys;  ///< as Fact::key; as few as tell the runs apart
  /// One for each of the keys; "" where the run does not say. What the seed draws is told by its
  /// order, "draw 2", where it has another value for each seed.
  std::map<const ComparedRun*, std::vector<std::string>> values;
};

/// Neither the machine nor the epochs that early stopping left make runs different in this sense. A
/// run that has not completed goes with a completed one that it does not contradict.
/// @param by  as CompareOptions::by: facts that are asked for are told, the machine's too, whether
///   they differ or not
RunConditions run_conditions(const std::vector<const ComparedRun*>& runs,
                             const std::vector<std::string>& by);

/// The keys of the facts that the runs state of the program and the machine: --by takes them.
std::vector<std::string> provenance_keys(const std::vector<const ComparedRun*>& runs);

/// The keys in which the machines of two runs differ.
std::vector<std::string> machine_differences(const ComparedRun& a, const ComparedRun& b);

}  // namespace strata
