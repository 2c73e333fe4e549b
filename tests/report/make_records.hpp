#pragma once
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "folder.hpp"
#include "strata/record/earlier.hpp"
#include "strata/record/record.hpp"
#include "strata/record/seal.hpp"
#include "strata/report/reading/compared_run.hpp"
#include "strata/support/random.hpp"
#include "strata/support/sha256.hpp"

/// Records such as the runner writes, for tests: the lecture's shape and made-up figures, put into
/// a record that strata wrote.
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

/// The record that strata wrote of record.yaml beside it: what is made here are variations of it.
inline const Json& base_record() {
  static const Json base =
      Json::parse(std::ifstream(std::string(STRATA_SOURCE_DIR) + "/tests/report/record.json"));
  return base;
}

inline Json make_config(const RunSpec& spec) {
  Json config = base_record()["config"];
  config["name"] = spec.name;
  config["seed"] = spec.seed;
  config["dtype"] = "float64";
  Json& data = config["data"];
  data["dataset"] = component(spec.dataset);
  data["batch_size"] = 1000;
  data["train_size"] = data["test_size"] = nullptr;
  Json& pretrain = config["pretrain"];
  pretrain["strategy"] = component(spec.strategy);
  if (spec.strategy == "greedy") pretrain["strategy"]["train"] = spec.train;
  pretrain["epochs"] = config["classify"]["epochs"] = spec.epochs;
  config["classify"]["optimizer"]["lr"] = spec.lr;
  return config;
}

/// Gives each stage the settings that the configuration says, as the planner resolves them.
inline void plan_stages(Json& record) {
  size_t k = 0;  // among the stages of pretraining
  for (Json& stage : record["stages"]) {
    if (!stage.contains("kind") || !stage.contains("settings")) continue;
    const std::string kind = stage["kind"];
    Json phase = record["config"].value(kind, Json::object());
    Json& settings = stage["settings"];
    const Json own =
        kind == "pretrain" && phase.value("stages", Json()).is_array() && k < phase["stages"].size()
            ? phase["stages"][k]
            : Json::object();
    for (const char* name : {"loss", "optimizer", "epochs", "corruption", "penalties", "freeze",
                             "early_stopping", "keep", "metrics"}) {
      Json value = phase.value(name, settings.value(name, Json()));
      if (value.is_array() && name == std::string("epochs"))
        value = k < value.size() ? value[k] : Json(0);
      if (!own.value(name, Json()).is_null()) value = own[name];
      settings[name] = value;
    }
    k += kind == "pretrain" ? 1 : 0;
  }
}

/// As compared_run(), of a record whose configuration may have been changed.
inline ComparedRun planned_run(const std::filesystem::path& path, Json record) {
  plan_stages(record);
  return compared_run(path, record);
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

/// A curve that falls from `first` to `last`.
inline Json make_stage(const RunSpec& spec, const std::string& name, const std::string& kind,
                       const std::string& target, double first, double last) {
  const bool classify = kind == "classify";
  Json stage = base_record()["stages"][classify ? 2 : target == "codes" ? 1 : 0];
  const Json epoch = stage["epochs"][0];
  stage["epochs"] = Json::array();
  const double spread = 1.0 + 0.01 * noise(spec, name);
  for (int64_t e = 1; e <= spec.epochs; ++e) {
    const double loss = spread * (last + (first - last) * std::exp(-0.8 * double(e - 1)));
    Json made = epoch;
    made["epoch"] = e;
    made["loss"] = made["terms"].begin().value() = loss;
    made["learning_rate"] = classify ? spec.lr : 0.98;
    made["seconds"] = 0.8;
    made["samples_per_second"] = 75000.0;
    Json &train = made["metrics"]["train"], &test = made["metrics"]["test"];
    if (classify) {
      const double accuracy = spec.accuracy - 0.35 * std::exp(-0.5 * double(e));
      train = {{"nll", loss}, {"accuracy", accuracy}};
      test = {{"accuracy", accuracy}, {"nll", loss * 1.02}};
    } else {
      train.begin().value() = loss;
      test.begin().value() = loss * 0.99;
    }
    stage["epochs"].push_back(made);
  }
  stage["name"] = name;
  stage["target"] = target;
  stage["settings"]["epochs"] = spec.epochs;
  stage["settings"]["optimizer"]["lr"] = classify ? spec.lr : 0.98;
  stage["seconds"] = 0.8 * double(spec.epochs);
  stage["weights"]["file"] = "weights/" + name + ".safetensors";
  return stage;
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
    stages.push_back(make_stage(spec, "pretrain", "pretrain", "pixels", 0.21, 0.0685));
    stages[0]["blocks"] =
        stages[0]["trains"] = {"encoder.0", "encoder.1", "decoder.1", "decoder.0"};
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
  Json record = base_record();
  for (const char* of_the_base : {"images", "notes", "files", "content", "sha256"})
    record.erase(of_the_base);
  const Json config = make_config(spec);
  const std::string hash = sha256_hex(config.dump());
  record["name"] = spec.name;
  record["run_id"] = fmt::format("{}-s{}", hash.substr(0, 8), spec.seed);
  record["seed"] = spec.seed;
  record["status"] = spec.status;
  record["error"] = spec.status == "completed" ? Json(nullptr) : Json("stopped: " + spec.status);
  record["config"] = config;
  record["config_hash"] = hash;
  record["source"] = {{"file", "experiments/" + spec.name + ".yaml"},
                      {"text", "name: " + spec.name + "\nseed: 0\ndtype: float64\n"},
                      {"overrides", Json::array({fmt::format("seed={}", spec.seed)})}};
  record["data"] = make_data(spec);
  record["stages"] = make_stages(spec);
  plan_stages(record);
  record["metrics"] = make_metrics(spec, record["stages"]);
  Json& provenance = record["provenance"];
  provenance["strata"] = {{"version", "0.1.0"}, {"commit", "6ad156ceb91c"}};
  provenance["blas"] = {{"name", "OpenBLAS"}, {"threads", 2}};
  provenance["cpu"] = "Made-up CPU";
  provenance["host"] = {
      {"os", "Debian GNU/Linux 12"}, {"cores", 2}, {"memory_bytes", 8'000'000'000}};
  provenance["command_line"] = {"strata", "run", spec.name + ".yaml"};
  record["timing"] = {{"start", fmt::format("2026-11-23T12:{:02}:00Z", spec.seed % 60)},
                      {"end", fmt::format("2026-11-23T12:{:02}:20Z", spec.seed % 60)},
                      {"seconds", 20.0 + noise(spec, "seconds")},
                      {"training_seconds", 18.0 + noise(spec, "seconds")}};
  record["peak_memory_bytes"] = 612'000'000;
  bring_up_to_date(record);
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
