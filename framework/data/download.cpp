#include "strata/data/download.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace {

using Status = DownloadResult::Status;
using Clock = std::chrono::steady_clock;

constexpr long http_ok = 200, http_partial = 206, http_range_not_satisfiable = 416;
constexpr long slowest_bytes_per_second = 1000;

// The file being written. Problems are kept, since no exception may pass through libcurl.
class Download {
 public:
  Download(const std::string& part, const DownloadOptions& options)
      : part_(part), options_(options) {
    first_ = part_.size();
    if (first_ >= options_.max_bytes) start_over();
  }
  ~Download() {
    if (curl_ != nullptr) curl_easy_cleanup(curl_);
  }
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  DownloadResult run(const std::string& url);

 private:
  static size_t on_header(char* data, size_t size, size_t count, void* self);
  static size_t on_body(char* data, size_t size, size_t count, void* self);
  static int on_second(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  void set_options(const std::string& url);
  bool begin_body();
  bool accept(const char* data, size_t size);
  bool write(const char* data, size_t size);
  void report() const;
  void start_over();
  DownloadResult result(CURLcode code);
  std::string describe(CURLcode code, long status);

  PartFile part_;
  const DownloadOptions& options_;
  CURL* curl_ = nullptr;
  uint64_t first_ = 0;  // bytes that were there before
  uint64_t total_ = 0;
  uint64_t range_start_ = 0;  // as the server says
  bool body_ = false;
  bool silent_ = false;
  Clock::time_point last_data_ = Clock::now();
  std::string problem_;     // of the content: this server is refused
  std::string disk_error_;  // of the disk: no server would do better
  char error_[CURL_ERROR_SIZE] = {};
};

void Download::start_over() try {
  part_.clear();
  first_ = 0;
} catch (const RunError& e) {
  disk_error_ = e.what();
}

size_t Download::on_header(char* data, size_t size, size_t count, void* self) {
  auto& download = *static_cast<Download*>(self);
  std::string line(data, size * count);
  for (char& c : line) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  const std::string_view key = "content-range: bytes ";
  if (line.compare(0, key.size(), key) == 0) {
    download.range_start_ = std::strtoull(line.c_str() + key.size(), nullptr, 10);
  }
  return size * count;
}

size_t Download::on_body(char* data, size_t size, size_t count, void* self) {
  auto& download = *static_cast<Download*>(self);
  const size_t bytes = size * count;
  download.last_data_ = Clock::now();
  if (!download.body_ && !download.begin_body()) return 0;
  if (!download.accept(data, bytes) || !download.write(data, bytes)) return 0;
  download.report();
  return bytes;
}

// Called about once a second. libcurl's own limit looks at an average, which takes long to fall
// after a fast start; it is for servers that trickle.
int Download::on_second(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& download = *static_cast<Download*>(self);
  const std::chrono::seconds limit(download.options_.timeout_seconds);
  download.silent_ = Clock::now() - download.last_data_ > limit;
  return download.silent_ ? 1 : 0;
}

// The first bytes are here, so the status and the headers are known.
bool Download::begin_body() {
  body_ = true;
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  if (status == http_ok && part_.size() > 0) start_over();  // the range was not granted
  if (status == http_partial && range_start_ != part_.size()) {
    problem_ = fmt::format("the server sent bytes from {} where those from {} were asked for",
                           range_start_, part_.size());
    return false;
  }
  curl_off_t length = -1;
  curl_easy_getinfo(curl_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0) total_ = part_.size() + static_cast<uint64_t>(length);
  return true;
}

bool Download::accept(const char* data, size_t size) {
  constexpr char gzip_magic[] = {'\x1f', '\x8b'};
  for (size_t i = 0; i < size && part_.size() + i < sizeof gzip_magic; ++i) {
    if (data[i] == gzip_magic[part_.size() + i]) continue;
    const char* type = nullptr;
    curl_easy_getinfo(curl_, CURLINFO_CONTENT_TYPE, &type);
    problem_ = fmt::format("the server sent something else than a gzip file ({})",
                           type == nullptr ? "of no declared type" : type);
    return false;
  }
  if (part_.size() + size <= options_.max_bytes) return true;
  problem_ = fmt::format("the server sent more than the {} bytes that the file can have",
                         options_.max_bytes);
  return false;
}

bool Download::write(const char* data, size_t size) try {
  if (disk_error_.empty()) part_.append(data, size);
  return disk_error_.empty();
} catch (const RunError& e) {
  disk_error_ = e.what();
  return false;
}

void Download::report() const {
  if (!options_.progress) return;
  curl_off_t speed = 0;
  curl_easy_getinfo(curl_, CURLINFO_SPEED_DOWNLOAD_T, &speed);
  options_.progress({part_.size(), total_, static_cast<double>(speed)});
}

void Download::set_options(const std::string& url) {
  const bool secure = url.compare(0, 8, "https://") == 0;
  curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
  curl_easy_setopt(curl_, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl_, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl_, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl_, CURLOPT_USERAGENT, "strata");
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.timeout_seconds));
  curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.timeout_seconds));
  curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_LIMIT, slowest_bytes_per_second);
  curl_easy_setopt(curl_, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.max_bytes));
  curl_easy_setopt(curl_, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl_, CURLOPT_XFERINFOFUNCTION, &Download::on_second);
  curl_easy_setopt(curl_, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &Download::on_header);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Download::on_body);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, this);
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(curl_, CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  if (part_.size() > 0)
    curl_easy_setopt(curl_, CURLOPT_RANGE, fmt::format("{}-", part_.size()).c_str());
}

std::string Download::describe(CURLcode code, long status) {
  if (!problem_.empty()) return problem_;
  if (silent_) {
    return fmt::format("{} {} s", body_ ? "nothing came for" : "no answer within",
                       options_.timeout_seconds);
  }
  long proxy_status = 0;
  curl_easy_getinfo(curl_, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (status == 0 && proxy_status >= 300) return fmt::format("the proxy answered {}", proxy_status);
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      return fmt::format("the server answered {}", status);
    case CURLE_FILESIZE_EXCEEDED:
      return fmt::format("the server {} more than the {} bytes that the file can have",
                         body_ ? "sent" : "announces", options_.max_bytes);
    case CURLE_OPERATION_TIMEDOUT:
      if (status == 0) return fmt::format("no answer within {} s", options_.timeout_seconds);
      return fmt::format("less than {} bytes/s for {} s", slowest_bytes_per_second,
                         options_.timeout_seconds);
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (status / 100 == 3) return "the server redirects to a protocol that is not allowed";
      break;
    case CURLE_RECV_ERROR:  // what newer libcurls make of a partial file over TLS
      if (!body_) break;
      [[fallthrough]];
    case CURLE_PARTIAL_FILE:
      return fmt::format("the connection was closed after {} bytes", part_.size());
    default:
      break;
  }
  return error_[0] != '\0' ? error_ : curl_easy_strerror(code);
}

DownloadResult Download::result(CURLcode code) {
  if (!disk_error_.empty()) throw RunError(disk_error_);
  DownloadResult result;
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  result.resumed = first_ > 0;
  if (code == CURLE_OK && body_) {
    result.status = Status::complete;
    return result;
  }
  result.error = code == CURLE_OK ? "the server sent nothing" : describe(code, status);
  const bool bad_range =
      status == http_range_not_satisfiable || (status == http_partial && !problem_.empty());
  if (bad_range && first_ > 0) {  // what is here does not fit what the server has
    start_over();
    result.status = Status::interrupted;
  } else if (body_ && problem_.empty() && code != CURLE_FILESIZE_EXCEEDED) {
    result.status = Status::interrupted;
  }
  return result;
}

DownloadResult Download::run(const std::string& url) {
  curl_ = curl_easy_init();
  if (curl_ == nullptr) throw RunError("libcurl could not be started");
  set_options(url);
  return result(curl_easy_perform(curl_));
}

}  // namespace

DownloadResult download(const std::string& url, const std::string& part,
                        const DownloadOptions& options) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw RunError("libcurl could not be started");
  return Download(part, options).run(url);
}

}  // namespace strata
