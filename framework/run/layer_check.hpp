#pragma once
// Checks layers whose input is not known. Implemented in layer_check.cpp.
#include <vector>

#include "strata/run/experiment.hpp"
#include "strata/run/valid_parts.hpp"

namespace strata {

/// A layer refuses its input, or its own settings.
void report_misfit(const Slot<Layer>& layer, const LayerError& refusal, Issues& issues);

/// Checks the encoder's layers from entry `first` on, whose input shapes are not known, for what
/// they refuse whatever they are fed with. What was reported of a layer is not told again.
void check_unplaced(const std::vector<LayerList>& encoder, size_t first, const ValidParts& sound,
                    Issues& issues);

}  // namespace strata
