#include "command/report.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "command/runs.hpp"
#include "report_assets.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/report/rendering/html.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

struct Arguments {
  RunChoice choice;
  CompareOptions options;
  std::string out = "report.html";
  std::string title = "strata: a comparison of runs";
};

void write_report(const Arguments& arguments) {
  check_report_place(arguments.out);
  const Comparison comparison = compare_runs(arguments.choice, arguments.options);
  const std::string page = report_page(comparison, arguments.title);
  if (write_output(arguments.out, page)) return;
  print_out("{}: {}, {:.1f} MB\n", arguments.out, counts_text(comparison),
            static_cast<double>(page.size()) / 1e6);
}

}  // namespace

void check_report_place(const std::filesystem::path& file) {
  if (report_assets().charts.empty())
    throw UserError(
        "this strata was built without Chart.js: install the package libjs-chart.js, or give its "
        "file as -DSTRATA_CHART_JS=..., and build it again");
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!std::filesystem::is_directory(folder))
    throw UserError(
        fmt::format("cannot write {}: there is no folder {}", file.string(), folder.string()));
  if (std::filesystem::is_directory(file))
    throw UserError(fmt::format("cannot write {}: it is a folder", file.string()));
}

std::string report_page(const Comparison& comparison, const std::string& title,
                        int reload_seconds) {
  std::string page = html_report(comparison, title, report_assets());
  if (reload_seconds == 0) return page;
  const std::string head = "<head>\n";
  return page.insert(page.find(head) + head.size(),
                     fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", reload_seconds));
}

void add_report_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "report", "Writes a comparison as one HTML file with charts, images and settings.");
  add_run_choice(*command, arguments->choice);
  command->add_option("-o,--out", arguments->out, "The file to write")
      ->capture_default_str()
      ->type_name("FILE");
  command->add_option("--title", arguments->title, "The report's heading")->capture_default_str();
  command->add_option("--by", arguments->options.by, "Settings that make the rows (key,...)")
      ->delimiter(',')
      ->type_name("KEY");
  command->add_option("--metric", arguments->options.metrics, "Figures to show (name,...)")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command->add_option("--sort", arguments->options.sort, "As of compare")->type_name("NAME");
  command->add_option("--baseline", arguments->options.baseline, "As of compare")->type_name("ROW");
  command->callback([arguments, &exit_code] {
    write_report(*arguments);
    exit_code = 0;
  });
}

}  // namespace strata
