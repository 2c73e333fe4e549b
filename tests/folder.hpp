#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace strata::testing {

/// An empty folder that goes away with its owner.
struct TemporaryFolder {
  std::filesystem::path path;  ///< absolute, without links

  explicit TemporaryFolder(const std::string& name = "folder") {
    std::string made =
        (std::filesystem::temp_directory_path() / ("strata-test-" + name + "-XXXXXX")).string();
    if (mkdtemp(made.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = std::filesystem::canonical(made);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path / name).string(); }

  /// Writes a file, with its folders, and returns its path.
  std::string write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path file = path / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }
};

}  // namespace strata::testing
