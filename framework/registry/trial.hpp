#pragma once
#include <string>

namespace strata {

/// Opens a library in a child process that then ends, since whatever its constructors do (throw,
/// abort, crash, hang), they do it to whoever opens it. Returns what went wrong in words, or "".
std::string try_to_open(const std::string& path);

/// The system's words for why a library cannot be opened, C++ names readable.
std::string readable_loader_error(const std::string& message);

}  // namespace strata
