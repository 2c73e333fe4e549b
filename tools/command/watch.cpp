#include "command/watch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>

#include "command/report.hpp"
#include "command/runs.hpp"
#include "strata/report/choosing/where.hpp"
#include "strata/report/rendering/watch_frame.hpp"
#include "strata/support/display.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"
#include "strata/support/screen.hpp"
#include "strata/support/terminal.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

constexpr int kLookEvery = 1000;  // milliseconds
constexpr int kLooksShare = 20;  // looking at thousands of runs takes a twentieth of a core at most
constexpr int kPageEvery = 10;   // looks

struct WatchArguments {
  RunChoice choice;
  std::string html;
  bool once = false;
};

/// Follows the runs, frame by frame.
class Watcher {
 public:
  explicit Watcher(const WatchArguments& arguments)
      : arguments_(arguments), places_(run_places(arguments.choice.places)), watch_(places_) {}

  /// Throws ConfigError at the first look alone: later, a figure may be one that no run has yet.
  void look() {
    changed_ |= watch_.look();
    try {
      runs_ = chosen(watch_.runs());
    } catch (const ConfigError&) {
      if (!looked_) throw;
      runs_.clear();
    }
    looked_ = true;
  }

  std::vector<std::string> frame(const Display& display, size_t height) const {
    return watch_frame(runs_, fmt::format("{}", fmt::join(places_, " ")), display, height);
  }

  /// Writes the page where something changed since it was written.
  void write_page() {
    if (arguments_.html.empty() || !changed_ || runs_.empty()) return;
    changed_ = false;
    std::vector<ComparedRun> runs;
    for (const WatchedRun& run : runs_) runs.push_back(run.run);
    write_file_atomically(arguments_.html, report_page(compare(std::move(runs)),
                                                       "strata: runs under way", kPageEvery));
  }

  bool any_running() const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [](const auto& run) { return run.run.status == "running"; });
  }

 private:
  /// Those of which --where holds.
  std::vector<WatchedRun> chosen(std::vector<WatchedRun> all) const {
    if (arguments_.choice.where.empty() || all.empty()) return all;
    std::vector<ComparedRun> runs;
    for (const WatchedRun& run : all) runs.push_back(run.run);
    std::vector<WatchedRun> found;
    for (const ComparedRun& run : runs_where(std::move(runs), arguments_.choice.where))
      for (WatchedRun& watched : all)
        if (watched.run.path == run.path) found.push_back(std::move(watched));
    return found;
  }

  const WatchArguments& arguments_;
  std::vector<std::string> places_;
  Watch watch_;
  std::vector<WatchedRun> runs_;
  bool changed_ = false, looked_ = false;
};

void watch_live(Watcher& watcher) {
  watcher.look();  // what is wrong is told before the screen is taken
  watcher.write_page();
  Screen screen;
  int took = 0;  // milliseconds
  for (int looks = 1;; ++looks) {
    const Screen::Size size = screen.size();
    Display display = display_of(STDOUT_FILENO);
    display.width = size.columns;
    screen.draw(watcher.frame(display, size.rows));
    if (!screen.wait(std::max(kLookEvery, kLooksShare * took))) return;
    const auto began = std::chrono::steady_clock::now();
    watcher.look();
    took = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::steady_clock::now() - began)
                                .count());
    if (looks % kPageEvery == 0) watcher.write_page();
  }
}

void watch(const WatchArguments& arguments) {
  if (!arguments.html.empty()) check_report_place(arguments.html);
  Watcher watcher(arguments);
  const bool live =
      !arguments.once && terminal_columns(STDOUT_FILENO) > 0 && ::isatty(STDIN_FILENO) != 0;
  if (live) return watch_live(watcher);
  watcher.look();
  watcher.write_page();
  const std::vector<std::string> lines =
      watcher.frame(display_of(STDOUT_FILENO), std::numeric_limits<uint16_t>::max());
  print_out("{}\n", fmt::join(lines, "\n"));
  while (!arguments.once && !arguments.html.empty() && watcher.any_running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kLookEvery * kPageEvery));
    watcher.look();
    watcher.write_page();
  }
}

}  // namespace

void add_watch_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<WatchArguments>();
  CLI::App* command = app.add_subcommand(
      "watch", "Shows runs while they go on: their state, epoch, time left, curves and figures.");
  command->footer("In a terminal it goes on until q; elsewhere it prints the moment's state.");
  add_run_choice(*command, arguments->choice);
  command->add_flag("--once", arguments->once, "Print the moment's state, and end");
  command
      ->add_option("--html", arguments->html,
                   "Keep the page of strata report up to date, which reloads itself")
      ->type_name("FILE");
  command->callback([arguments, &exit_code] {
    watch(*arguments);
    exit_code = 0;
  });
}

}  // namespace strata
