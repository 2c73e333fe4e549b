#pragma once
// `strata best`. Implemented in best.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata best`. The exit code goes to `exit_code`; mistakes of the user are thrown as UserError.
void add_best_command(CLI::App& app, int& exit_code);

}  // namespace strata
