#pragma once
// `strata compare`. Implemented in compare.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata compare`. The exit code goes to `exit_code`; mistakes of the user are thrown as
/// UserError.
void add_compare_command(CLI::App& app, int& exit_code);

}  // namespace strata
