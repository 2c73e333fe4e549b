#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "command/data.hpp"
#include "strata/data/fetch.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"
#include "strata/support/terminal.hpp"

namespace strata {
namespace {

// On a terminal, one line that is drawn over; elsewhere a line for each tenth.
class ProgressLines {
 public:
  ProgressLines() = default;
  ~ProgressLines() { wipe(); }  // before an error's message
  ProgressLines(const ProgressLines&) = delete;
  ProgressLines& operator=(const ProgressLines&) = delete;

  void note(const std::string& line) {
    wipe();
    print_err("{}\n", line);
    tenths_ = 0;
  }

  void progress(const std::string& file, const DownloadProgress& p) {
    if (terminal_) return draw(file, p);
    constexpr uint64_t worth_lines = 1 << 20;
    if (p.total < worth_lines) return;
    const auto tenths = static_cast<int>(10 * p.done / p.total);
    if (tenths <= tenths_) return;
    tenths_ = tenths;
    print_err("  {}: {}\n", file, text(p));
  }

 private:
  void wipe() {
    if (bar_) redraw_line("");
    bar_ = false;
  }

  static std::string text(const DownloadProgress& p) {
    std::string text = size_text(p.done);
    if (p.total > 0) text = fmt::format("{} % of {}", 100 * p.done / p.total, size_text(p.total));
    if (p.bytes_per_second <= 0) return text;
    text += fmt::format(", {}/s", size_text(static_cast<uint64_t>(p.bytes_per_second)));
    if (p.total <= p.done) return text;
    const double seconds = static_cast<double>(p.total - p.done) / p.bytes_per_second;
    return fmt::format("{}, {:.0f} s left", text, seconds);
  }

  // In one row, whatever the terminal's width: what wraps could not be drawn over.
  void draw(const std::string& file, const DownloadProgress& p) {
    constexpr size_t widest = 24, narrowest = 4;
    const std::string figures = text(p);
    const size_t room = terminal_columns(STDERR_FILENO) - 1,
                 taken = file.size() + figures.size() + 4;
    std::string line = file + ' ' + figures;
    if (taken + narrowest <= room) {
      const size_t width = std::min(widest, room - taken);
      const size_t filled = p.total > 0 ? width * p.done / p.total : 0;
      line = fmt::format("{} [{:#<{}}{:<{}}] {}", file, "", filled, "", width - filled, figures);
    }
    redraw_line(line.substr(0, room));
    bar_ = true;
  }

  bool terminal_ = terminal_columns(STDERR_FILENO) > 0;
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
  print_out("{} is complete in {}\n", name, folder);
}

}  // namespace strata
