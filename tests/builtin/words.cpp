// The words of Keras, PyTorch, Lightning, Hydra and Caffe lead to strata's: the table of all of
// them, from what the components and keys say of themselves.
#include "strata/parameters/words.hpp"

#include <doctest/doctest.h>

#include "strata/registry/registry.hpp"
#include "strata/run/experiment.hpp"

using namespace strata;

namespace {

struct Meaning {
  const char* where;  ///< a family; or the path of the map where a key stands
  const char* word;
  const char* meant;
};

const ParamList& parameters_of(const std::string& where) {
  const size_t slash = where.find('/');
  if (slash != std::string::npos)
    return Registry::instance().find(where.substr(0, slash), where.substr(slash + 1))->params;
  const ParamList& root = param_list<Experiment>();
  return where == "experiment" ? root : *root.find(where)->keys();
}

}  // namespace

TEST_CASE("components that others call otherwise") {
  for (const Meaning& m :
       std::initializer_list<Meaning>{// Keras
                                      {"layer", "Dense", "linear"},
                                      {"layer", "keras.layers.Conv2D", "conv2d"},
                                      {"layer", "Conv2DTranspose", "conv_transpose2d"},
                                      {"layer", "MaxPooling2D", "max_pool2d"},
                                      {"layer", "UpSampling2D", "upsample"},
                                      {"layer", "BatchNormalization", "batch_norm"},
                                      {"layer", "LayerNormalization", "layer_norm"},
                                      {"layer", "AveragePooling2D", "avg_pool2d"},
                                      {"layer", "LeakyReLU", "leaky_relu"},
                                      {"layer", "keras.layers.ELU", "elu"},
                                      {"layer", "swish", "silu"},
                                      {"loss", "mean_absolute_error", "l1"},
                                      {"loss", "KLDivergence", "kl_divergence"},
                                      {"loss", "categorical_crossentropy", "cross_entropy"},
                                      {"loss", "sparse_categorical_crossentropy", "cross_entropy"},
                                      {"loss", "binary_crossentropy", "bce"},
                                      {"loss", "mean_squared_error", "mse"},
                                      {"loss", "MeanSquaredError", "mse"},
                                      {"metric", "categorical_accuracy", "accuracy"},
                                      {"metric", "acc", "accuracy"},
                                      {"initializer", "glorot_uniform", "xavier"},
                                      {"initializer", "he_normal", "kaiming"},
                                      {"corruption", "GaussianNoise", "gaussian"},
                                      // PyTorch
                                      {"layer", "nn.Linear", "linear"},
                                      {"layer", "torch.nn.LogSoftmax", "log_softmax"},
                                      {"layer", "ReLU", "relu"},
                                      {"layer", "ConvTranspose2d", "conv_transpose2d"},
                                      {"loss", "MSELoss", "mse"},
                                      {"loss", "NLLLoss", "nll"},
                                      {"loss", "CrossEntropyLoss", "cross_entropy"},
                                      {"loss", "BCELoss", "bce"},
                                      {"optimizer", "Adam", "adam"},
                                      {"optimizer", "torch.optim.SGD", "sgd"},
                                      {"optimizer", "optim.AdamW", "adamw"},
                                      {"optimizer", "RMSprop", "rmsprop"},
                                      {"layer", "nn.BatchNorm2d", "batch_norm"},
                                      {"layer", "nn.Hardtanh", "hard_tanh"},
                                      {"layer", "nn.GELU", "gelu"},
                                      {"loss", "SmoothL1Loss", "huber"},
                                      {"loss", "nn.L1Loss", "l1"},
                                      {"metric", "F1Score", "f1"},
                                      {"metric", "AUROC", "auc"},
                                      {"metric", "TopKCategoricalAccuracy", "top_k"},
                                      {"initializer", "orthogonal_", "orthogonal"},
                                      {"schedule", "StepLR", "step"},
                                      {"schedule", "MultiStepLR", "piecewise"},
                                      {"schedule", "CosineAnnealingLR", "cosine"},
                                      {"schedule", "ReduceLROnPlateau", "plateau"},
                                      {"initializer", "xavier_uniform", "xavier"},
                                      {"initializer", "kaiming_normal", "kaiming"},
                                      {"dataset", "FashionMNIST", "fashion_mnist"},
                                      {"dataset", "ImageFolder", "image_folder"},
                                      // Caffe
                                      {"layer", "InnerProduct", "linear"},
                                      {"layer", "Convolution", "conv2d"},
                                      {"layer", "Pooling", "max_pool2d"},
                                      {"loss", "EuclideanLoss", "mse"},
                                      {"loss", "SoftmaxWithLoss", "cross_entropy"},
                                      {"initializer", "msra", "kaiming"}}) {
    CAPTURE(m.word);
    CHECK(name_meant(m.word, component_names(Registry::instance(), m.where)) == m.meant);
  }
}

TEST_CASE("keys that others call otherwise") {
  for (const Meaning& m :
       std::initializer_list<Meaning>{{"optimizer/sgd", "learning_rate", "lr"},
                                      {"optimizer/adam", "base_lr", "lr"},
                                      {"optimizer/adam", "epsilon", "eps"},
                                      {"optimizer/sgd", "lr_policy", "schedule"},
                                      {"optimizer/sgd", "gradient_clip_val", "clip_norm"},
                                      {"optimizer/sgd", "clipnorm", "clip_norm"},
                                      {"layer/linear", "out_features", "units"},
                                      {"layer/linear", "num_output", "units"},
                                      {"layer/linear", "kernel_initializer", "weight_init"},
                                      {"layer/linear", "use_bias", "bias"},
                                      {"layer/conv2d", "filters", "channels"},
                                      {"layer/conv2d", "out_channels", "channels"},
                                      {"layer/conv2d", "kernel_size", "kernel"},
                                      {"layer/conv2d", "strides", "stride"},
                                      {"layer/max_pool2d", "pool_size", "size"},
                                      {"layer/dropout", "p", "rate"},
                                      {"schedule/step", "gamma", "factor"},
                                      {"schedule/step", "step_size", "every"},
                                      {"schedule/plateau", "monitor", "metric"},
                                      {"experiment", "defaults", "extends"},
                                      {"experiment", "model", "encoder"},
                                      {"experiment", "random_state", "seed"},
                                      {"experiment", "precision", "dtype"},
                                      {"experiment", "accelerator", "device"},
                                      {"experiment", "finetune", "classify"},
                                      {"experiment", "param_grid", "sweep"},
                                      {"experiment", "n_seeds", "seeds"},
                                      {"data", "val_split", "validation_size"},
                                      {"data", "validation_split", "validation_size"},
                                      {"data", "shuffle", "order"},
                                      {"data", "batch", "batch_size"},
                                      {"classify", "max_epochs", "epochs"},
                                      {"classify", "criterion", "loss"},
                                      {"classify", "solver", "optimizer"},
                                      {"classify", "callbacks", "early_stopping"},
                                      {"classify", "restore_best_weights", "keep"},
                                      {"pretrain", "activity_regularizer", "penalties"},
                                      {"pretrain", "noise", "corruption"}}) {
    CAPTURE(m.word);
    CHECK(name_meant(m.word, key_names(parameters_of(m.where))) == m.meant);
  }
  const ParamList& stopping =
      *param_list<Experiment>().find("classify")->keys()->find("early_stopping")->keys();
  CHECK(name_meant("monitor", key_names(stopping)) == "metric");
}

TEST_CASE("what strata has not is not taken for what is spelt alike") {
  for (const auto& [family, word] : std::initializer_list<std::pair<const char*, const char*>>{
           {"layer", "mish"},
           {"layer", "CELU"},
           {"layer", "nn.Hardsigmoid"},
           {"layer", "nn.PReLU"},
           {"layer", "GroupNorm"},
           {"layer", "Conv1D"},
           {"optimizer", "Adadelta"},
           {"optimizer", "NAdam"},
           {"initializer", "TruncatedNormal"}}) {
    CAPTURE(word);
    CHECK(name_meant(word, component_names(Registry::instance(), family)) == "");
  }
}

TEST_CASE("no word stands for two components of a family, or two keys of a map") {
  const auto check = [](const std::vector<KnownName>& names, const std::string& where) {
    for (const KnownName& each : names)
      for (const std::string& word : *each.known_as) {
        CAPTURE(where);
        CAPTURE(word);
        CHECK(name_meant(word, names) == each.name);
        CHECK_FALSE(is_foreign(word));
      }
  };
  const Registry& registry = Registry::instance();
  for (const std::string& family : registry.families()) {
    check(component_names(registry, family), family);
    for (const std::string& name : registry.names(family))
      check(key_names(registry.find(family, name)->params), family + "/" + name);
  }
  for (const char* where : {"experiment", "data", "pretrain", "classify"})
    check(key_names(parameters_of(where)), where);
}
