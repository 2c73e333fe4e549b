#pragma once
// `strata init`. Implemented in init.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata init`. The exit code goes to `exit_code`; mistakes of the user are thrown as UserError.
void add_init_command(CLI::App& app, int& exit_code);

}  // namespace strata
