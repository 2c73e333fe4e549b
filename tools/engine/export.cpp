#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/commands.hpp"
#include "strata/export/exported_model.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/parse_json.hpp"
#include "strata/support/print.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Refuses what is none of the known values of an option.
void expect_one_of(const std::vector<std::string>& known, const std::string& option,
                   const std::string& given) {
  if (std::count(known.begin(), known.end(), given) == 0)
    throw UserError(
        fmt::format("{}: unknown value '{}'{}", option, given, suggestion(given, known)));
}

/// By name, else by the file's ending.
const ExportFormat& wanted_format(const EngineRequest& request) {
  std::vector<std::string> names, endings;
  for (const ExportFormat& format : export_formats()) {
    names.push_back(format.name);
    endings.push_back("." + format.extension);
  }
  const std::string& name = request.exported.format;
  if (!name.empty()) expect_one_of(names, "--format", name);
  const std::string ending = fs::path(request.exported.output).extension().string();
  for (const ExportFormat& format : export_formats())
    if (name.empty() ? ending == "." + format.extension : name == format.name) return format;
  throw UserError(
      request.exported.output.empty()
          ? fmt::format("expected --format ({}), or -o with a file that ends in {}",
                        fmt::join(names, ", "), fmt::join(endings, ", "))
          : fmt::format("{}: the ending '{}' is no format's; expected {}, or --format ({})",
                        request.exported.output, ending, fmt::join(endings, ", "),
                        fmt::join(names, ", ")));
}

/// "quickstart-classify.onnx", "quickstart-classify-encoder.onnx"
std::string default_name(const TrainedRun& run, const std::string& part,
                         const ExportFormat& format) {
  return fmt::format("{}-{}{}.{}", run.settings.name, run.stage().name,
                     part == "model" ? "" : "-" + part, format.extension);
}

/// "input: float32 {batch, 1, 28, 28}, pixels, 0 black and 1 white"
std::string described(const ExportedModel& model, const std::string& side) {
  const Json json = parse_json(model.metadata.at(side)).value();
  std::vector<std::string> sizes;
  for (const Json& size : json.at("shape"))
    sizes.push_back(size.is_string() ? size.get<std::string>() : size.dump());
  return fmt::format("  {}: {} {{{}}}, {}\n", json.at("name").get<std::string>(),
                     json.at("dtype").get<std::string>(), fmt::join(sizes, ", "),
                     json.at("meaning").get<std::string>());
}

}  // namespace

int export_command(const EngineRequest& request) {
  const ExportFormat& format = wanted_format(request);
  expect_one_of(exported_parts, "--part", request.exported.part);
  expect_one_of({"float32", "float64"}, "--dtype", request.exported.dtype);
  const TrainedRun run = load_trained_run(request.exported.run, {request.exported.stage});
  for (const std::string& note : run.notes) print_err("strata: note: {}\n", note);
  const ExportedModel model = exported_model(
      run, request.exported.part, request.exported.dtype == "float64" ? at::kDouble : at::kFloat);
  const std::string bytes = format.bytes(model);
  const std::string file = request.exported.output.empty()
                               ? default_name(run, request.exported.part, format)
                               : request.exported.output;
  if (write_output(file, bytes)) return 0;
  print_out("{}: {} of {}, {:.1f} MB\n{}{}", file, request.exported.part, run.text(),
            static_cast<double>(bytes.size()) / 1e6, described(model, "input"),
            described(model, "output"));
  return 0;
}

}  // namespace strata
