#pragma once

namespace strata {

/// The cores of the machine that nobody computes on, this process aside, looked at once, when first
/// asked: at least 1. What is done with it must change no result.
int free_cores();

}  // namespace strata
