#pragma once
// Other programs: run to their end, with what they say; where this one's own words go. Implemented
// in program.cpp.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace strata {

struct ProgramResult {
  int code = -1;  ///< exit code; 128 + the signal that ended it; 127: there is no such program
  std::string out, err;  ///< what it printed
};

/// Runs a program, which is looked for in PATH, with its arguments; it reads nothing. It has the
/// environment of this process without the variables that `hidden` names.
ProgramResult run_program(const std::vector<std::string>& command,
                          const std::function<bool(const std::string& variable)>& hidden = {});

/// From here on, what this process prints goes to the end of this file, on standard output and
/// error alike, and so does what processes print that it starts. Throws RunError.
void send_output_to(const std::filesystem::path& path);

}  // namespace strata
