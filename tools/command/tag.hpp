#pragma once
// `strata tag` and `strata note`. Implemented in tag.cpp.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace strata {

/// `strata tag` and `strata note`. The exit code goes to `exit_code`; mistakes of the user are
/// thrown as UserError.
void add_tag_commands(CLI::App& app, int& exit_code);

/// "-old" takes a tag away and is no option: of `strata tag`, puts what is an option first and the
/// rest behind "--". Takes and returns the arguments after the program's name.
std::vector<std::string> protect_tags(const CLI::App& app, std::vector<std::string> arguments);

}  // namespace strata
