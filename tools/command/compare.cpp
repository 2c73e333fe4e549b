#include "command/compare.hpp"

#include <unistd.h>

#include <memory>

#include "command/runs.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/support/display.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

struct CompareArguments {
  RunChoice choice;
  CompareOptions options;
  bool json = false, csv = false, markdown = false;
};

void print_comparison(const CompareArguments& arguments) {
  const Comparison comparison = compare_runs(arguments.choice, arguments.options);
  const Display display = display_of(STDOUT_FILENO, 160);
  if (arguments.json)
    print_out("{}\n",
              comparison_json(comparison).dump(1, ' ', false, Json::error_handler_t::replace));
  else if (arguments.csv)
    print_out(comparison_csv(comparison));
  else if (arguments.markdown)
    print_out(comparison_markdown(comparison));
  else
    print_out(comparison_text(comparison, display.width, display.styled));
}

}  // namespace

void add_compare_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<CompareArguments>();
  CLI::App* command = app.add_subcommand(
      "compare", "Compares runs: finds what varies, averages over seeds, tests, warns.");
  add_run_choice(*command, arguments->choice);
  command->add_option("--by", arguments->options.by, "Settings that make the rows (key,...)")
      ->delimiter(',')
      ->type_name("KEY");
  command
      ->add_option("--metric", arguments->options.metrics,
                   "Columns (name,...); 'all' shows every one there is")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command
      ->add_option("--sort", arguments->options.sort,
                   "Sort rows by a metric (best first) or a setting; -NAME reverses")
      ->type_name("NAME");
  command->add_option("--top", arguments->options.top, "Show the first N rows of the table")
      ->type_name("N");
  command
      ->add_option("--baseline", arguments->options.baseline,
                   "Row that the others are tested against: key=value,... or an "
                   "experiment's name")
      ->check([](const std::string& row) {
        return row.empty() ? "an empty name is no row" : std::string();
      })
      ->type_name("ROW");
  auto* json = command->add_flag("--json", arguments->json, "Everything as JSON");
  auto* csv = command->add_flag("--csv", arguments->csv, "One line a row, full precision");
  auto* markdown = command->add_flag("--markdown", arguments->markdown, "Markdown tables");
  json->excludes(csv)->excludes(markdown);
  csv->excludes(markdown);
  command->callback([arguments, &exit_code] {
    print_comparison(*arguments);
    exit_code = 0;
  });
}

}  // namespace strata
