#include "command/best.hpp"

#include <unistd.h>

#include <memory>

#include "command/runs.hpp"
#include "strata/record/record.hpp"
#include "strata/report/rendering/best_text.hpp"
#include "strata/support/display.hpp"
#include "strata/support/print.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

struct BestArguments {
  RunChoice choice;
  BestOptions options;
  size_t top = 10;
  bool json = false, path = false;
};

void print_best(const BestArguments& arguments) {
  const BestRuns best = best_runs(read_runs(arguments.choice).runs, arguments.options);
  if (arguments.json)
    print_out("{}", record_text(best_json(best)));
  else if (!arguments.path)
    print_out(best_text(best, arguments.top, display_of(STDOUT_FILENO, 160).width));
  else
    for (const BestRuns::List& list : best.lists)
      print_out("{}\n", list.entries.front().run->path.parent_path().string());
}

}  // namespace

void add_best_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<BestArguments>();
  CLI::App* command = app.add_subcommand(
      "best", "Lists the best runs by a figure, of the validation data unless asked otherwise.");
  add_run_choice(*command, arguments->choice);
  command
      ->add_option("--metric", arguments->options.metric,
                   "The figure, as compare takes it; default: the runs' main figure")
      ->type_name("NAME");
  command->add_option("--by", arguments->options.by, "The best run of each value of a setting")
      ->type_name("KEY");
  command
      ->add_option("--split", arguments->options.split,
                   "Whose figure decides: validation, or test, which makes it optimistic")
      ->check([](const std::string& given) {
        const std::vector<std::string> known{"validation", "test"};
        return given == known[0] || given == known[1]
                   ? std::string()
                   : "unknown split '" + given + "'" + suggestion(given, known);
      })
      ->capture_default_str()
      ->type_name("SPLIT");
  command->add_option("--top", arguments->top, "Show the first N runs")
      ->capture_default_str()
      ->type_name("N");
  auto* json = command->add_flag("--json", arguments->json, "All of them as JSON");
  command->add_flag("--path", arguments->path, "Print the folder of the best run alone")
      ->excludes(json);
  command->callback([arguments, &exit_code] {
    print_best(*arguments);
    exit_code = 0;
  });
}

}  // namespace strata
