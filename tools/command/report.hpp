#pragma once
// `strata report`. Implemented in report.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata report`. The exit code goes to `exit_code`; mistakes of the user are thrown as
/// UserError.
void add_report_command(CLI::App& app, int& exit_code);

}  // namespace strata
