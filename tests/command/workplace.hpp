#pragma once
// A folder with a small experiment, from which commands are run.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "command/command.hpp"
#include "folder.hpp"
#include "strata/support/files.hpp"
#include "strata/support/json.hpp"

namespace strata::testing {

inline const std::string kFile = R"(name: small
device: cpu
data: {dataset: {type: synthetic_digits, train: 60, test: 30}, batch_size: 20}
encoder:
  - [{type: linear, units: 8}, tanh]
pretrain: {optimizer: {type: sgd, lr: 0.5}, epochs: 2}
classify: {epochs: 1}
)";

inline std::string with(std::string text, const std::string& part, const std::string& other) {
  const size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

/// A folder with small.yaml, from which commands are run.
struct Workplace : TemporaryFolder {
  explicit Workplace(const std::string& text = kFile) : TemporaryFolder("cli") {
    write("small.yaml", text);
  }
  void write(const std::string& name, const std::string& text) const {
    write_file_atomically(path / name, text);
  }
  CommandResult run(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment = {}) const {
    return run_command(arguments, path.string(), environment);
  }
  /// The records below results/, by the path of their folder there: "small/3fa9c1d2-s0".
  std::map<std::string, Json> records() const {
    std::map<std::string, Json> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path / "results"))
      if (entry.path().filename() == "record.json")
        found[entry.path().parent_path().lexically_relative(path / "results").string()] =
            Json::parse(read_file(entry.path()));
    return found;
  }
  /// The only one.
  Json record() const {
    const std::map<std::string, Json> found = records();
    REQUIRE(found.size() == 1);
    return found.begin()->second;
  }
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace strata::testing
