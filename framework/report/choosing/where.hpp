#pragma once
// The runs of which a condition holds. Implemented in where.cpp.
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"

namespace strata {

/// The runs of which `--where` holds: "accuracy > 0.9 and strategy = greedy and status = completed"
/// (condition.hpp). All of them where it is empty.
///
/// A name is
///   status, name, id, seed, date (when the run began), tag, note;
///   a figure as `compare --metric` takes it, "accuracy", "validation.accuracy";
///   a setting as `compare --by` takes it, "strategy", "pretrain.optimizer.lr", or its end; where
///   several end so, the one in which the runs differ.
///
/// Numbers are compared by value, "2026-11-28" with the day on which a run began. "~" asks whether
/// a text is contained. A run without the figure, the setting or a tag has the value "-". "!="
/// holds where "=" does not; the other signs need a value.
///
/// Throws ConfigError with every mistake: its place in the condition, and the nearest name.
std::vector<ComparedRun> runs_where(std::vector<ComparedRun> runs, const std::string& condition);

}  // namespace strata
