#include "strata/data/fetch.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "strata/data/search.hpp"
#include "strata/support/claim.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

/// Two fetches into one folder take turns.
Claim take_turn(const std::string& folder, const FetchEvents& events) {
  constexpr std::chrono::milliseconds pause(200);
  for (bool told = false;; told = true) {
    if (auto claim = Claim::try_take(folder + "/.claim")) return std::move(*claim);
    if (events.note && !told)
      events.note("another fetch into " + folder + " is at work: waiting for it");
    std::this_thread::sleep_for(pause);
  }
}

uint64_t size_of(const std::string& path) {
  const auto facts = file_facts(path);
  return facts ? facts->bytes : 0;
}

// Why a file is not what was published; empty where it is.
std::string flaw(const PublishedFile& file, const std::string& path) {
  try {
    verify_published(file, path);
    return "";
  } catch (const UserError& e) {
    return e.what();
  }
}

// Receives the files of one set into one folder.
class Fetcher {
 public:
  Fetcher(const PublishedSet& set, const FetchOptions& options, const FetchEvents& events,
          std::string folder)
      : set_(set), options_(options), events_(events), folder_(std::move(folder)) {}

  void fetch(const PublishedFile& file) {
    const auto present = find_data_file(folder_, file.name);
    if (present) {
      const std::string problem = flaw(file, *present);
      if (problem.empty()) return note(file.name + " is there already");
      note(problem + "; fetching it anew");
    }
    const std::string part = target(file) + ".part";
    if (size_of(part) > 0 && flaw(file, part).empty()) return finish(file, part);
    std::string reasons;
    for (const std::string& mirror : mirrors()) {
      const std::string url = mirror + (mirror.back() == '/' ? "" : "/") + file.name + ".gz";
      const std::string reason = fetch_from(url, file, part);
      if (reason.empty()) return finish(file, part);
      if (&mirror != &mirrors().back()) note(url + ": " + reason);
      reasons += fmt::format("\n  {}: {}", url, reason);
    }
    throw RunError(
        fmt::format("{} could not be fetched:{}\n--mirror names another server; or put "
                    "{}, with or without .gz, into {}",
                    file.name, reasons, file.name, folder_));
  }

 private:
  // Why the mirror did not give the file; empty where `part` now holds it.
  std::string fetch_from(const std::string& url, const PublishedFile& file,
                         const std::string& part) {
    constexpr int most_attempts = 10;
    DownloadOptions download_options;
    download_options.max_bytes = file.bytes + file.bytes / 1000 + 65536;  // what gzip may add
    download_options.timeout_seconds = options_.timeout_seconds;
    download_options.ca_file = options_.ca_file;
    if (events_.progress) {
      download_options.progress = [&](const DownloadProgress& p) {
        events_.progress(file.name, p);
      };
    }
    std::string reason;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
      const uint64_t before = size_of(part);
      note(fmt::format("{} {}", before > 0 ? "resuming" : "fetching", url));
      const DownloadResult result = download(url, part, download_options);
      reason = result.error;
      if (result.status == DownloadResult::Status::refused) break;
      if (result.status == DownloadResult::Status::complete) {
        const std::string problem = flaw(file, part);
        if (problem.empty()) return "";
        remove_file(part);
        reason = "what it sent is broken: " + problem;
        if (!result.resumed) break;
      } else if (size_of(part) == before) {
        break;
      }
    }
    return reason;
  }

  void finish(const PublishedFile& file, const std::string& part) {
    if (events_.verified) events_.verified(file.name);
    PartFile(part).flush();
    remove_file(fs::path(folder_) / file.name);  // a broken one would be read first
    move_file(part, target(file));
    note(fmt::format("{} ({} bytes): checksum right", target(file), size_of(target(file))));
  }

  std::string target(const PublishedFile& file) const { return folder_ + "/" + file.name + ".gz"; }
  const std::vector<std::string>& mirrors() const {
    return options_.mirrors.empty() ? set_.mirrors : options_.mirrors;
  }
  void note(const std::string& line) const {
    if (events_.note) events_.note(line);
  }

  const PublishedSet& set_;
  const FetchOptions& options_;
  const FetchEvents& events_;
  std::string folder_;
};

// Where the set is complete and unharmed already; empty where it is not. A broken copy that would
// be read before the cache's is an error: fetching would not help.
std::string usable_copy(const PublishedSet& set, const FetchOptions& options) {
  for (const FoundSet& found : find_published(set, options.folders)) {
    if (!found.complete()) continue;
    std::string problem;
    const std::vector<PublishedFile> files = set.files();
    for (size_t i = 0; i < files.size() && problem.empty(); ++i) {
      problem = flaw(files[i], found.paths[i]);
    }
    if (problem.empty()) return found.folder;
    if (found.origin == "cache" || found.origin == "distribution") return "";
    throw UserError(fmt::format("{}\nremove it: {} ({}) is read before the cache", problem,
                                found.folder, found.origin));
  }
  return "";
}

}  // namespace

std::string fetch_published(const PublishedSet& set, const FetchOptions& options,
                            const FetchEvents& events) {
  for (const std::string& mirror : options.mirrors) {
    if (mirror.rfind("http://", 0) == 0 || mirror.rfind("https://", 0) == 0) continue;
    throw UserError(
        fmt::format("mirror '{}': expected a URL that begins with https:// or http://", mirror));
  }
  const std::string present = usable_copy(set, options);
  if (!present.empty()) return present;
  if (cache_folder().empty()) {
    throw UserError("there is no folder to fetch into: neither XDG_CACHE_HOME nor HOME is set");
  }
  const std::string folder = cache_folder() + "/" + set.folder;
  make_folder(folder);
  const Claim claim = take_turn(folder, events);
  Fetcher fetcher(set, options, events, folder);
  for (const PublishedFile& file : set.files()) fetcher.fetch(file);
  return folder;
}

}  // namespace strata
