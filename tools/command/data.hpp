#pragma once
// `strata data`. Implemented in data.cpp.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"

namespace strata {

/// Adds `strata data list|verify|show|fetch`. Where one of them is called, parsing runs it and sets
/// `exit_code`, which is left alone otherwise. Errors are thrown out of the parsing.
void add_data_command(CLI::App& app, int& exit_code);

/// The data set registered as `name`, or the one that a file of settings (NAME.yaml) describes.
/// Throws UserError with the nearest known name.
std::shared_ptr<Dataset> find_dataset(const std::string& name);

/// Prints what is in a set and draws some of its samples, in the terminal and into the file `png`.
void show_dataset(const std::string& name, const std::vector<std::string>& folders,
                  const std::string& png);

struct FetchArguments {
  std::vector<std::string> folders, mirrors;
  std::string ca_file;
  int64_t timeout_seconds = 30;
};
/// Fetches a set with a progress bar, or with plain lines where standard error is no terminal.
void fetch_dataset(const std::string& name, const FetchArguments& arguments);

/// "9.5 MiB"
std::string size_text(uint64_t bytes);

}  // namespace strata
