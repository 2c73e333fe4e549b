#include "strata/run/recorder.hpp"

#include "run/small_run.hpp"
#include "strata/run/identity.hpp"
#include "strata/support/sha256.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

std::vector<std::string> tensor_names(const fs::path& file) {
  std::vector<std::string> names;
  for (const Parameter& p : from_safetensors(read_file(file), file.string()))
    names.push_back(p.name);
  return names;
}
}  // namespace

TEST_CASE("a record names its run and its settings") {
  const Json& record = finished().record;
  CHECK(finished().outcome.status == "completed");
  CHECK_FALSE(finished().outcome.users_fault);
  check_schema(finished().outcome.record);
  CHECK(record["schema_version"] == record_schema_version);
  CHECK(record["name"] == "small");
  CHECK(record["seed"] == 3);
  CHECK(record["status"] == "completed");
  CHECK(record["error"].is_null());
  const Json& optimizer = record["config"]["classify"]["optimizer"];
  CHECK(optimizer["type"] == "sgd");
  CHECK(optimizer["momentum"] == 0.9);
  CHECK(optimizer["nesterov"] == false);  // nobody wrote it: the default
  CHECK(record["config"]["pretrain"]["epochs"] == Json({3, 2}));
  CHECK(record["config"]["encoder"][1][0]["units"] == 5);
  CHECK(record["config_hash"] == sha256_hex(record["config"].dump()));
  CHECK(record["run_id"] == folder_id(load_good(kSmallRun).experiment.settings) + "-s3");
  CHECK(finished().path.filename() == record["run_id"].get<std::string>());
  CHECK(record["source"]["file"] == "small.yaml");
  CHECK(record["source"]["text"] == kSmallRun);
}

// Sample i of synthetic_digits is the digit i modulo 10.
TEST_CASE("a record describes the data") {
  const Json& data = finished().record["data"];
  CHECK(data["dataset"] == "synthetic_digits");
  CHECK(data["sample_shape"] == Json({1, 28, 28}));
  CHECK(data["classes"] == 10);
  CHECK(data["splits"]["train"]["count"] == 60);
  CHECK(data["splits"]["validation"]["count"] == 10);
  CHECK(data["splits"]["test"]["count"] == 30);
  CHECK(data["splits"]["test"]["class_counts"] == Json(std::vector<int>(10, 3)));
  for (size_t c = 0; c < 10; ++c)
    CHECK(data["splits"]["train"]["class_counts"][c].get<int>() +
              data["splits"]["validation"]["class_counts"][c].get<int>() ==
          7);
  int64_t pixels = 0;
  double sum = 0, squares = 0;
  for (size_t byte = 0; byte < 256; ++byte) {
    const auto count = data["pixels"]["histogram"][byte].get<int64_t>();
    const double value = static_cast<double>(byte) / 255;
    pixels += count;
    sum += value * static_cast<double>(count);
    squares += value * value * static_cast<double>(count);
  }
  REQUIRE(pixels == 60 * 784);
  const double mean = sum / (60 * 784);
  CHECK(data["pixels"]["mean"].get<double>() == doctest::Approx(mean).epsilon(1e-12));
  CHECK(data["pixels"]["variance"].get<double>() ==
        doctest::Approx(squares / (60 * 784) - mean * mean).epsilon(1e-12));
}

TEST_CASE("a record says what its figures are") {
  const Json& figures = finished().record["figures"];
  CHECK(figures["accuracy"] ==
        Json{{"better", "higher"}, {"unit", "fraction"}, {"role", "score"}, {"of", "labels"}});
  CHECK(figures["nll"]["better"] == "lower");
  CHECK(figures["reconstruction_error"]["of"] == "pixels");
  CHECK(figures["confusion_matrix"]["role"] == "counts");
  CHECK(figures["per_class_accuracy"]["role"] == "per_class");
  for (const auto& [split, values] : finished().record["metrics"].items())
    for (const auto& [key, value] : values.items()) CHECK(figures.contains(key));
}

// 784 * 8 + 8, 8 * 5 + 5, 8 * 784 + 784, 5 * 8 + 8, 5 * 10 + 10.
TEST_CASE("a record describes the model") {
  const Json& model = finished().record["model"];
  std::map<std::string, int64_t> parameters;
  for (const Json& block : model["blocks"]) parameters[block["name"]] = block["parameters"];
  CHECK(parameters == std::map<std::string, int64_t>{{"encoder.0", 6280},
                                                     {"encoder.1", 45},
                                                     {"decoder.0", 7056},
                                                     {"decoder.1", 48},
                                                     {"head", 60}});
  CHECK(model["parameters"] == 13489);
  CHECK(model["blocks"][0]["layers"][0] ==
        Json::parse(R"({"name": "encoder.0.0", "type": "linear", "input_shape": [1, 28, 28],
                        "output_shape": [8], "parameters": 6280})"));
  CHECK(model["blocks"][2]["layers"][0]["mirror"] ==
        Json::parse(R"({"units": 784, "bias": true, "weight_init": {"type": "fan_in_uniform"},
                        "bias_init": {"type": "fan_in_uniform"}, "type": "linear"})"));
}

TEST_CASE("a record has an entry a stage with its epochs") {
  const Json& stages = finished().record["stages"];
  REQUIRE(stages.size() == 3);
  const std::vector<std::array<std::string, 4>> expected{
      {"pretrain-1", "pretrain", "pixels", "reconstruction_error"},
      {"pretrain-2", "pretrain", "pixels", "reconstruction_error"},
      {"classify", "classify", "labels", "nll"}};
  const std::vector<size_t> epochs{3, 2, 4};
  for (size_t i = 0; i < 3; ++i) {
    CHECK(stages[i]["name"] == expected[i][0]);
    CHECK(stages[i]["kind"] == expected[i][1]);
    CHECK(stages[i]["target"] == expected[i][2]);
    CHECK(stages[i]["status"] == "completed");
    CHECK(stages[i]["settings"]["epochs"] == epochs[i]);
    REQUIRE(stages[i]["epochs"].size() == epochs[i]);
    double seconds = 0;
    for (size_t e = 0; e < epochs[i]; ++e) {
      const Json& epoch = stages[i]["epochs"][e];
      CHECK(epoch["epoch"] == e + 1);
      CHECK(epoch["terms"] == Json{{expected[i][3], epoch["loss"]}});
      CHECK(epoch["learning_rate"] == (i < 2 ? 0.5 : 0.1));
      CHECK(epoch["samples_per_second"].get<double>() ==
            doctest::Approx(60 / epoch["seconds"].get<double>()).epsilon(1e-9));
      for (const char* split : {"validation", "test"})
        CHECK(epoch["metrics"][split].contains(i < 2 ? "reconstruction_error" : "nll"));
      seconds += epoch["seconds"].get<double>();
    }
    CHECK(seconds <= stages[i]["seconds"].get<double>());
    // It learns: the first and the last epoch's loss, and what chance gives (log 10).
    CHECK(stages[i]["epochs"].back()["loss"].get<double>() <
          stages[i]["epochs"].front()["loss"].get<double>());
  }
}

TEST_CASE("the final figures are those of the last epochs, and agree with each other") {
  const Json& record = finished().record;
  const Json &figures = record["metrics"]["test"],
             &last = record["stages"][2]["epochs"].back()["metrics"]["test"];
  CHECK(figures["accuracy"] == last["accuracy"]);
  CHECK(figures["nll"] == last["nll"]);
  CHECK(figures["reconstruction_error"] ==
        record["stages"][1]["epochs"].back()["metrics"]["test"]["reconstruction_error"]);
  const Json& matrix = figures["confusion_matrix"];
  REQUIRE(matrix.size() == 10);
  int right = 0;
  for (size_t c = 0; c < 10; ++c) {
    int row = 0;
    for (const Json& count : matrix[c]) row += count.get<int>();
    CHECK(row == 3);
    right += matrix[c][c].get<int>();
    CHECK(figures["per_class_accuracy"][c].get<double>() == matrix[c][c].get<int>() / 3.0);
    CHECK(figures["sensitivity"][c] == figures["per_class_accuracy"][c]);
  }
  CHECK(figures["accuracy"].get<double>() == right / 30.0);
  CHECK(record["metrics"]["validation"].contains("accuracy"));
}

TEST_CASE("a record says where and how it was made") {
  const Json& record = finished().record;
  const Json& facts = record["provenance"];
  CHECK(facts["strata"]["commit"].get<std::string>().size() >= 7);
  CHECK(facts["device"] == "cpu");
  CHECK(facts["threads"].get<int>() >= 1);
  CHECK(facts["command_line"] == Json({"strata", "run", "small.yaml"}));
  CHECK(record["peak_memory_bytes"].get<int64_t>() > 1'000'000);
  double training = 0;
  for (const Json& stage : record["stages"])
    for (const Json& epoch : stage["epochs"]) training += epoch["seconds"].get<double>();
  CHECK(record["timing"]["training_seconds"].get<double>() ==
        doctest::Approx(training).epsilon(1e-9));
  CHECK(record["timing"]["start"].get<std::string>() <= record["timing"]["end"].get<std::string>());
}

TEST_CASE("events are appended as they happen") {
  std::istringstream lines(read_file(finished().path / "events.jsonl"));
  std::string story;
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    CHECK(event["time"].get<std::string>().size() == 20);
    story += event["event"].get<std::string>();
    if (event.contains("stage")) story += " " + event["stage"].get<std::string>();
    if (event.contains("epoch")) story += " " + std::to_string(event["epoch"].get<int>());
    if (event.contains("status")) story += " " + event["status"].get<std::string>();
    story += "\n";
  }
  CHECK(story ==
        "run_started\n"
        "stage_started pretrain-1\nepoch_done pretrain-1 1\nepoch_done pretrain-1 2\n"
        "epoch_done pretrain-1 3\nnoted pretrain-1\nstage_done pretrain-1\n"
        "stage_started pretrain-2\nepoch_done pretrain-2 1\nepoch_done pretrain-2 2\n"
        "noted pretrain-2\nstage_done pretrain-2\n"
        "stage_started classify\nepoch_done classify 1\nepoch_done classify 2\n"
        "epoch_done classify 3\nepoch_done classify 4\nnoted classify\nstage_done classify\n"
        "run_done completed\n");
}

TEST_CASE("each stage leaves its weights, with their checksum in the record") {
  const fs::path weights = finished().path / "weights";
  for (const Json& stage : finished().record["stages"]) {
    const std::string bytes =
        read_file(finished().path / stage["weights"]["file"].get<std::string>());
    CHECK(stage["weights"]["sha256"] == sha256_hex(bytes));
    CHECK(stage["weights"]["bytes"] == bytes.size());
  }
  CHECK(tensor_names(weights / "pretrain-1.safetensors") ==
        std::vector<std::string>{"encoder.0.0.weight", "encoder.0.0.bias", "decoder.0.0.weight",
                                 "decoder.0.0.bias"});
  CHECK(tensor_names(weights / "pretrain-2.safetensors").size() == 8);
  CHECK(tensor_names(weights / "classify.safetensors") ==
        std::vector<std::string>{"encoder.0.0.weight", "encoder.0.0.bias", "encoder.1.0.weight",
                                 "encoder.1.0.bias", "head.0.weight", "head.0.bias"});
  // the encoder before fine-tuning is kept
  const Tensor before = tensor_of(weights / "pretrain-2.safetensors", "encoder.0.0.weight"),
               after = tensor_of(weights / "classify.safetensors", "encoder.0.0.weight");
  CHECK(before.dtype() == at::kDouble);
  CHECK_FALSE(at::equal(before, after));
}
