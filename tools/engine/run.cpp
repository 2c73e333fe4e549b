#include <fmt/format.h>

#include <csignal>

#include "engine/commands.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/progress.hpp"

namespace strata {
namespace {

std::atomic<bool> stop_requested{false};

/// The first signal asks the run to end; the second one ends the process at once.
extern "C" void request_stop(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

/// "0-4", "3", "0,2,5-7"
std::vector<int64_t> parse_seeds(const std::string& text) {
  std::vector<int64_t> seeds;
  const auto number = [&](const std::string& part) {
    if (part.empty() || part.size() > 18 ||
        part.find_first_not_of("0123456789") != std::string::npos)
      throw UserError(
          fmt::format("--seeds: expected numbers and ranges such as 0-4 or 0,3,7; got "
                      "'{}'",
                      text));
    return std::stoll(part);
  };
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, comma - begin);
    const size_t dash = part.find('-');
    const int64_t first = number(part.substr(0, dash));
    const int64_t last = dash == std::string::npos ? first : number(part.substr(dash + 1));
    if (last < first || last - first > 100'000)
      throw UserError(fmt::format("--seeds: the range '{}' is empty or too long", part));
    for (int64_t seed = first; seed <= last; ++seed) seeds.push_back(seed);
    begin = comma + 1;
  }
  return seeds;
}

/// Every run that the request asks for, checked; all mistakes are printed before the first one
/// starts.
std::vector<CheckedExperiment> expand(const EngineRequest& request, bool& good) {
  std::vector<CheckedExperiment> runs;
  for (const std::string& file : request.files) {
    std::vector<std::vector<std::string>> variants{{}};
    if (!request.seeds.empty()) {
      variants.clear();
      for (const int64_t seed : parse_seeds(request.seeds))
        variants.push_back({fmt::format("seed={}", seed)});
    }
    for (const auto& more : variants) {
      Issues issues;
      runs.push_back(load_checked(request, file, more, issues));
      print_issues(issues);
      good = good && issues.ok();
      if (!issues.ok()) break;  // the other seeds would say the same
    }
  }
  return runs;
}

void print_outcome(const RunOutcome& outcome, bool quiet) {
  if (outcome.status == "completed") {
    if (!quiet)
      fmt::print(stderr, "  {} {}\n",
                 outcome.skipped ? "finished before (--again runs it anew):" : "wrote",
                 outcome.record.string());
    return;
  }
  fmt::print(stderr, "strata: {}: {} ({})\n", outcome.status, outcome.error,
             outcome.record.string());
}

}  // namespace

int run_command(const EngineRequest& request) {
  bool good = true;
  const std::vector<CheckedExperiment> runs = expand(request, good);
  if (!good) return 2;
  if (const std::string warning = blas_warning(); !warning.empty())
    fmt::print(stderr, "strata: warning: {}\n", warning);
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);

  RunOptions options;
  options.out = request.out;
  options.data_folders = request.data_folders;
  options.threads = request.threads;
  options.quiet = request.quiet;
  options.again = request.again;
  options.command_line = request.command_line;
  options.stop = &stop_requested;
  int code = 0;
  std::vector<RunOutcome> outcomes;
  for (const CheckedExperiment& run : runs) {
    try {
      outcomes.push_back(run_experiment(run.experiment, run.plan, options));
    } catch (const UserError& e) {  // missing data, say: the other runs may have theirs
      outcomes.push_back({"failed", e.what(), run.experiment.file, false});
      code = 2;
    }
    print_outcome(outcomes.back(), request.quiet);
    if (outcomes.back().status == "interrupted") return 130;
    if (outcomes.back().status != "completed") code = std::max(code, 1);
  }
  if (code != 0 && runs.size() > 1) {
    fmt::print(stderr, "strata: of {} runs, these did not complete:\n", runs.size());
    for (const RunOutcome& outcome : outcomes)
      if (outcome.status != "completed") print_outcome(outcome, false);
  }
  return code;
}

}  // namespace strata
