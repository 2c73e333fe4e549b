#pragma once
// `strata verify`. Implemented in verify.cpp.
#include <CLI/CLI.hpp>

namespace strata {

/// `strata verify`: whether runs are still as they were recorded.
void add_verify_command(CLI::App& app, int& exit_code);

}  // namespace strata
