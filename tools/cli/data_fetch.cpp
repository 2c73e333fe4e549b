#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/data.hpp"
#include "strata/data/fetch.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

// On a terminal, one line that is drawn over; elsewhere a line for each tenth.
class ProgressLines {
 public:
  void note(const std::string& line) {
    if (bar_) fmt::print(stderr, "\r\x1b[K");
    bar_ = false;
    fmt::print(stderr, "{}\n", line);
    tenths_ = 0;
  }

  void progress(const std::string& file, const DownloadProgress& p) {
    if (terminal_) return draw(file, p);
    constexpr uint64_t worth_lines = 1 << 20;
    if (p.total < worth_lines) return;
    const auto tenths = static_cast<int>(10 * p.done / p.total);
    if (tenths <= tenths_) return;
    tenths_ = tenths;
    fmt::print(stderr, "  {}: {}\n", file, text(p));
  }

 private:
  static std::string text(const DownloadProgress& p) {
    std::string text = size_text(p.done);
    if (p.total > 0) text = fmt::format("{} % of {}", 100 * p.done / p.total, size_text(p.total));
    if (p.bytes_per_second <= 0) return text;
    text += fmt::format(", {}/s", size_text(static_cast<uint64_t>(p.bytes_per_second)));
    if (p.total <= p.done) return text;
    const double seconds = static_cast<double>(p.total - p.done) / p.bytes_per_second;
    return fmt::format("{}, {:.0f} s left", text, seconds);
  }

  void draw(const std::string& file, const DownloadProgress& p) {
    constexpr uint64_t width = 24;
    const uint64_t filled = p.total > 0 ? width * p.done / p.total : 0;
    fmt::print(stderr, "\r{} [{:#<{}}{:<{}}] {}\x1b[K", file, "", filled, "", width - filled,
               text(p));
    std::fflush(stderr);
    bar_ = true;
  }

  bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  bool bar_ = false;
  int tenths_ = 0;
};

}  // namespace

void fetch_dataset(const std::string& name, const FetchArguments& arguments) {
  const auto dataset = find_dataset(name);
  if (dataset->published() == nullptr) {
    throw UserError(fmt::format("'{}' is not published anywhere: there is nothing to fetch", name));
  }
  FetchOptions options;
  options.folders = arguments.folders;
  options.mirrors = arguments.mirrors;
  options.ca_file = arguments.ca_file;
  options.timeout_seconds = arguments.timeout_seconds;
  ProgressLines lines;
  FetchEvents events;
  events.note = [&lines](const std::string& line) { lines.note(line); };
  events.progress = [&lines](const std::string& file, const DownloadProgress& p) {
    lines.progress(file, p);
  };
  const std::string folder = fetch_published(*dataset->published(), options, events);
  fmt::print("{} is complete in {}\n", name, folder);
}

}  // namespace strata
