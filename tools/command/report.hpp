#pragma once
// `strata report`. Implemented in report.cpp.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// `strata report`. The exit code goes to `exit_code`; mistakes of the user are thrown as
/// UserError.
void add_report_command(CLI::App& app, int& exit_code);

/// Throws UserError where no page can be made, or not written there. Asked before records are read,
/// which may take its time.
void check_report_place(const std::filesystem::path& file);

/// The page. With `reload_seconds`, a browser reads it again so often.
std::string report_page(const Comparison& comparison, const std::string& title,
                        int reload_seconds = 0);

}  // namespace strata
