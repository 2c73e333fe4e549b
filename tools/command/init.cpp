// strata init: a commented experiment file to start from.
#include "command/init.hpp"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <memory>

#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

/// Runs as it is, in seconds, on data that need no file. The name is put before it.
constexpr const char* kStarter = R"(
# What is commented out shows what else there is. `strata list` names every component,
# `strata describe layer/linear` prints a component's parameters.
seed: 0                                    # every random number follows from it
# dtype: float64                           # default: float32
# device: cpu                              # default: auto, a GPU where there is one

data:
  dataset: synthetic_digits                # drawn on the spot; or mnist, fashion_mnist, ...
  batch_size: 100
  train_size: 5000                         # without it: all
  validation_size: 1000                    # set apart from the training samples

encoder:                                   # one entry for each pair; the decoder mirrors it
  - [{type: linear, units: 100}, tanh]
  - [{type: linear, units: 30}, tanh]
# tied: true                               # the decoder shares the encoder's weights

pretrain:                                  # trains the stack to rebuild its input
  strategy: {type: greedy, train: new}     # or {type: greedy, train: all}, end_to_end, none
  loss: mse
  optimizer: {type: adam, lr: 0.002}       # or {type: sgd, lr: 0.5, momentum: 0.9}
  epochs: 3                                # or one for each stage: [3, 2]
  # corruption: {type: masking, rate: 0.3}   # a denoising autoencoder
  # penalties: [{type: l1, weight: 0.0001}]  # a sparse one
  # early_stopping: {patience: 1}          # each stage, by validation data
  # stages:                                # what differs in a stage
  #   - {}
  #   - optimizer: {type: sgd, lr: 0.1}

classify:                                  # puts the head on the code, without the decoder
  head: [linear, log_softmax]              # units default to the number of classes
  loss: nll
  optimizer:
    type: adam
    lr: 0.005
    # schedule: {type: warmup, epochs: 1, then: cosine}
    # clip_norm: 5
  epochs: 5
  metrics: [accuracy]
  # train: head                            # leaves the encoder as it is
  # early_stopping: {metric: accuracy, patience: 5}   # by validation data
  # keep: best                             # the best epoch's parameters instead of the last's

# sweep:                                   # a run for each value; keys listed here make a grid
#   pretrain.optimizer.lr: log(0.1, 1, 3)
# seeds: 0-4                               # and for each seed
)";

/// The run's name from that of the file; some name where it cannot be a folder's.
std::string run_name(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '-';
  return name.empty() || std::isalpha(static_cast<unsigned char>(name.front())) == 0
             ? "experiment-" + name
             : name;
}

void write_starter(const std::string& file) {
  if (std::filesystem::exists(std::filesystem::symlink_status(file)))
    throw UserError(
        fmt::format("{} exists already, and is left as it is; give another name", file));
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    throw UserError(fmt::format("cannot write {}: there is no folder {}", file, folder.string()));
  write_file_atomically(
      file,
      fmt::format("name: {:<36} # the folder of its results\n", run_name(file)) + (kStarter + 1));
  print_out("wrote {0}; see it with: strata show {0}; train it with: strata run {0}\n", file);
}

}  // namespace

void add_init_command(CLI::App& app, int& exit_code) {
  const auto file = std::make_shared<std::string>("experiment.yaml");
  CLI::App* command =
      app.add_subcommand("init", "Write a commented experiment file to start from.");
  command->add_option("file", *file, "the file to write")->capture_default_str();
  command->callback([file, &exit_code] {
    write_starter(*file);
    exit_code = 0;
  });
}

}  // namespace strata
