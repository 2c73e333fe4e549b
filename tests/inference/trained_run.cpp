#include "strata/inference/trained_run.hpp"

#include "run/small_run.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

/// The run's folder with a record of which something was changed.
struct Changed {
  TemporaryFolder folder{"changed"};
  fs::path path = folder.path / "run";
  Json record = finished().record;

  explicit Changed(const std::function<void(Json&)>& change) {
    fs::copy(finished().path, path, fs::copy_options::recursive);
    change(record);
    save_record(path / "record.json", record);
  }
  std::string refusal() const {
    try {
      load_trained_run(path);
    } catch (const UserError& e) {
      return e.what();
    }
    return "nothing was refused";
  }
};

}  // namespace

TEST_CASE("the settings come back as they were") {
  const TrainedRun run = load_trained_run(finished().path);
  CHECK(dump_params(param_list<Experiment>(), &run.settings) == finished().record.at("config"));
  CHECK(run.stage().name == "classify");
  CHECK(run.place.dtype() == at::kDouble);
  CHECK(run.classifying() == std::vector<std::string>{"encoder.0", "encoder.1", "head"});
  const TrainedRun first = load_trained_run(finished().path, {"pretrain-1", {}});
  CHECK(first.stages.size() == 1);
  CHECK(first.decoding() == std::vector<std::string>{"decoder.0"});
}

TEST_CASE("each tensor is the file's of the stage that trained it last") {
  const TrainedRun run = load_trained_run(finished().path, {{}, StageKind::pretrain});
  const fs::path file = finished().path / "weights/pretrain-2.safetensors";
  for (const Parameter& p : run.stack().tensors({"encoder.0", "encoder.1", "decoder.0"}))
    CHECK_MESSAGE(at::equal(p.value, tensor_of(file, p.name)), p.name);
}

TEST_CASE("outputs become probabilities") {
  const Tensor scores = tensor({1, 2, 3, 0, 0, 0}, {2, 3});
  const Tensor expected = tensor({0.09003057, 0.24472847, 0.66524096, 1. / 3, 1. / 3, 1. / 3},
                                 {2, 3});  // by hand: exp(-2), exp(-1), 1 over their sum
  CHECK(max_difference(probabilities(scores, {}), expected) < 1e-8);
  const Tensor logs = at::log_softmax(scores, 1);
  CHECK(max_difference(probabilities(logs, {-1e300, 0}), expected) < 1e-8);
  const Tensor shares = tensor({0.2, 0.2, 0.4, 0, 0, 1}, {2, 3});
  CHECK(max_difference(probabilities(shares, {0, 1}), tensor({.25, .25, .5, 0, 0, 1}, {2, 3})) <
        1e-12);
}

TEST_CASE("a run that was cut off is used as far as it came, and says so") {
  const Changed cut([](Json& record) {
    record["status"] = "interrupted";
    record["stages"][2]["status"] = "interrupted";
  });
  const TrainedRun run = load_trained_run(cut.path);
  CHECK(run.stage().name == "pretrain-2");
  CHECK(run.notes == std::vector<std::string>{"the run did not complete (interrupted): its last "
                                              "trained stage is 'pretrain-2'"});
  const Changed early([](Json& record) {
    record["status"] = "failed";
    record["stages"] = Json::array();
  });
  CHECK(early.refusal() == early.path.string() + ": no stage of it is trained (failed)");
}

TEST_CASE("weights that are gone or changed are refused by their name") {
  const Changed gone([](Json&) {});
  const fs::path file = gone.path / "weights/pretrain-2.safetensors";
  fs::remove(file);
  CHECK(gone.refusal() == "cannot read " + file.string() + ": No such file or directory");
  fs::copy_file(gone.path / "weights/pretrain-1.safetensors", file);
  CHECK(gone.refusal() == file.string() + ": it is not the file that the record describes");
}

TEST_CASE("a run of a plugin asks for it by name; one changed by hand says so") {
  const Changed plugin([](Json& record) {
    record["config"]["encoder"][0][1]["type"] = "swishy";
    record["provenance"]["plugins"] = {{{"library", "libswishy.so"}, {"sha256", "0"}}};
  });
  const std::string text = plugin.refusal();
  CHECK(text.find(plugin.path.string() + "/record.json: its settings cannot be used:\n  "
                                         "config.encoder[0][1].type: unknown layer 'swishy'") == 0);
  CHECK(text.find("\nthe run was made with the plugin libswishy.so, which is not loaded: add "
                  "--plugin PATH/libswishy.so, or --plugin swishy where STRATA_PLUGIN_PATH leads "
                  "to it") != std::string::npos);
  const Changed by_hand([](Json&) {});
  std::string bytes = read_file(by_hand.path / "record.json");
  bytes.replace(bytes.find("\"seed\": 3"), 9, "\"seed\": 4");
  write_file_atomically(by_hand.path / "record.json", bytes);
  const TrainedRun run = load_trained_run(by_hand.path);
  REQUIRE(run.notes.size() == 1);
  CHECK(run.notes[0].find("its record was changed by hand: ") == 0);
}
