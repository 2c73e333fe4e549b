#pragma once
#include <vector>

#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/json.hpp"

namespace strata {

// `pretrain.stages` says what single stages take instead of the common settings. The same training
// can be written in several ways; here are the settings by which runs are told apart.

/// How many stages the pretraining of a record has: those it trained, once it has got beyond them;
/// before, what follows from its settings.
size_t pretraining_stages(const Json& record);

/// Writes a pretraining in one way, whichever way it was written in. A common setting that no stage
/// uses gives way to the first stage's; what a stage takes and is the common one is left out, and
/// so are entries at the end without settings. Epochs that differ by stage are a list, unless some
/// stage takes the common number.
/// @param pretrain  the map of that name, with every setting
/// @param stages  how many it trains
void settle_stages(Json& pretrain, size_t stages);

/// varying_settings(), where what single stages take instead of the common settings is compared
/// with what the others' stages use, setting by setting: "pretrain.stages[1].optimizer.lr". Where a
/// stage takes the common setting the value is "".
/// @param configs  as settle_stages() leaves them; what stages use is written out there
/// @param stages  of each, how many it pretrains
VaryingSettings varying_by_stage(std::vector<Json>& configs, const std::vector<size_t>& stages);

}  // namespace strata
