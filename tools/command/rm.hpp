#pragma once
// `strata rm`. Implemented in rm.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata rm`. The exit code goes to `exit_code`; mistakes of the user are thrown as UserError.
void add_rm_command(CLI::App& app, int& exit_code);

}  // namespace strata
