#include "command/export.hpp"

#include "command/runs.hpp"

namespace strata {

void add_export_command(CLI::App& app, EngineRequest& request, bool& for_engine) {
  CLI::App* command = app.add_subcommand(
      "export", "Write a trained run's model for other programs: weights, TorchScript or ONNX.");
  ExportRequest& wanted = request.exported;
  command->add_option("run", wanted.run, "a run's folder, or its id below results/")
      ->required()
      ->type_name("RUN");
  command
      ->add_option("--format", wanted.format,
                   "safetensors, torchscript or onnx; default: by the ending of -o")
      ->type_name("NAME");
  command
      ->add_option("-o,--output", wanted.output,
                   "file to write to: .safetensors, .pt or .onnx; default: named by run and stage")
      ->type_name("FILE");
  command->add_option("--stage", wanted.stage, "whose weights; default: the last stage's")
      ->type_name("NAME");
  command
      ->add_option("--part", wanted.part,
                   "model, encoder (images to codes) or decoder (codes to images)")
      ->capture_default_str()
      ->type_name("NAME");
  command->add_option("--dtype", wanted.dtype, "float32 or float64, whatever it was trained in")
      ->capture_default_str()
      ->type_name("NAME");
  command->add_option("--plugin", request.plugins, "library with components of the run")
      ->allow_extra_args(false);
  command->callback([&request, &for_engine] {
    request.command = EngineRequest::Command::export_model;
    request.exported.run = run_places({request.exported.run}).front();
    for_engine = true;
  });
}

}  // namespace strata
