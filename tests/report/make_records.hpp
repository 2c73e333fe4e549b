#pragma once
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "folder.hpp"
#include "strata/record/record.hpp"
#include "strata/record/seal.hpp"
#include "strata/support/random.hpp"
#include "strata/support/sha256.hpp"

/// Records such as the runner writes, for tests: the lecture's shape, made-up figures.
namespace strata::test {

struct RunSpec {
  std::string name = "lecture-mnist-greedy";
  std::string dataset = "mnist";    ///< or fashion_mnist
  std::string strategy = "greedy";  ///< or end_to_end, none
  std::string train = "all";        ///< of greedy; or new
  int64_t seed = 0;
  double lr = 0.1;          ///< the classifier's
  int64_t epochs = 10;      ///< of every stage
  double accuracy = 0.918;  ///< where the last epoch ends, but for the seed's noise
  double noise = 0.002;     ///< standard deviation over seeds
  std::string status = "completed";
};

inline double noise(const RunSpec& spec, const std::string& what, uint64_t element = 0) {
  return random_stream(static_cast<uint64_t>(spec.seed), what, spec.dataset, spec.strategy)
      .normal(element);
}

inline Json component(const std::string& type, Json params = Json::object()) {
  Json made = {{"type", type}};
  made.update(params);
  return made;
}

inline Json make_config(const RunSpec& spec) {
  const Json linear = {{"weight", component("torch_default")}, {"bias", true}};
  const auto layer = [&](int units) {
    Json params = {{"units", units}};
    params.update(linear);
    return component("linear", params);
  };
  Json strategy = component(spec.strategy);
  if (spec.strategy == "greedy") strategy["train"] = spec.train;
  const auto sgd = [](double lr) {
    return component("sgd",
                     {{"lr", lr}, {"momentum", 0.0}, {"nesterov", false}, {"weight_decay", 0.0}});
  };
  return {
      {"name", spec.name},
      {"seed", spec.seed},
      {"dtype", "float64"},
      {"data",
       {{"dataset", component(spec.dataset, {{"train_size", nullptr}, {"validation_size", 0}})},
        {"batch_size", 1000}}},
      {"encoder", Json::array({Json::array({layer(400), component("tanh")}),
                               Json::array({layer(256), component("tanh")})})},
      {"decoder", nullptr},
      {"pretrain",
       {{"strategy", strategy},
        {"loss", component("mse")},
        {"optimizer", sgd(0.98)},
        {"epochs", spec.epochs}}},
      {"classify",
       {{"train", "all"},
        {"head", Json::array({layer(10), component("log_softmax")})},
        {"loss", component("nll")},
        {"optimizer", sgd(spec.lr)},
        {"epochs", spec.epochs},
        {"metrics", Json::array({component("accuracy"), component("per_class_accuracy"),
                                 component("confusion_matrix")})}}},
  };
}

inline Json make_data(const RunSpec& spec) {
  const bool mnist = spec.dataset == "mnist";
  std::vector<int64_t> histogram(256);
  for (size_t i = 0; i < 256; ++i)  // MNIST is nearly black and white; Fashion-MNIST is not
    histogram[i] = mnist ? (i == 0    ? 38'000'000
                            : i > 250 ? 800'000
                                      : 20'000)
                         : (i == 0 ? 23'000'000 : 60'000 + static_cast<int64_t>(i) * 200);
  const std::vector<std::string> names =
      mnist ? std::vector<std::string>{"zero", "one", "two",   "three", "four",
                                       "five", "six", "seven", "eight", "nine"}
            : std::vector<std::string>{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                       "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  const auto split = [&](int64_t count, const std::string& part) -> Json {
    return {{"count", count},
            {"class_counts", std::vector<int64_t>(10, count / 10)},
            {"indices_sha256", sha256_hex(part + std::to_string(count))}};
  };
  return {
      {"dataset", spec.dataset},
      {"sample_shape", {1, 28, 28}},
      {"classes", 10},
      {"class_names", names},
      {"files", Json::array({{{"name", "train-images-idx3-ubyte"},
                              {"path", "data/" + spec.dataset + "/train-images-idx3-ubyte"},
                              {"sha256", sha256_hex(spec.dataset)}}})},
      {"splits", {{"train", split(60000, "train")}, {"test", split(10000, "test")}}},
      {"pixels",
       {{"mean", mnist ? 0.1307 : 0.2860},
        {"variance", mnist ? 0.0949 : 0.1246},
        {"histogram", histogram}}},
  };
}

inline Json make_model() {
  const auto layer = [](const std::string& name, const std::string& type, int in, int out) -> Json {
    const bool linear = type == "linear";
    return {{"name", name},
            {"type", type},
            {"input_shape", {in}},
            {"output_shape", {out}},
            {"parameters", linear ? in * out + out : 0}};
  };
  Json blocks = Json::array();
  const auto block = [&](const std::string& name, int in, int out, const std::string& activation) {
    blocks.push_back({{"name", name},
                      {"parameters", in * out + out},
                      {"layers", Json::array({layer(name + ".0", "linear", in, out),
                                              layer(name + ".1", activation, out, out)})}});
  };
  block("encoder.0", 784, 400, "tanh");
  block("decoder.0", 400, 784, "sigmoid");
  block("encoder.1", 400, 256, "tanh");
  block("decoder.1", 256, 400, "tanh");
  block("head", 256, 10, "log_softmax");
  return {{"parameters", 314000 + 314384 + 102656 + 102800 + 2570}, {"blocks", blocks}};
}

/// A curve that falls from `first` to `last`.
inline Json make_stage(const RunSpec& spec, const std::string& name, const std::string& kind,
                       const std::string& target, double first, double last) {
  Json epochs = Json::array();
  const double spread = 1.0 + 0.01 * noise(spec, name);
  for (int64_t e = 1; e <= spec.epochs; ++e) {
    const double loss = spread * (last + (first - last) * std::exp(-0.8 * double(e - 1)));
    Json test = kind == "classify"
                    ? Json{{"accuracy", spec.accuracy - 0.35 * std::exp(-0.5 * double(e))},
                           {"nll", loss * 1.02}}
                    : Json{{"reconstruction_error", loss * 0.99}};
    epochs.push_back({{"epoch", e},
                      {"loss", loss},
                      {"terms", {{kind == "classify" ? "nll" : "mse", loss}}},
                      {"learning_rate", kind == "classify" ? spec.lr : 0.98},
                      {"seconds", 0.8},
                      {"samples_per_second", 75000.0},
                      {"metrics", {{"train", Json::object()}, {"test", test}}}});
  }
  const bool classify = kind == "classify";
  return {{"name", name},
          {"kind", kind},
          {"target", target},
          {"prefix", Json::array()},
          {"blocks", Json::array({"encoder.0"})},
          {"trains", Json::array({"encoder.0"})},
          {"settings",
           {{"loss", component(classify ? "nll" : "mse")},
            {"optimizer", component("sgd", {{"lr", classify ? spec.lr : 0.98}})},
            {"epochs", spec.epochs}}},
          {"status", "completed"},
          {"epochs", epochs},
          {"seconds", 0.8 * double(spec.epochs)},
          {"weights",
           {{"file", "weights/" + name + ".safetensors"},
            {"sha256", sha256_hex(name)},
            {"bytes", 2'512'000}}}};
}

inline Json make_stages(const RunSpec& spec) {
  Json stages = Json::array();
  const bool mnist = spec.dataset == "mnist";
  const bool codes = spec.strategy == "greedy" && spec.train == "new";
  if (spec.strategy == "greedy") {
    stages.push_back(make_stage(spec, "pretrain-1", "pretrain", "pixels", 0.19, 0.066));
    stages.push_back(codes ? make_stage(spec, "pretrain-2", "pretrain", "codes", 0.05, 0.0078)
                           : make_stage(spec, "pretrain-2", "pretrain", "pixels",
                                        mnist ? 0.077 : 0.089, mnist ? 0.0673 : 0.0621));
  } else if (spec.strategy == "end_to_end") {
    stages.push_back(make_stage(spec, "pretrain-1", "pretrain", "pixels", 0.21, 0.0685));
  }
  stages.push_back(make_stage(spec, "classify", "classify", "labels", 2.04, 0.30));
  return stages;
}

inline Json make_metrics(const RunSpec& spec, const Json& stages) {
  const double accuracy = spec.accuracy + spec.noise * noise(spec, "accuracy");
  std::vector<double> by_class(10);
  Json matrix = Json::array();
  for (size_t c = 0; c < 10; ++c) {
    const double skew = c == 5 ? -0.04 : 0.04 / 9;
    const auto right = static_cast<int64_t>(std::lround(1000 * (accuracy + skew)));
    by_class[c] = double(right) / 1000;
    std::vector<int64_t> row(10, (1000 - right) / 10);
    row[c] = right;
    row[(c + 3) % 10] += (1000 - right) - (1000 - right) / 10 * 9;
    matrix.push_back(row);
  }
  Json test = {{"accuracy", accuracy},           {"nll", 1.2 * (1 - accuracy) + 0.19},
               {"per_class_accuracy", by_class}, {"confusion_matrix", matrix},
               {"sensitivity", by_class},        {"specificity", std::vector<double>(10, 0.991)}};
  for (const Json& stage : stages)
    if (stage["target"] != "labels")
      test["reconstruction_error"] =
          stage["target"] == "codes"  // the images' error through all pairs is another figure
              ? Json(0.0671 * (1.0 + 0.01 * noise(spec, "images")))
              : stage["epochs"].back()["metrics"]["test"]["reconstruction_error"];
  return {{"test", test}};
}

inline Json make_record(const RunSpec& spec) {
  Json config = make_config(spec);
  const std::string hash = sha256_hex(config.dump());
  Json stages = make_stages(spec);
  Json record = {
      {"schema_version", record_schema_version},
      {"name", spec.name},
      {"run_id", fmt::format("{}-s{}", hash.substr(0, 8), spec.seed)},
      {"seed", spec.seed},
      {"status", spec.status},
      {"error", spec.status == "completed" ? Json(nullptr) : Json("stopped: " + spec.status)},
      {"config", config},
      {"config_hash", hash},
      {"source",
       {{"file", "experiments/" + spec.name + ".yaml"},
        {"text", "name: " + spec.name + "\nseed: 0\ndtype: float64\n"},
        {"overrides", Json::array({fmt::format("seed={}", spec.seed)})}}},
      {"data", make_data(spec)},
      {"model", make_model()},
      {"stages", stages},
      {"metrics", make_metrics(spec, stages)},
      {"provenance",
       {{"strata", {{"version", "0.1.0"}, {"commit", "6ad156ceb91c"}}},
        {"compiler", "GNU 12.2.0"},
        {"build_type", "Release"},
        {"libtorch", "1.13.0"},
        {"blas", {{"name", "OpenBLAS"}, {"threads", 2}}},
        {"threads", 2},
        {"cuda", nullptr},
        {"gpu", nullptr},
        {"cpu", "Made-up CPU"},
        {"device", "cpu"},
        {"host", {{"os", "Debian GNU/Linux 12"}, {"cores", 2}, {"memory_bytes", 8'000'000'000}}},
        {"command_line", {"strata", "run", spec.name + ".yaml"}},
        {"plugins", Json::array()}}},
      {"timing",
       {{"start", fmt::format("2026-11-23T12:{:02}:00Z", spec.seed % 60)},
        {"end", fmt::format("2026-11-23T12:{:02}:20Z", spec.seed % 60)},
        {"seconds", 20.0 + noise(spec, "seconds")},
        {"training_seconds", 18.0 + noise(spec, "seconds")}}},
      {"peak_memory_bytes", 612'000'000},
  };
  if (spec.status == "completed") return record;
  record.erase("metrics");  // as a run that ended early leaves it
  Json& last = record["stages"].back();
  last["status"] = spec.status;
  last.erase("weights");
  last["epochs"].erase(last["epochs"].begin() + 1, last["epochs"].end());
  if (spec.status == "diverged") last["epochs"][0]["loss"] = nullptr;
  return record;
}

/// Makes a stage one of so many epochs, planned and done, that ends as it did.
inline void set_epochs(Json& record, size_t stage, size_t epochs) {
  Json& list = record["stages"][stage]["epochs"];
  const Json last = list.back();
  list = Json::array();
  for (size_t e = 0; e < epochs; ++e) list.push_back(last);
  record["stages"][stage]["settings"]["epochs"] = epochs;
}

/// As the runner lays them out: folder/<name>/<run_id>/record.json.
inline std::filesystem::path write_record(const std::filesystem::path& folder, Json record) {
  record["config_hash"] = sha256_hex(record["config"].dump());
  const auto path = folder / record["name"].get<std::string>() /
                    record["run_id"].get<std::string>() / "record.json";
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << sealed_text(record);  // no flush to the disk: thousands are written
  return path;
}

using testing::TemporaryFolder;

}  // namespace strata::test
