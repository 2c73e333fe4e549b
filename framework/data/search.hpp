#pragma once
// Where data files are looked for. Implemented in search.cpp.
#include <optional>
#include <string>
#include <vector>

namespace strata {

/// A folder in which data sets are looked for, and why.
struct SearchFolder {
  std::string path;
  std::string origin;  ///< "--data", "STRATA_DATA", "working directory", "cache", "distribution"
  /// Whether STRATA_DATA names it, and it is no folder.
  bool is_mistaken() const;
};

/// Every folder in the order of the search, whether it exists or not: those given by --data, those
/// of the environment variable STRATA_DATA (a list separated by colons), ./data, the user's cache,
/// and the distribution's /usr/share/datasets.
std::vector<SearchFolder> search_folders(const std::vector<std::string>& given);

/// The user's cache, where fetched sets are kept: $XDG_CACHE_HOME/strata/data, where that variable
/// is an absolute path, else $HOME/.cache/strata/data; empty where neither is set.
std::string cache_folder();

/// FOLDER/NAME or FOLDER/NAME.gz, whichever is there (the first where both are).
std::optional<std::string> find_data_file(const std::string& folder, const std::string& name);

/// A path from a file of settings: as it is where absolute; else the first that exists of it below
/// the search folders, in their order, with the working directory itself before ./data. A name may
/// lack the
/// ".gz" that its file has. Throws UserError naming every place looked at.
std::string resolve_data_path(const std::string& path, const std::vector<std::string>& given);

}  // namespace strata
