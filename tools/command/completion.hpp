#pragma once
// Completion of the command line by the shell's tab key. Implemented in completion.cpp.
#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "strata/support/json.hpp"

namespace strata {

/// `strata completion bash|zsh|fish`, which prints a shell's script. That script asks the hidden
/// `strata __complete WORD...` at each press of the key, so that nothing is listed twice.
void add_completion_command(CLI::App& app, int& exit_code);

/// What the last of the words, which may be empty, can become: a command, an option, a component, a
/// setting of --set with its known values, a run's id. Nothing where a file's name is meant.
/// @param words  those of the command line after "strata"
/// @param schema  gives the JSON Schema of experiment files; called for --set and --sweep alone
std::vector<std::string> completions(const CLI::App& app, std::vector<std::string> words,
                                     const std::function<Json()>& schema);

}  // namespace strata
