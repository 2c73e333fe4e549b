// Behaves when it is opened for the first time, and crashes when it is for the second: the file
// that STRATA_TEST_MARK names is there then. Where STRATA_TEST_REPLACED names it, it replaces
// itself.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "made.hpp"

namespace {
struct Later {
  Later() {
    const char* mark = std::getenv("STRATA_TEST_MARK");
    const char* library = std::getenv("STRATA_TEST_REPLACED");
    if (mark == nullptr) return;
    const bool second = std::filesystem::exists(mark);
    std::ofstream(mark) << "opened";
    if (second && library == nullptr) std::raise(SIGSEGV);
    if (!second && library != nullptr) {  // another library takes its place
      const std::string other = std::string(library) + ".other";
      std::filesystem::copy_file(library, other);
      std::ofstream(other, std::ios::app) << "changed";
      std::filesystem::rename(other, library);
    }
  }
} later;
}  // namespace

STRATA_REGISTER(strata::Dataset, Made, "later");
