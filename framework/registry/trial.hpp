#pragma once
// Trying a plugin library in a process of its own. Implemented in trial.cpp.
#include <chrono>
#include <string>

namespace strata {

/// Opens a library in a child process that then ends, since whatever its constructors do (throw,
/// abort, crash, hang, leave a process behind), they do it to whoever opens it. The child and what
/// it started are ended after `most`. Returns what went wrong in words, or "".
std::string try_to_open(const std::string& path,
                        std::chrono::milliseconds most = std::chrono::seconds(60));

/// The system's words for why a library cannot be opened, C++ names readable.
std::string readable_loader_error(const std::string& message);

}  // namespace strata
