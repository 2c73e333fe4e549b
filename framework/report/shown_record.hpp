#pragma once
#include <filesystem>

#include "strata/support/json.hpp"

namespace strata {

/// A run's record as `show` tells it. Where it says "running" and no process holds the run's
/// folder, its status is "killed"; how far an unfinished run has come stands under "error", from
/// its events. Throws UserError as read_record() does.
Json read_shown_record(const std::filesystem::path& path);

}  // namespace strata
