#include "strata/run/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "strata/run/valid_parts.hpp"

namespace strata {
namespace {

constexpr double kMostEpochs = 1e9;
constexpr size_t kLongestName = 255;  // of a folder, on Linux's file systems

/// What a stage of either kind is trained with.
template <class P>
FieldRef declare_training(Declare<P>& d, const char* loss, const char* optimizer) {
  d.add("loss", &P::loss, loss).known_as({"criterion", "objective", "loss_fn", "loss_function"});
  d.add("optimizer", &P::optimizer, optimizer).known_as({"optim", "solver", "optimizers"});
  return d.add("epochs", &P::epochs, "passes over the training set")
      .known_as({"max_epochs", "num_epochs", "n_epochs", "nb_epoch", "max_iter", "iterations"})
      .min(1)
      .max(kMostEpochs);
}

/// What stays as it is, what decides when a stage ends, and with which parameters.
template <class P>
void declare_selection(Declare<P>& d) {
  d.add(
       "freeze", &P::freeze,
       "blocks or layers that stay as they are, such as encoder.0 or encoder.1.0; a tied decoder's "
       "weights are its encoder's")
      .known_as({"frozen", "freeze_layers", "trainable"})
      .example("[encoder.0]");
  d.add("early_stopping", &P::early_stopping, "ends the training before its epochs are spent")
      .known_as({"callbacks"});
  d.add(
       "keep", &P::keep,
       "the epoch whose parameters stay: the last, or the best by early_stopping's figure, else by "
       "the loss, without the penalties, on validation data")
      .known_as({"restore_best_weights", "save_best_only", "save_top_k", "ModelCheckpoint"})
      .choices({"last", "best"});
}

template <class P>
void declare_metrics(Declare<P>& d) {
  d.add("metrics", &P::metrics, "measured on the test set after each epoch")
      .known_as({"metric", "evaluate"});
}

}  // namespace

void DataSettings::declare(Declare<DataSettings>& d) {
  d.doc("What is learned from.");
  d.example("{dataset: mnist, batch_size: 50, validation_size: 10000}");
  d.add("dataset", &DataSettings::dataset, "the images and labels").required();
  d.add("batch_size", &DataSettings::batch_size, "samples a step; a short last batch is kept")
      .known_as({"batch", "minibatch", "mini_batch_size", "bs", "train_batch_size"})
      .min(1);
  d.add("order", &DataSettings::order,
        "shuffled: anew each epoch; sequential: as the data set has them")
      .known_as({"shuffle"})
      .choices({"shuffled", "sequential"});
  d.add("train_size", &DataSettings::train_size, "how many training samples are used; default all")
      .known_as({"limit_train_batches", "num_train", "n_train", "samples"})
      .min(1);
  d.add("test_size", &DataSettings::test_size, "how many test samples are used; default all")
      .known_as({"limit_test_batches", "num_test", "n_test"})
      .min(1);
  d.add("validation_size", &DataSettings::validation_size,
        "how many training samples are set apart, at random, for validation; default none")
      .known_as(
          {"val_split", "validation_split", "val_size", "valid_size", "n_val", "val_fraction"})
      .min(1);
}

void StageOverrides::declare(Declare<StageOverrides>& d) {
  d.doc("What one stage takes instead of the common settings; entry k is of stage k.");
  d.example("{epochs: 20}, {optimizer: adam, freeze: [encoder.0]}");
  d.add("loss", &StageOverrides::loss, "in place of pretrain.loss");
  d.add("optimizer", &StageOverrides::optimizer, "in place of pretrain.optimizer");
  d.add("epochs", &StageOverrides::epochs, "in place of pretrain.epochs")
      .min(1)
      .max(kMostEpochs)
      .single("this entry is of one stage");
  d.add("corruption", &StageOverrides::corruption, "in place of pretrain.corruption");
  d.add("penalties", &StageOverrides::penalties, "in place of pretrain.penalties; [] for none");
  d.add("freeze", &StageOverrides::freeze, "in place of pretrain.freeze; [] for none");
}

PretrainSettings::PretrainSettings() {
  loss = Slot<Loss>{"mse"};
  optimizer = Slot<Optimizer>{"sgd"};
  metrics = {Slot<Metric>{"reconstruction_error"}};
}

void PretrainSettings::declare(Declare<PretrainSettings>& d) {
  d.doc("Training encoder and decoder to rebuild their input.");
  d.example("{strategy: {type: greedy, train: new}, optimizer: {type: sgd, lr: 0.5}, epochs: 20}");
  d.add("strategy", &PretrainSettings::strategy, "how the stack is grown")
      .known_as({"method", "mode"});
  declare_training(d, "how far a reconstruction is from its target",
                   "how parameters are updated; fresh each stage");
  d.add("corruption", &PretrainSettings::corruption,
        "spoils a stage's input, the clean one being the target (a denoising autoencoder)")
      .known_as({"noise", "denoising"});
  d.add("penalties", &PretrainSettings::penalties, "added to the loss, on a stage's code")
      .known_as({"regularizer", "regularization", "activity_regularizer", "sparsity", "sparse"});
  declare_selection(d);
  d.add("stages", &PretrainSettings::stages, "a map for each stage, of what differs in it");
  declare_metrics(d);
}

ClassifySettings::ClassifySettings() {
  loss = Slot<Loss>{"nll"};
  optimizer = Slot<Optimizer>{"sgd"};
  epochs = 10;
  metrics = {Slot<Metric>{"accuracy"}};
}

void ClassifySettings::declare(Declare<ClassifySettings>& d) {
  d.doc("Training a classifier on the code, the decoder removed.");
  d.example("{optimizer: {type: adam, lr: 0.001}, epochs: 20, metrics: [accuracy]}");
  d.add(
       "head", &ClassifySettings::head,
       "the layers put on the code; units default to the number of classes, and log_softmax is not "
       "there by default under a loss that takes scores, such as cross_entropy")
      .known_as({"output", "top", "classifier_head"});
  declare_training(d, "how far an output is from its label", "how parameters are updated")
      .single("classify is one stage");
  d.add("train", &ClassifySettings::train,
        "all: encoder and head; head: the head alone, on codes computed once")
      .choices({"all", "head"});
  declare_selection(d);
  declare_metrics(d);
}

void Experiment::declare(Declare<Experiment>& d) {
  d.doc("An experiment with a stack of autoencoders.");
  d.example(
      "name: mine\ndata: {dataset: synthetic_digits}\nencoder:\n"
      "  - [{type: linear, units: 100}, tanh]\n  - [{type: linear, units: 30}, tanh]\n"
      "pretrain: {epochs: 5}\nclassify: {epochs: 5}");
  d.root();
  d.add("name", &Experiment::name, "names the folder of its results").required();
  d.add("note", &Experiment::note, "what you want to remember of its runs; changes nothing else")
      .known_as({"description", "comment", "notes"});
  d.add("plugins", &Experiment::plugins,
        "libraries with further components: a path, from this file's folder, or a name that is "
        "looked "
        "up in STRATA_PLUGIN_PATH")
      .known_as({"imports", "extensions"});
  d.add("seed", &Experiment::seed, "from which every random number follows")
      .known_as({"random_seed", "random_state", "manual_seed", "rng_seed"})
      .min(0);
  d.add("dtype", &Experiment::dtype, "precision of the arithmetic")
      .known_as({"precision"})
      .choices({"float32", "float64"});
  d.add("matmul_precision", &Experiment::matmul_precision,
        "what float32 matrix products may give up for speed: highest, nothing; medium, the digits "
        "that bfloat16 factors lack, where the processor multiplies them; weights and sums stay "
        "float32")
      .choices({"highest", "high", "medium"});
  d.add("device", &Experiment::device, "auto takes a GPU where there is one")
      .known_as({"accelerator", "devices", "gpus", "solver_mode"})
      .choices({"auto", "cpu", "cuda"});
  d.add("images", &Experiment::images, "writes pictures of the run beside its record");
  d.add("checkpoint", &Experiment::checkpoint,
        "when the run keeps where it is, to go on from there");
  d.add("data", &Experiment::data, "what is learned from")
      .known_as({"datamodule", "data_module"})
      .required();
  d.add("encoder", &Experiment::encoder,
        "one entry for each pair that is stacked, outermost first; an entry is a list of layers")
      .known_as({"layers", "model", "network", "architecture", "layer_sizes", "hidden_layer_sizes",
                 "hidden_layers"})
      .example("[[{type: linear, units: 100}, tanh]]")
      .required();
  d.add("decoder", &Experiment::decoder,
        "the decoder of each pair, where the encoder's mirror is not wanted: entry k rebuilds the "
        "input of encoder k")
      .known_as({"decoders"});
  d.add("tied", &Experiment::tied,
        "the decoder's weights are the encoder's, transposed: one copy, learned by both")
      .known_as({"tie_weights", "tied_weights", "weight_tying"});
  d.add("init_from", &Experiment::init_from, "another run's weights, which this one begins with")
      .known_as({"load_from", "resume_from", "pretrained", "init_checkpoint", "load_weights"});
  d.add("pretrain", &Experiment::pretrain, "training the stack to rebuild its input")
      .known_as({"pretraining", "pretrainer", "autoencoder", "unsupervised"});
  d.add("classify", &Experiment::classify, "training a classifier on the code")
      .known_as(
          {"finetune", "fine_tune", "fine_tuning", "classifier", "classification", "supervised"});
  d.add("observers", &Experiment::observers,
        "who else is told how the run goes; none of them changes anything of it");
}

namespace {

/// Of the default head, log_softmax is left out where the loss does not take what it gives, and
/// takes what linear does.
void suit_head(ClassifySettings& settings) {
  const auto suits = [&](const Slot<Layer>& last) {
    const LossUse use{Target::labels, make(last)->range(), {}};
    return !make(settings.loss)->objection(use);
  };
  try {
    if (!suits(settings.head[1]) && suits(settings.head[0])) settings.head.pop_back();
  } catch (...) {  // a component's; the plan asks again, and reports it
  }
}

/// Asked whatever else is wrong, unlike a rule of Experiment's own.
void check_name(const std::string& name, const Node& tree, Issues& issues) {
  const bool safe = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  });
  const Node* written = tree.get("name");
  if (written == nullptr || written->broken) return;
  if (name.empty() || !safe || name.front() == '.')
    issues.error(written->origin, "name",
                 fmt::format("expected letters, digits, '.', '_' and '-' (it names a folder), got "
                             "'{}'",
                             name));
  else if (name.size() > kLongestName)
    issues.error(written->origin, "name",
                 fmt::format("it names a folder, and may have at most {} characters; it has {}",
                             kLongestName, name.size()));
}

}  // namespace

Experiment read_experiment(const Node& tree, Issues& issues) {
  Experiment experiment = read_params<Experiment>(tree, issues, Registry::instance());
  if (ValidParts(issues).has("name")) check_name(experiment.name, tree, issues);
  if (experiment.classify && ValidParts(issues).has(experiment.classify->loss) &&
      find_path(tree, "classify.head") == nullptr)
    suit_head(*experiment.classify);
  return experiment;
}

}  // namespace strata
