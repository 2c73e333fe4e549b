#include "strata/report/rendering/show.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "report/make_records.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/support/errors.hpp"

using namespace strata;
using test::RunSpec;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("numbers that no whole number holds are shown as 0") {
  for (const double number : {-1e308, 1e308, 1e19, -1e15}) {
    CAPTURE(number);
    Json record = test::make_record({});
    record["model"]["parameters"] = number;
    record["data"]["classes"] = number;
    CHECK(has(show_run(record), "Model  0 parameters\n"));
  }
}

TEST_CASE("one run: what it was, its stages, its figures, by class, and where it ran") {
  Json record = test::make_record({});
  record["provenance"]["command_line"] = {"strata", "run", "lecture-mnist-greedy.yaml", "--set",
                                          "pretrain.strategy={type: greedy, train: all}"};
  const std::string text = show_run(record);
  CHECK(
      has(text, "lecture-mnist-greedy  " + record["run_id"].get<std::string>() + "  completed\n"));
  CHECK(has(text, "seed 0, float64, on cpu"));
  CHECK(
      has(text,
          "Data   mnist 1x28x28, 10 classes; train 60,000, test 10,000; pixels 0.1307 on average, "
          "variance\n       0.0949\n"));
  CHECK(has(text, "Model  836,410 parameters\n"));
  CHECK(has(text, "  encoder.0   1x28x28 -linear-> 400 -tanh-> 400\n"));
  CHECK(has(text, "stage       epochs  figure                  first     last     test  curve"));
  CHECK(has(text, "pretrain-2      10  reconstruction_error"));
  CHECK(has(text, "classify        10  nll"));
  CHECK(has(text, "\n                    accuracy               0.7057   0.9156   0.9156\n"));
  CHECK(has(text, "\nOn test: accuracy 0.9"));
  CHECK(has(text, "class  accuracy  specificity  as 0"));
  CHECK(
      has(text, "strata 0.1.0 (6ad156ceb91c), Release, LibTorch 1.13.0, OpenBLAS with 2 threads"));
  CHECK(has(text,
            "strata run lecture-mnist-greedy.yaml --set 'pretrain.strategy={type: greedy, train: "
            "all}'\n"));  // as a shell takes it
  CHECK(has(text,
            " MiB at most\n"
            "  from experiments/lecture-mnist-greedy.yaml; strategy greedy(train all); swept or "
            "set: seed=0\n"
            "  pretrain-1  encoder.0 -> decoder.0 on pixels; loss mse; sgd lr 0.98; 10 epochs in "
            "8.0 s\n"));
}

TEST_CASE("values of other kinds are refused in words") {
  Json record = test::make_record({});
  record["stages"][0]["settings"]["penalties"] = {5};
  CHECK_THROWS_WITH_AS(show_run(record),
                       "the run cannot be shown: its record's values are of other kinds",
                       UserError);
}

TEST_CASE("sensitivity has a column where it is not the accuracy by class") {
  Json record = test::make_record({});
  record["metrics"]["test"]["sensitivity"][0] = 0.5;
  CHECK(has(show_run(record), "class  accuracy  sensitivity  specificity"));
}

TEST_CASE("curves of one loss and target share a scale, and a line says so") {
  const std::string text = show_run(test::make_record({}), 120);
  CHECK(has(text, "  █▄▂▂▁▁▁▁▁▁\n"));
  CHECK(has(text, "  ▂▁▁▁▁▁▁▁▁▁\n"));  // the second phase, on the scale of the first
  CHECK(has(text, "; curve: loss by epoch, ▁ the lowest and █ the highest of the stage; "));
}

TEST_CASE("a folder's runs go by name, settings and seed, under keys that mean one thing") {
  std::vector<ComparedRun> runs;
  for (const int64_t seed : {1, 0})
    for (const int64_t epochs : {20, 5}) {
      Json record = test::make_record({});
      record["seed"] = seed;
      record["config"]["classify"]["epochs"] = epochs;
      record["run_id"] = fmt::format("e{}-s{}", epochs, seed);
      runs.push_back(test::planned_run("r.json", record));
    }
  std::istringstream lines(list_runs(runs));
  std::vector<std::string> listed;
  for (std::string line; std::getline(lines, line);)
    listed.push_back(line.substr(0, line.find(' ')) + line.substr(line.rfind(' ')));
  CHECK(listed == std::vector<std::string>{"run settings",
                                           "lecture-mnist-greedy/e5-s0 classify.epochs=5",
                                           "lecture-mnist-greedy/e5-s1 classify.epochs=5",
                                           "lecture-mnist-greedy/e20-s0 classify.epochs=20",
                                           "lecture-mnist-greedy/e20-s1 classify.epochs=20"});
}

TEST_CASE("control characters in a record do not reach the terminal") {
  Json record = test::make_record({});
  record["name"] = "a\x1b[31mb\x07\xC2\x9B\x7F";
  const std::string safe = "a\\u001b[31mb\\u0007\\u009b\\u007f";
  CHECK(has(show_run(record), safe));
  CHECK(has(list_runs({test::planned_run("r.json", record)}), safe));
  CompareOptions by_name;
  by_name.by = {"name"};
  const Comparison c = compare({test::planned_run("r.json", record)}, by_name);
  CHECK(has(comparison_text(c, 100), safe));
  CHECK(has(comparison_markdown(c), safe));
}

TEST_CASE("at 80 columns lines end between words, and the confusion matrix has its own table") {
  RunSpec spec;
  spec.dataset = "fashion_mnist";
  spec.epochs = 40;
  Json record = test::make_record(spec);
  record["provenance"]["command_line"] = {"strata", "run", "lecture-mnist-greedy.yaml", "--set",
                                          "pretrain.strategy={type: greedy, train: all}"};
  Json& matrix = record["metrics"]["test"]["confusion_matrix"];
  for (size_t r = 0; r < 10; ++r)
    for (size_t c = 0; c < 10; ++c) matrix[r][c] = r == c ? 1000 : 10 * r + c;
  const std::string text = show_run(record, 80);
  CAPTURE(text);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= 80);
  CHECK(has(text,
            "Data   fashion_mnist 1x28x28, 10 classes; train 60,000, test 10,000; pixels\n"
            "       0.2860 on average, variance 0.1246\n"));
  CHECK(has(text, "\n\nclass        accuracy  specificity\nT-shirt/top"));
  CHECK(has(text,
            "\n\nclass        as 0     1     2     3     4     5     6     7     8     9\n"
            "T-shirt/top  1000     1     2     3     4     5     6     7     8     9\n"
            "Trouser        10  1000    12    13    14    15    16    17    18    19\n"));
  CHECK(has(text,
            "\nstrata run lecture-mnist-greedy.yaml --set \\\n"
            "    'pretrain.strategy={type: greedy, train: all}'\n"));
  CHECK(has(show_run(record, 160), "class        accuracy  specificity  as 0     1"));
  record["data"]["class_names"][3] = "a name that leaves a matrix no room beside it";
  CHECK(has(show_run(record, 80), "\n\nclass  as 0     1     2"));
  CHECK(has(show_run(record, 60),
            "\nThe confusion matrix is 65 columns wide: widen the terminal,\n"
            "or see it with strata report.\n"));
}

TEST_CASE("a run that ended early shows how, and what there is") {
  RunSpec spec;
  spec.status = "diverged";
  const std::string text = show_run(test::make_record(spec));
  CHECK(has(text, "  diverged\n  stopped: diverged\n"));
  CHECK(has(text, "classify    1 of 10"));
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
    runs.push_back(test::planned_run("r.json", record));
  }
  CHECK(list_runs(runs) ==
        "run                                status     seed  figure\n"
        "lecture-mnist-greedy/1234abcd-s0   completed     0  accuracy 0.9184\n"
        "lecture-mnist-greedy/1234abcd-s11  failed       11  -\n");
}
