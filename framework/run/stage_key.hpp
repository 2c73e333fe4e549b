#pragma once
// By what two stages are known to be the same: what enters their arithmetic, and nothing else, so
// that one stands for the other. Implemented in stage_key.cpp.
#include <string>
#include <vector>

#include "strata/run/plan.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// What the keys of all of a run's stages have in common: every setting that is not of stages or
/// layers (so a setting that is new to the file enters by itself), the data's bytes, libstrata, and
/// the facts of the machine that change bits.
Json common_of_keys(const Experiment& settings, const std::vector<std::string>& data_folders,
                    const Json& content, const Json& provenance);

/// The key of the last of these stages, which follow one another from the run's first on: SHA-256
/// of `common`, of each stage as it was planned, of the layers that are in play, and of the plugins
/// that all this names. Metrics enter where the stage's end, its kept epoch or its learning rate
/// follows them.
/// @param any_length  the key that a stage of any number of epochs has
std::string stage_key(const Json& common, const Plan& plan, const std::vector<StageSpec>& stages,
                      bool any_length = false);

/// Whether the learning rate depends on how many epochs there are to be; if not, a longer stage
/// begins as this one.
bool depends_on_length(const StageSpec& spec);

}  // namespace strata
