#include <fmt/format.h>
#include <unistd.h>

#include "engine/commands.hpp"
#include "strata/inference/evaluation.hpp"
#include "strata/record/record.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/display.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

std::string figure_cell(const Json& value) {
  return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "-";
}

/// The figures of one number, beside those that the run had of its own test set.
std::string figures_text(const Json& evaluation, const Json& record) {
  const Json own = record.value("/metrics/test"_json_pointer, Json::object());
  Table table({{"figure", {}}, {"here", {}, true}, {"own test set", {}, true}});
  for (const auto& [key, value] : evaluation.at("metrics").items())
    if (!value.is_array())
      table.add({key, figure_cell(value), figure_cell(own.value(key, Json()))});
  return text_table(table.columns, display_of(STDOUT_FILENO, 160).width);
}

}  // namespace

int evaluate_command(const EngineRequest& request) {
  const UseRequest& asked = request.use;
  set_threads(request.threads);
  const at::Device device = choose_device(request.device.empty() ? "auto" : request.device);
  WantedEvaluation wanted;
  wanted.dataset = asked.dataset;
  if (!asked.split.empty()) wanted.split = asked.split;
  wanted.folders = request.data_folders;
  wanted.corruption = asked.corruption;
  Json all = Json::array();
  for (const std::string& run : asked.runs) {
    const Json evaluation = evaluate_run(run, wanted, device);
    for (const Json& note : evaluation.at("notes"))
      print_err("strata: warning: {}: {}\n", run, note.get<std::string>());
    const std::filesystem::path file = save_evaluation(run, evaluation);
    all.push_back(evaluation);
    if (request.json) continue;
    print_out("{} on {}, {} images\n{}", run, evaluation.at("on").get<std::string>(),
              evaluation.at("data").at("count").get<int64_t>(),
              figures_text(evaluation, read_record(std::filesystem::path(run) / "record.json")));
    print_err("kept in {}\n", file.string());
  }
  if (request.json) print_out("{}", record_text(all.size() == 1 ? all[0] : all));
  return 0;
}

}  // namespace strata
