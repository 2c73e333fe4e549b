#pragma once
// `strata watch`. Implemented in watch.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata watch`. The exit code goes to `exit_code`; mistakes of the user are thrown as UserError.
void add_watch_command(CLI::App& app, int& exit_code);

}  // namespace strata
