#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace strata::testing {

/// An empty folder that goes away with its owner.
struct TemporaryFolder {
  std::filesystem::path path;
  explicit TemporaryFolder(const std::string& name)
      : path(std::filesystem::temp_directory_path() /
             fmt::format("strata-test-{}-{}", name, static_cast<int>(::getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

}  // namespace strata::testing
