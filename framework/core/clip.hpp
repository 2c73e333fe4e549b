#pragma once
// Implemented in clip.cpp.
#include <vector>

#include "strata/core/tensor.hpp"

namespace strata {

/// Scales every gradient by min(1, max_norm / norm), norm being that of all gradients taken as one
/// vector (Pascanu, Mikolov and Bengio 2013). In place; nothing is read back from the device.
/// Parameters without a gradient are passed over.
void clip_gradients(const std::vector<Parameter>& parameters, double max_norm);

}  // namespace strata
