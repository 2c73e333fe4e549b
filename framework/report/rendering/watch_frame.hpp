#pragma once
// What `strata watch` shows at one moment. Implemented in watch_frame.cpp.
#include <string>
#include <vector>

#include "strata/report/reading/watch.hpp"
#include "strata/support/display.hpp"

namespace strata {

/// At most `height` lines, none wider than the display: how many runs stand how, a line for each as
/// far as there is room, and the curves of the first.
/// @param places  as they were typed
std::vector<std::string> watch_frame(const std::vector<WatchedRun>& runs, const std::string& places,
                                     const Display& display, size_t height);

}  // namespace strata
