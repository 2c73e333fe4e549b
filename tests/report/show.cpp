#include "strata/report/show.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"

using namespace strata;
using test::RunSpec;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("one run: what it was, its stages, its figures, by class, and where it ran") {
  Json record = test::make_record({});
  record["provenance"]["command_line"] = {"strata", "run", "lecture-mnist-greedy.yaml", "--set",
                                          "pretrain.strategy={type: greedy, train: all}"};
  const std::string text = show_run(record);
  CHECK(
      has(text, "lecture-mnist-greedy  " + record["run_id"].get<std::string>() + "  completed\n"));
  CHECK(has(text, "seed 0, float64, on cpu"));
  CHECK(has(text,
            "Data   mnist 1x28x28, 10 classes; train 60,000, test 10,000; pixels 0.1307 on "
            "average, variance 0.0949\n"));
  CHECK(has(text, "Model  836,410 parameters\n"));
  CHECK(has(text, "  encoder.0   784 -linear-> 400 -tanh-> 400\n"));
  CHECK(has(text, "stage       target  epochs  loss"));
  CHECK(has(text, "pretrain-2  pixels      10  mse"));
  CHECK(has(text, "\nOn test: accuracy 0.9"));
  CHECK(has(text, "class  accuracy  sensitivity  specificity  as 0"));
  CHECK(
      has(text, "strata 0.1.0 (6ad156ceb91c), Release, LibTorch 1.13.0, OpenBLAS with 2 threads"));
  CHECK(has(text,
            "strata run lecture-mnist-greedy.yaml --set 'pretrain.strategy={type: greedy, train: "
            "all}'\n"));  // as a shell takes it
  CHECK(has(text,
            " MiB at most\n"
            "  from experiments/lecture-mnist-greedy.yaml; strategy greedy(train all); swept or "
            "set: seed=0\n"
            "  pretrain-1  encoder.0 on pixels; loss mse; sgd lr 0.98; 10 epochs\n"));
}

TEST_CASE("a run that ended early shows how, and what there is") {
  RunSpec spec;
  spec.status = "diverged";
  const std::string text = show_run(test::make_record(spec));
  CHECK(has(text, "  diverged\n  stopped: diverged\n"));
  CHECK(has(text, "classify    labels  1 of 10"));
  CHECK_FALSE(has(text, "On test"));
  Json bare = {{"name", "n"},
               {"run_id", "r"},
               {"seed", 1},
               {"status", "running"},
               {"config", Json::object()},
               {"stages", Json::array()}};
  CHECK(show_run(bare) == "n  r  running\n  seed 1\n");
}

TEST_CASE("a folder of runs is listed by name, status, seed and main figure") {
  RunSpec failed;
  failed.status = "failed";
  failed.seed = 11;
  std::vector<ComparedRun> runs;
  for (const RunSpec& spec : {RunSpec{}, failed}) {
    Json record = test::make_record(spec);
    record["run_id"] = "1234abcd-s" + std::to_string(spec.seed);
    if (spec.seed == 0) record["metrics"]["test"]["accuracy"] = 0.9184;
    runs.push_back(compared_run("r.json", record));
  }
  CHECK(list_runs(runs) ==
        "run                                status     seed  figure\n"
        "lecture-mnist-greedy/1234abcd-s0   completed     0  accuracy 0.9184\n"
        "lecture-mnist-greedy/1234abcd-s11  failed       11  -\n");
}
