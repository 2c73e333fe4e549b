#pragma once
// `strata diff`. Implemented in diff.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata diff`. The exit code goes to `exit_code`; mistakes of the user are thrown as UserError.
void add_diff_command(CLI::App& app, int& exit_code);

}  // namespace strata
