#pragma once
// `--help`, and mistakes on the command line. Implemented in usage.cpp.
#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace strata {

/// Adds `strata help [COMMAND]`, for the listing; expand_help() serves it.
void add_help_command(CLI::App& app);

/// "help run" asks what "run --help" does, and nothing at all (or the bare name of a group of
/// commands, such as "data") what "--help" does. Throws UserError, with the nearest known name, for
/// a command that there is not. Takes and returns the arguments after the program's name.
std::vector<std::string> expand_help(const CLI::App& app, std::vector<std::string> arguments);

/// Takes out what stands beside --launcher and is no option of the command: the launcher's own
/// options, each as "name=value". The engine, which knows the launcher, checks them.
std::vector<std::string> take_launcher_options(const CLI::App& app,
                                               std::vector<std::string>& arguments);

/// Says on standard error what is wrong with the arguments, and where the help is; or prints the
/// help that was asked for. Returns the exit code.
int end_parsing(const CLI::App& app, const CLI::ParseError& error);

/// A check of an option that takes one of some words.
std::function<std::string(const std::string&)> one_of(std::vector<std::string> known);

}  // namespace strata
