#pragma once
// One file over HTTP, resumed and verified. Implemented in download.cpp.
#include <cstdint>
#include <functional>
#include <string>

namespace strata {

struct DownloadProgress {
  uint64_t done = 0;   ///< bytes of the file that are on the disk
  uint64_t total = 0;  ///< of the file; 0 where the server does not say
  double bytes_per_second = 0;
};

struct DownloadOptions {
  uint64_t max_bytes = 0;        ///< a file that is, or claims to be, larger is refused
  int64_t timeout_seconds = 30;  ///< to connect, without a byte, or below 1000 bytes/s
  std::string ca_file;  ///< certificates to trust instead of the system's; empty: the system's
  std::function<void(const DownloadProgress&)> progress;  ///< after each piece; may be empty
};

struct DownloadResult {
  enum class Status {
    complete,     ///< the server says that this was all
    interrupted,  ///< cut off: worth another try from where it stopped
    refused,      ///< this server will not do better
  };
  Status status = Status::refused;
  bool resumed = false;  ///< bytes from an earlier attempt were kept
  std::string error;     ///< why it is not complete
};

/// Gets a gzip file by http or https into `part`, going on after the bytes that `part` holds.
/// Nothing is believed of the content but its first two bytes: the caller checks it. Proxies are
/// taken from the environment as curl does. Redirections are followed, from https to https only.
/// Throws RunError where `part` cannot be written.
DownloadResult download(const std::string& url, const std::string& part,
                        const DownloadOptions& options);

}  // namespace strata
