#pragma once
// Texts as a shell takes them. Implemented in shell.cpp.
#include <string>

namespace strata {

/// A word of a command line as a shell takes it: in single quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace strata
