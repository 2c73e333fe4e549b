#include "command/use.hpp"

#include "command/runs.hpp"
#include "command/usage.hpp"

namespace strata {
namespace {

using Which = EngineRequest::Command;

CLI::App* add_command(CLI::App& app, EngineRequest& request, bool& for_engine, const char* name,
                      const char* doc, Which which) {
  CLI::App* command = app.add_subcommand(name, doc);
  const char* const runs = "a run's folder, or its id below results/";
  (which == Which::evaluate
       ? command->add_option("run", request.use.runs, runs)
       : command->add_option_function<std::string>(
             "run", [&](const std::string& run) { request.use.runs = {run}; }, runs))
      ->required()
      ->type_name("RUN");
  command->add_option("--plugin", request.plugins, "library with components of the run")
      ->allow_extra_args(false);
  command->add_option("--device", request.device, "auto, cpu or cuda; default: auto")
      ->check(one_of({"auto", "cpu", "cuda"}));
  command->callback([&request, &for_engine, which] {
    request.command = which;
    UseRequest& use = request.use;
    use.runs = which == Which::evaluate ? run_folders(use.runs) : std::vector{one_run(use.runs[0])};
    for_engine = true;
  });
  return command;
}

void add_split(CLI::App& command, EngineRequest& request, const char* doc) {
  command.add_option("--split", request.use.split, doc)->type_name("SPLIT");
  command
      .add_option("--data", request.use.dataset,
                  "the split's data set, where it is not the run's: fashion_mnist, or as in a file")
      ->type_name("NAME|YAML");
  command.add_option("--data-dir", request.data_folders, "folder to look for data in")
      ->check(CLI::ExistingDirectory)
      ->allow_extra_args(false);
}

void add_images(CLI::App& command, EngineRequest& request) {
  command
      .add_option("images", request.use.images,
                  "PNG and JPEG files of any size and colour, folders of them, IDX or npy files")
      ->type_name("FILE|DIR");
  add_split(command, request, "instead of files: train, validation or test, of the run's data set");
  command.add_flag("--invert", request.use.invert,
                   "the pictures are dark on light, and the run learned from light on dark");
}

CLI::Option* add_output(CLI::App& command, EngineRequest& request, const char* doc) {
  return command.add_option("-o,--output", request.use.output, doc)->type_name("FILE");
}

void add_stage(CLI::App& command, EngineRequest& request, const char* doc) {
  command.add_option("--stage", request.use.stage, doc)->type_name("NAME");
}

}  // namespace

void add_use_commands(CLI::App& app, EngineRequest& request, bool& for_engine) {
  CLI::App* predict = add_command(
      app, request, for_engine, "predict",
      "Classify images with a trained run: class and probability of each.", Which::predict);
  add_images(*predict, request);
  auto* json =
      predict->add_flag("--json", request.json, "a list, with the probability of each class");
  auto* csv = predict->add_flag("--csv", request.use.csv, "the same as a table for spreadsheets");
  json->excludes(csv);
  add_output(*predict, request, "file to write to; default: standard output");

  CLI::App* encode =
      add_command(app, request, for_engine, "encode",
                  "Write the codes that a trained run makes of images, as npy.", Which::encode);
  add_images(*encode, request);
  add_stage(*encode, request, "whose weights: pretrain-2, say; default: the last stage's");
  encode
      ->add_option("--code", request.use.code,
                   "which encoder's output: encoder.0, say; default: the innermost")
      ->type_name("NAME");
  add_output(*encode, request, "codes.npy; labels, where they are known, go to codes.labels.npy")
      ->required();

  CLI::App* reconstruct =
      add_command(app, request, for_engine, "reconstruct",
                  "Draw images above what a trained run rebuilds of them.", Which::reconstruct);
  add_images(*reconstruct, request);
  add_stage(*reconstruct, request, "whose weights; default: the last stage that rebuilds");
  add_output(*reconstruct, request, "the PNG to write")->required();

  CLI::App* interpolate =
      add_command(app, request, for_engine, "interpolate",
                  "Draw what lies between the codes of two images.", Which::interpolate);
  interpolate->add_option("images", request.use.images, "two PNG or JPEG files")
      ->required()
      ->expected(2)
      ->type_name("A B");
  interpolate->add_option("--steps", request.use.steps, "pictures from the first to the second")
      ->capture_default_str()
      ->check(CLI::Range(2, 1000));
  interpolate->add_flag("--invert", request.use.invert, "the pictures are dark on light");
  add_stage(*interpolate, request, "whose weights; default: the last stage that rebuilds");
  add_output(*interpolate, request, "the PNG to write")->required();

  CLI::App* evaluate =
      add_command(app, request, for_engine, "evaluate",
                  "Judge trained runs on other images; strata compare then shows the figures.",
                  Which::evaluate);
  add_split(*evaluate, request, "train, validation or test; default: test");
  evaluate
      ->add_option("--corrupt", request.use.corruption,
                   "what spoils the images first: gaussian, or {type: gaussian, std: 0.3}")
      ->type_name("NAME|YAML");
  evaluate->add_flag("--json", request.json, "the record of the evaluation");
}

}  // namespace strata
