#pragma once
#include <filesystem>
#include <string>

#include "strata/support/json.hpp"

namespace strata {

/// How far a run has come, by its events.
struct ReachedPlace {
  std::string text;    ///< "in stage 'pretrain-1' after 4 epochs", "before its first stage"
  bool began = false;  ///< an epoch was done
};

/// @param folder  of the run
ReachedPlace place_reached(const std::filesystem::path& folder);

/// A run's record as `show` tells it. Where it says "running" and no process holds the run's
/// folder, its status is "killed"; how far an unfinished run has come stands under "error", from
/// its events. Throws UserError as read_record() and check_shape() do.
Json read_shown_record(const std::filesystem::path& path);

}  // namespace strata
