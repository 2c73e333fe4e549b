#pragma once
// `strata data fetch`: the files of a published data set. Implemented in fetch.cpp.
#include <functional>
#include <string>
#include <vector>

#include "strata/data/download.hpp"
#include "strata/data/published.hpp"

namespace strata {

struct FetchOptions {
  std::vector<std::string> folders;  ///< of --data: a set that is there is not fetched
  std::vector<std::string> mirrors;  ///< URLs to use instead of the set's own
  std::string ca_file;               ///< certificates to trust instead of the system's
  int64_t timeout_seconds = 30;      ///< DownloadOptions::timeout_seconds
};

/// What happens while fetching; each may be empty.
struct FetchEvents {
  std::function<void(const std::string& line)> note;  ///< a sentence for the user
  std::function<void(const std::string& file, const DownloadProgress&)> progress;
  std::function<void(const std::string& file)> verified;  ///< before the file takes its name
};

/// Sees to it that the set is complete and unharmed, and returns the folder where it is: where it
/// was found, or in the user's cache, where missing files are fetched from MIRROR/NAME.gz, the
/// mirrors in turn. A file is received as NAME.gz.part, goes on there after an interruption of any
/// kind, and takes its name when its decompressed content has the known SHA-256, so that a reader
/// never meets half a file. A second fetch of the set waits for the first. Throws UserError where a
/// broken copy stands in the way, RunError where no mirror gave the file, with every mirror's
/// reason.
std::string fetch_published(const PublishedSet& set, const FetchOptions& options,
                            const FetchEvents& events);

}  // namespace strata
