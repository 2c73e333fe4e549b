#include "command/diff.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "command/runs.hpp"
#include "strata/record/record.hpp"
#include "strata/report/rendering/difference_text.hpp"
#include "strata/support/display.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

struct DiffArguments {
  std::string first, second;
  bool json = false;
};

ComparedRun side_of(const std::string& place) {
  std::vector<ComparedRun> runs = read_runs({{place}, {}}).runs;
  if (runs.size() != 1)
    throw UserError(
        fmt::format("diff takes one run on each side: '{}' holds {}; rows of many: "
                    "strata compare",
                    place, runs.size()));
  return std::move(runs[0]);
}

}  // namespace

void add_diff_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<DiffArguments>();
  CLI::App* command = app.add_subcommand(
      "diff", "Tells in what two runs differ: settings, data, machine, versions, figures.");
  command->add_option("first", arguments->first, "A run: its record, folder or id")
      ->required()
      ->type_name("RUN");
  command->add_option("second", arguments->second, "The other")->required()->type_name("RUN");
  command->add_flag("--json", arguments->json, "The same as JSON");
  command->callback([arguments, &exit_code] {
    const ComparedRun first = side_of(arguments->first), second = side_of(arguments->second);
    if (arguments->json)
      print_out("{}", record_text(difference_json(first, second)));
    else
      print_out(difference_text(first, second, display_of(STDOUT_FILENO, 160).width));
    exit_code = 0;
  });
}

}  // namespace strata
