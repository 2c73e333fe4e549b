// What one run trained, another takes: same bits and figures, and only where its key is the same.
#include "strata/run/shared_stages.hpp"
#include "run/small_run.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using namespace strata::testing;

namespace fs = std::filesystem;

namespace {

int pretrained = 0;  // how often the outermost pair's forward pass began a stage's first step

/// Passes its input on, and counts the stages of pretraining that really train.
class Counting final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("Counts stages."); }
  };
  explicit Counting(const Params&) {}
  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    if (context.training && context.epoch == 1 && context.step == 0 &&
        context.stage.rfind("pretrain", 0) == 0)
      ++pretrained;
    return x;
  }
};
STRATA_REGISTER(Layer, Counting, "counting");

std::string small() {
  return with(kSmallRun, "[{type: linear, units: 8}, tanh]",
              "[{type: linear, units: 8}, counting, tanh]");
}

/// A run, and how many stages of pretraining it trained.
struct Made {
  RunOutcome outcome;
  int trained = 0;
  Json record;
};

Made make_run(const std::string& text, const fs::path& out, const RunOptions& options = {}) {
  pretrained = 0;
  Made made;
  made.outcome = run(text, out, options);
  made.trained = pretrained;
  REQUIRE(made.outcome.status == "completed");
  made.record = read_record(made.outcome.record);
  return made;
}

/// What was computed, without what clocks say and where it was done.
Json computed(Json record) {
  Json result = {{"metrics", record["metrics"]}, {"stages", Json::array()}};
  for (Json& stage : record["stages"]) {
    for (Json& epoch : stage["epochs"])
      for (const char* key : {"seconds", "samples_per_second"}) epoch.erase(key);
    for (const char* key : {"seconds", "reused_from", "continued_from", "any_length_key"})
      stage.erase(key);
    result["stages"].push_back(stage);
  }
  result["notes"] = record["notes"];
  return result;
}

std::string classifier(const std::string& lr) {
  return with(small(), "{type: sgd, lr: 0.1, momentum: 0.9}",
              "{type: sgd, lr: " + lr + ", momentum: 0.9}");
}

fs::path weights(const Made& made, const std::string& stage) {
  return made.outcome.record.parent_path() / "weights" / (stage + ".safetensors");
}

}  // namespace

TEST_CASE("classifier settings over two seeds pretrain twice, with the bits of no sharing") {
  const TemporaryFolder folder("sharing");
  RunOptions alone;
  alone.reuse = false;
  int trained = 0, of_all = 0;
  for (const char* seed : {"seed: 3", "seed: 4"})
    for (const char* lr : {"0.1", "0.2", "0.3"}) {
      const std::string text = with(classifier(lr), "seed: 3", seed);
      const Made shared = make_run(text, folder.path / "shared");
      const Made single = make_run(text, folder.path / "alone", alone);
      trained += shared.trained, of_all += single.trained;
      CHECK(computed(shared.record) == computed(single.record));
      for (const char* stage : {"pretrain-1", "pretrain-2", "classify"})
        CHECK(read_file(weights(shared, stage)) == read_file(weights(single, stage)));
      for (const char* picture : {"reconstructions", "codes", "filters", "worst"}) {
        const auto file = std::string("images/") + picture + ".png";
        CHECK(read_file(shared.outcome.record.parent_path() / file) ==
              read_file(single.outcome.record.parent_path() / file));
      }
      check_schema(shared.outcome.record);
    }
  CHECK(trained == 2 * 2);  // two stages for each seed
  CHECK(of_all == 6 * 2);
}

TEST_CASE("the record says where a stage is from, and counts its time apart") {
  const TemporaryFolder folder("reused-from");
  const Made first = make_run(small(), folder.path);
  const Made second = make_run(classifier("0.2"), folder.path);
  const Made third = make_run(classifier("0.3"), folder.path);
  CHECK_FALSE(first.record["stages"][0].contains("reused_from"));
  CHECK_FALSE(first.record["timing"].contains("reused_seconds"));
  const std::string origin = fs::relative(first.outcome.record, folder.path).generic_string();
  for (const Made* made : {&second, &third}) {
    double reused = 0;
    for (int i : {0, 1}) {
      const Json& stage = made->record["stages"][i];
      CHECK(stage["reused_from"]["record"] == origin);
      CHECK(stage["key"] == first.record["stages"][i]["key"]);
      CHECK(stage["seconds"] == first.record["stages"][i]["seconds"]);
      CHECK(stage["epochs"] == first.record["stages"][i]["epochs"]);
      for (const Json& epoch : stage["epochs"]) reused += epoch["seconds"].get<double>();
    }
    CHECK_FALSE(made->record["stages"][2].contains("reused_from"));
    CHECK(made->record["timing"]["reused_seconds"].get<double>() == doctest::Approx(reused));
    CHECK(made->record["timing"]["training_seconds"].get<double>() > reused);
  }
}

TEST_CASE("shared: another name, fewer metrics, no pictures. Not shared: what reaches the bits") {
  const TemporaryFolder folder("keys");
  REQUIRE(make_run(small(), folder.path).trained == 2);
  const auto trained = [&](const std::string& part, const std::string& other,
                           RunOptions options = {}) {
    return make_run(with(small(), part, other), folder.path, options).trained;
  };
  CHECK(trained("name: small", "name: other") == 0);
  CHECK(trained("name: small", "name: plain\nimages: false") == 0);
  CHECK(trained("metrics: [accuracy, per_class_accuracy, confusion_matrix]",
                "metrics: [accuracy]") == 0);
  CHECK(trained("classify: {epochs: 4",
                "classify: {head: [tanh, linear, log_softmax], "
                "epochs: 4") == 0);
  CHECK(trained("epochs: [3, 2]", "epochs: [3, 1]") == 1);  // the first stage is the same
  CHECK(trained("{type: sgd, lr: 0.5}", "{type: sgd, lr: 0.25}") == 2);
  CHECK(trained("seed: 3", "seed: 5") == 2);
  CHECK(trained("float64", "float32") == 2);
  CHECK(trained("batch_size: 25", "batch_size: 30") == 2);
  CHECK(trained("validation_size: 10", "validation_size: 11") == 2);
  CHECK(trained("train: 70", "train: 71") == 2);
  CHECK(trained("validation_size: 10", "validation_size: 10, order: sequential") == 2);
  RunOptions one;
  one.threads = 1;
  const int here =
      read_record(make_run(small(), folder.path / "facts").outcome.record)["provenance"]["threads"];
  CHECK(trained("name: small", "name: threads", one) == (here == 1 ? 0 : 2));
  RunOptions again;
  again.again = true;
  CHECK(make_run(small(), folder.path, again).trained == 2);
}

TEST_CASE("a stage is taken only where its record has every figure that is asked for") {
  const TemporaryFolder folder("figures");
  const std::string fewer = with(
      small(), "metrics: [accuracy, per_class_accuracy, confusion_matrix]", "metrics: [accuracy]");
  const Made first = make_run(fewer, folder.path);
  const Made more = make_run(with(small(), "name: small", "name: more"), folder.path);
  CHECK(more.record["stages"][0].contains("reused_from"));
  CHECK_FALSE(more.record["stages"][2].contains("reused_from"));
  CHECK(more.record["metrics"]["test"].contains("confusion_matrix"));
  const Made less = make_run(with(fewer, "name: small", "name: less"), folder.path);
  CHECK(less.record["stages"][2].contains("reused_from"));
  CHECK(computed(less.record) == computed(first.record));
}

TEST_CASE("an end that follows a metric is not that of another metric") {
  const TemporaryFolder folder("deciding");
  const auto text = [](const std::string& metric) {
    return with(small(), "classify: {epochs: 4",
                "classify: {early_stopping: {metric: " + metric + ", patience: 2}, epochs: 4");
  };
  const Made first = make_run(text("accuracy"), folder.path);
  const Made second = make_run(text("loss"), folder.path);
  CHECK(first.record["stages"][2]["key"] != second.record["stages"][2]["key"]);
  CHECK_FALSE(second.record["stages"][2].contains("reused_from"));
}

TEST_CASE("what is stale, damaged or hostile is not taken, and the stage is trained") {
  const TemporaryFolder folder("hostile");
  const Made origin = make_run(small(), folder.path);
  const std::string key = origin.record["stages"][0]["key"];
  const fs::path entry = folder.path / ".stages" / key / "run.json";
  const std::string good = read_file(entry);
  int n = 0;
  const auto trained = [&] {  // how many of the two
    const std::string name = fmt::format("name: n{}", ++n);
    RunOptions options;
    const Made made = make_run(with(small(), "name: small", name), folder.path, options);
    CHECK(computed(made.record) == computed(origin.record));
    fs::remove_all(made.outcome.record.parent_path().parent_path());
    write_file_atomically(entry, good);
    return made.trained;
  };
  CHECK(trained() == 0);
  for (const std::string& text :
       {std::string("{\"run\": \"../../etc/passwd\"}"), std::string("{\"run\": \"/etc\"}"),
        std::string("{\"run\": \"small/..\"}"), std::string("{\"run\": 7}"), std::string("[]"),
        std::string("{"), std::string(), std::string(100000, '['),
        std::string("{\"run\": \"small/gone-s3\"}")}) {
    CAPTURE(text.substr(0, 60));
    write_file_atomically(entry, text);
    CHECK(trained() == 1);
  }
  fs::remove(entry);
  fs::create_directory(entry);
  CHECK(make_run(with(small(), "name: small", "name: folder"), folder.path).trained == 1);
  fs::remove_all(entry);
  write_file_atomically(entry, good);

  std::string bytes = read_file(weights(origin, "pretrain-1"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file_atomically(weights(origin, "pretrain-1"), bytes);
  CHECK(trained() == 1);

  Json record = read_record(origin.outcome.record);  // of another key: its seal fits
  record["stages"][1]["key"] = std::string(64, '0');
  save_record(origin.outcome.record, record);
  CHECK(trained() == 2);
}

TEST_CASE("a stage that another trains is waited for, until it is there or given up") {
  const TemporaryFolder folder("waiting");
  const Made origin = make_run(small(), folder.path);
  const SharedStages stages(folder.path);
  const Loaded loaded = load_good(small());
  const StageSpec spec = *loaded.plan.next_stage({});
  const std::string key = origin.record["stages"][0]["key"];
  CHECK(stages.look(key, spec, [] { FAIL("it is there"); }).found);

  const std::string other(64, 'a');
  auto held = std::make_optional(stages.look(other, spec, [] { FAIL("nobody trains it"); }));
  CHECK_FALSE(held->found);
  REQUIRE(held->claim);
  int looks = 0;
  const auto second = stages.look(other, spec, [&] {
    if (++looks == 2) held.reset();  // as where its process ends without it
  });
  CHECK(looks == 2);
  CHECK_FALSE(second.found);
  CHECK(second.claim);
  CHECK_THROWS_AS(stages.look(other, spec, [] { throw Interrupted("enough"); }), Interrupted);
}

TEST_CASE(
    "more epochs of the last stage go on from a kept end, with the bits of them all at once") {
  const TemporaryFolder folder("longer");
  for (const char* stage :
       {"", ", keep: best", ", early_stopping: {metric: loss, patience: 50}, keep: best"}) {
    CAPTURE(stage);
    const fs::path out = folder.path / std::to_string(std::string(stage).size());
    const auto text = [&](const std::string& epochs, const std::string& optimizer) {
      return with(with(small(), "classify: {epochs: 4",
                       fmt::format("classify: {{epochs: {}{}", epochs, stage)),
                  "{type: sgd, lr: 0.1, momentum: 0.9}", optimizer) +
             "checkpoint: {keep_end: true}\n";
    };
    const std::string adam = "{type: adam, lr: 0.01}";
    const Made shorter = make_run(text("4", adam), out);
    CHECK(fs::exists(shorter.outcome.record.parent_path() / "end" / "state.json"));
    const Made longer = make_run(text("9", adam), out);
    const Made once = make_run(text("9", adam), out / "once");
    CHECK(longer.record["stages"][2]["continued_from"]["epochs"] == 4);
    CHECK(computed(longer.record) == computed(once.record));
    CHECK(read_file(weights(longer, "classify")) == read_file(weights(once, "classify")));
    check_schema(longer.outcome.record);
    const double reused = longer.record["timing"]["reused_seconds"];
    CHECK(reused > 0);
    CHECK(reused < longer.record["timing"]["training_seconds"].get<double>());
    const Made further = make_run(text("11", adam), out);  // from the end of the longer one
    CHECK(further.record["stages"][2]["continued_from"]["epochs"] == 9);

    const std::string cosine = "{type: sgd, lr: 0.1, schedule: cosine}";
    make_run(text("3", cosine), out);
    const Made anew = make_run(text("5", cosine), out);
    CHECK_FALSE(anew.record["stages"][2].contains("continued_from"));
    const std::string why = "the learning rate follows the number of epochs";
    const auto says_why = [&](const Made& made) {
      const std::string events = read_file(made.outcome.record.parent_path() / "events.jsonl");
      return events.find(why) != std::string::npos;
    };
    CHECK(says_why(anew));
    CHECK_FALSE(says_why(longer));
  }
}
