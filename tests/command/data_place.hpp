#pragma once
#include <filesystem>
#include <optional>

#include "command/command.hpp"
#include "data/files.hpp"
#include "strata/data/published.hpp"
#include "strata/support/files.hpp"
#include "strata/support/json.hpp"

namespace strata::testing {

using test::gzip;
using test::idx;
using test::npy;
using test::with_byte;

/// A folder to run the command in that knows of no data but what is put there and what the
/// distribution has: the cache is cache/ in it.
struct DataPlace : TemporaryFolder {
  DataPlace() : TemporaryFolder("data") {}

  /// `more` is NAME=value, and wins.
  std::vector<std::string> environment(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"STRATA_DATA=", "XDG_CACHE_HOME=" + (*this / "cache")};
    for (const char* proxy : {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY",
                              "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
      all.push_back(std::string(proxy) + "=");
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  CommandResult run(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& more = {}) const {
    return run_command(arguments, path.string(), environment(more));
  }
  /// The records below results/.
  std::vector<Json> records() const {
    std::vector<Json> found;
    std::error_code none;  // no folder, no record
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path / "results", none))
      if (entry.path().filename() == "record.json")
        found.push_back(Json::parse(read_file(entry.path())));
    return found;
  }
  /// The only one.
  Json record() const {
    std::vector<Json> found = records();
    REQUIRE(found.size() == 1);
    return found[0];
  }
};

/// The labels of `count` samples: 0, 1 ... classes - 1, again and again.
inline std::string labels_in_turn(int count, int classes) {
  std::string labels;
  for (int i = 0; i < count; ++i) labels += static_cast<char>(i % classes);
  return labels;
}

/// A published set where this machine has it complete; says so where not.
inline std::optional<FoundSet> find_here(const std::string& name) {
  const ComponentInfo& info = *Registry::instance().find(Dataset::family, name);
  const auto dataset = std::static_pointer_cast<Dataset>(info.create(info.make_params().get()));
  for (const FoundSet& found : find_published(*dataset->published(), {})) {
    if (found.complete()) return found;
  }
  MESSAGE("skipped: " << name << " is nowhere in the search order (STRATA_DATA)");
  return std::nullopt;
}

/// The settings of a run of a declared set.
inline std::string experiment(const std::string& dataset) {
  return "name: own\ndevice: cpu\ndata: {dataset: " + dataset + R"(, batch_size: 20}
encoder:
  - [{type: linear, units: 32}, tanh]
pretrain: {optimizer: {type: sgd, lr: 0.9}, epochs: 2}
classify: {optimizer: {type: sgd, lr: 0.5}, epochs: 20}
)";
}

/// Four files of a set in `folder`, by the names train-x, train-y, test-x and test-y.
inline std::string declared(const std::string& type, const std::string& folder, int classes,
                            const std::string& shape) {
  const std::string at = folder.empty() ? "" : folder + "/";
  return "{type: " + type + ", train: {images: " + at + "train-x, labels: " + at +
         "train-y}, test: {images: " + at + "test-x, labels: " + at +
         "test-y}, classes: " + std::to_string(classes) + ", shape: " + shape + "}";
}

}  // namespace strata::testing
