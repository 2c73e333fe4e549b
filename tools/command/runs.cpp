#include "command/runs.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "strata/support/print.hpp"

namespace strata {

FoundRuns read_runs(const std::vector<std::string>& places) {
  FoundRuns found = read_compared_runs(places);
  constexpr size_t most = 20;
  const size_t all = found.unreadable.size();
  for (size_t i = 0; i < std::min(all, most); ++i)
    print_err("strata: warning: {} (left out)\n", found.unreadable[i].error);
  if (all > most) print_err("strata: warning: and {} more (left out)\n", all - most);
  return found;
}

Comparison compare_places(const std::vector<std::string>& places, const CompareOptions& options) {
  FoundRuns found = read_runs(places);
  Comparison comparison = compare(std::move(found.runs), options);
  comparison.unreadable = std::move(found.unreadable);
  return comparison;
}

size_t output_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const long wanted = columns == nullptr ? 0 : std::strtol(columns, nullptr, 10);
  return wanted >= 40 ? static_cast<size_t>(wanted) : 160;
}

}  // namespace strata
