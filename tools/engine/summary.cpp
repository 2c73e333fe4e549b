#include "engine/summary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "strata/support/print.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

struct Ending {
  const char* status;
  const char* words;
};

/// In the order in which they are told.
constexpr std::array<Ending, 9> kEndings = {{{"completed", "completed"},
                                             {"failed", "failed"},
                                             {"diverged", "diverged"},
                                             {"killed", "killed"},
                                             {"interrupted", "interrupted"},
                                             {"not started", "not started"},
                                             {"elsewhere", "running in another process"},
                                             {"finished", "already finished"},
                                             {"kept", "kept as failed"}}};

bool has_failed(const Ended& run) {
  return run.status == "failed" || run.status == "diverged" || run.status == "killed";
}

bool is_missing(const Ended& run) {
  return has_failed(run) || run.status == "interrupted" || run.status == "elsewhere" ||
         run.status == "not started";
}

std::string counts_text(const std::vector<Ended>& all) {
  std::vector<std::string> parts;
  for (const Ending& ending : kEndings) {
    const auto n = std::count_if(all.begin(), all.end(),
                                 [&](const Ended& run) { return run.status == ending.status; });
    if (n > 0) parts.push_back(fmt::format("{} {}", n, ending.words));
  }
  return fmt::format("{} runs: {}", all.size(), fmt::join(parts, ", "));
}

/// The command, as it was called, that looks at what is there now; empty where nothing is.
std::string next_command(const std::vector<Ended>& all, const EngineRequest& request) {
  std::vector<std::string> folders;  // each experiment's, once
  size_t runs = 0;
  std::string only;
  for (const Ended& run : all) {
    if (run.status != "completed" && run.status != "finished") continue;
    ++runs;
    const auto folder = record_path(*run.run, request.out).parent_path();
    only = shell_word(folder.string());
    const std::string name = shell_word(folder.parent_path().string());
    if (std::find(folders.begin(), folders.end(), name) == folders.end()) folders.push_back(name);
  }
  if (runs == 0 || request.command_line.empty()) return "";
  return shell_word(request.command_line[0]) +
         (runs == 1 ? " show " + only : fmt::format(" compare {}", fmt::join(folders, " ")));
}

}  // namespace

void print_outcome(const LoadedExperiment& run, const RunOutcome& outcome, bool quiet) {
  if (outcome.status == "finished") return;  // said when found
  if (outcome.status == "elsewhere") {
    if (!quiet) print_err("{}: {}\n", run.title(), outcome.error);
    return;
  }
  if (outcome.status == "completed") {
    if (!quiet) print_err("  wrote {}\n", outcome.record.string());
    return;
  }
  if (outcome.status == "interrupted")
    print_err("strata: interrupted: {}: {}\n", run.title(), outcome.error);
  else
    print_err("strata: error: {} {}: {}\n", run.title(), outcome.status, outcome.error);
  std::error_code ignored;
  if (std::filesystem::exists(outcome.record, ignored))
    print_err("  record: {}\n", outcome.record.string());
  if (!outcome.kept.empty()) print_err("  the finished run stays: {}\n", outcome.kept.string());
}

void print_summary(const std::vector<Ended>& all, const EngineRequest& request) {
  const bool missing = std::any_of(all.begin(), all.end(), is_missing);
  if (all.size() < 2 || (request.quiet && !missing)) return;
  if (std::any_of(all.begin(), all.end(), has_failed)) {
    print_err("\nDid not complete:\n");
    for (const Ended& run : all)
      if (has_failed(run)) print_outcome(*run.run, run.outcome, false);
  }
  print_err("\n{}\n", counts_text(all));
  if (missing) print_err("the same command takes up what did not complete\n");
  const std::string next = next_command(all, request);
  if (!next.empty() && !request.quiet) print_err("now: {}\n", next);
}

}  // namespace strata
