#pragma once
// The exceptions that reach a user. Implemented in errors.cpp.
#include <stdexcept>
#include <string>

namespace strata {

/// A mistake in what the user gave (a file, an argument, a data set). The command prints the
/// message as it is and exits with 2. The message says what is wrong, where, and what was expected.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A run that could not go on (a full disk, a component that threw). Exit code 1.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Called in a catch block: what the exception says, without the stack trace that LibTorch puts
/// behind its own; "something that is no std::exception was thrown" for one that says nothing.
std::string current_exception_text();

}  // namespace strata
