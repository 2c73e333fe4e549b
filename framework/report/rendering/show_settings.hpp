#pragma once
// Settings as `show` lists them. Implemented in show_settings.cpp.
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"
#include "strata/support/json.hpp"

namespace strata {

// How stages train, in words. A stage is given as a record has it, or as it was planned (without
// its status and epochs); `config` is the experiment with every setting.

/// The stage in a few lines: its blocks with what stays frozen, its loss with penalties, optimizer,
/// schedule, corruption, early stopping, and its epochs: those planned, or how they ended ("stopped
/// early after epoch 6 of 12; kept epoch 5"). Lines are broken at blanks to `width` characters.
std::string stage_text(const Json& stage, const Json& config, size_t width);

/// Of a run: its file, its strategy, what was swept or set, and each stage as above.
std::string settings_text(const Json& record, size_t width);

/// For each run (settled), the settings in which the runs of its name differ: "optimizer.lr=0.1,
/// optimizer.momentum=0.9"; empty where it has no other settings than the rest.
std::vector<std::string> varying_texts(const std::vector<ComparedRun>& runs);

}  // namespace strata
