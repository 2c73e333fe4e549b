// strata status and strata cancel: how the runs stand that a launcher was given, and their end.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/commands.hpp"
#include "engine/launch.hpp"
#include "strata/support/display.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;
using Kind = RunState::Kind;

/// In the order in which they are told.
constexpr std::array<std::pair<Kind, const char*>, 6> kKinds = {{{Kind::completed, "completed"},
                                                                 {Kind::failed, "failed"},
                                                                 {Kind::lost, "lost"},
                                                                 {Kind::stopped, "stopped"},
                                                                 {Kind::running, "running"},
                                                                 {Kind::waiting, "waiting"}}};

/// The runs of a launch that are asked for.
struct Shown {
  Launched launched;
  std::vector<size_t> runs;
};

bool lies_in(const fs::path& path, const fs::path& folder) {
  const auto [end, ignored] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

/// The launches with runs in a folder, the newest first; a run counts in its newest launch alone.
std::vector<Shown> launches_of(const std::string& given) {
  fs::path folder = fs::absolute(given).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  std::error_code none;
  fs::path out = folder;
  while (!fs::is_directory(out / ".launches", none) && out.has_relative_path())
    out = out.parent_path();
  std::vector<Shown> shown;
  std::set<fs::path> seen;
  for (const fs::path& place : launch_folders(out)) {
    if (!fs::exists(place / "launch.json", none)) continue;
    Shown found{Launched(place), {}};
    for (size_t i = 0; i < found.launched.runs().size(); ++i)
      if (const fs::path& record = found.launched.runs()[i].record;
          lies_in(record, folder) && seen.insert(record).second)
        found.runs.push_back(i);
    if (!found.runs.empty()) shown.push_back(std::move(found));
  }
  if (shown.empty() && !fs::is_directory(folder, none))
    throw UserError(
        fmt::format("there is no folder '{}'; the results of launched runs are "
                    "expected, as in strata status results",
                    given));
  if (shown.empty())
    throw UserError(
        fmt::format("nothing was launched into '{}': strata run FILE --launcher NAME "
                    "launches runs (strata list launcher)",
                    given));
  return shown;
}

std::vector<std::string> lines_of_file(const fs::path& path) {
  std::vector<std::string> lines;
  try {
    const std::string text = read_file(path);
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      lines.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  } catch (const UserError&) {  // it printed nothing
  }
  return lines;
}

/// The last lines that a run printed; of its task, where it printed none.
std::vector<std::string> last_lines(const Launched& launched, const LaunchedRun& run) {
  constexpr size_t most = 4;
  const std::vector<std::string> all = lines_of_file(task_log(launched.folder(), run.task));
  const std::string mark = fmt::format("[{}] ", run.label);
  std::vector<std::string> lines;
  for (const std::string& line : all)
    if (!run.label.empty() && line.rfind(mark, 0) == 0) lines.push_back(line.substr(mark.size()));
  if (lines.empty()) lines = all;
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - most);
  return lines;
}

void print_run(const Launched& launched, const LaunchedRun& run, const RunState& state) {
  const size_t width = display_of(STDOUT_FILENO, 100).width;
  const bool diverged = state.status == "diverged";
  std::string text = fmt::format("{}: {}{}", run.title, diverged ? "diverged: " : "", state.words);
  print_out("  {}", wrapped(text, width - 2, "    "));
  if (state.kind == Kind::running) return;
  for (const std::string& line : last_lines(launched, run)) print_out("    | {}\n", line);
}

void print_kind(const Shown& shown, const std::vector<RunState>& states, Kind kind) {
  static const std::map<Kind, const char*> heads = {{Kind::failed, "failed, by the experiment"},
                                                    {Kind::lost, "lost, by the machine"},
                                                    {Kind::stopped, "stopped"},
                                                    {Kind::running, "running"}};
  constexpr size_t most = 10;
  std::vector<size_t> runs;
  for (const size_t i : shown.runs)
    if (states[i].kind == kind) runs.push_back(i);
  if (runs.empty()) return;
  print_out("{}:\n", heads.at(kind));
  for (size_t k = 0; k < std::min(most, runs.size()); ++k)
    print_run(shown.launched, shown.launched.runs()[runs[k]], states[runs[k]]);
  if (runs.size() > most) print_out("  and {} more\n", runs.size() - most);
}

/// "waiting:" with how many runs wait for what.
void print_waiting(const Shown& shown, const std::vector<RunState>& states) {
  std::map<std::string, size_t> waiting;
  for (const size_t i : shown.runs)
    if (states[i].kind == Kind::waiting) ++waiting[states[i].words];
  if (!waiting.empty()) print_out("waiting:\n");
  for (const auto& [words, runs] : waiting)
    print_out("  {} run{}: {}\n", runs, runs == 1 ? "" : "s", words);
}

std::string counts_text(const std::vector<RunState>& states, const std::vector<size_t>& runs) {
  std::vector<std::string> parts;
  for (const auto& [kind, words] : kKinds) {
    const auto count = std::count_if(runs.begin(), runs.end(),
                                     [&, of = kind](size_t i) { return states[i].kind == of; });
    if (count > 0) parts.push_back(fmt::format("{} {}", count, words));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// The command by which the runs were launched, as it was typed.
std::string typed(const Launched& launched) {
  std::string text;
  for (const Json& word : launched.file().at("command_line"))
    text += (text.empty() ? "" : " ") + shell_word(word.get<std::string>());
  return text;
}

void print_launch(const Shown& shown, const std::vector<RunState>& states) {
  const size_t all = shown.runs.size();
  print_out("{} run{} in {}\n  {}\n", all, all == 1 ? "" : "s", shown.launched.describe(),
            counts_text(states, shown.runs));
  for (const Kind kind : {Kind::failed, Kind::lost, Kind::stopped, Kind::running})
    print_kind(shown, states, kind);
  print_waiting(shown, states);
  const bool left = std::any_of(shown.runs.begin(), shown.runs.end(), [&](size_t i) {
    return states[i].kind == Kind::lost || states[i].kind == Kind::stopped;
  });
  if (left)
    print_out("the same command takes up what did not complete: {}\n", typed(shown.launched));
}

std::string folder_of(const EngineRequest& request) {
  return request.files.empty() ? request.out : request.files[0];
}

}  // namespace

int status_command(const EngineRequest& request) {
  for (const Shown& shown : launches_of(folder_of(request)))
    print_launch(shown, shown.launched.states());
  return 0;
}

int cancel_command(const EngineRequest& request) {
  for (const Shown& shown : launches_of(folder_of(request))) {
    const auto is_open = [](const RunState& state) {
      return state.kind == Kind::running || state.kind == Kind::waiting;
    };
    const std::vector<RunState> before = shown.launched.states();
    const auto open = std::count_if(before.begin(), before.end(), is_open);
    if (open == 0) continue;
    shown.launched.cancel();
    print_out("cancelled {}: {} run{} that had not ended; what they have done stays\n",
              shown.launched.describe(), open, open == 1 ? "" : "s");
    print_out("the same command takes them up: {}\n", typed(shown.launched));
  }
  return 0;
}

}  // namespace strata
