#pragma once
// Records as they are shown, those of runs that have not ended with the place that they reached.
// Implemented in shown_record.cpp.
#include <filesystem>
#include <string>

#include "strata/support/json.hpp"

namespace strata {

/// Says of a record of sound shape whose status is "running" how far it has come, under "reached"
/// ("in stage 'pretrain-1' after 4 epochs"). Where no process holds the run's folder, its status is
/// "killed".
void add_progress(const std::filesystem::path& path, Json& record);

/// Adds what a person says of the run: "tags", a list, and "note", of the run's own or else of its
/// experiment file.
void add_tags(const std::filesystem::path& path, Json& record);

/// A run's record as `show` tells it; why an unfinished one is so stands under "error". Throws
/// UserError as read_record() and check_shape() do.
Json read_shown_record(const std::filesystem::path& path);

}  // namespace strata
