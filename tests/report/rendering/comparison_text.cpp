#include "strata/report/rendering/comparison_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "report/make_records.hpp"
#include "strata/report/rendering/table.hpp"

using namespace strata;
using test::RunSpec;

namespace {

/// Two learning rates, three seeds, accuracies as given; the rest as make_record() has it.
Comparison two_rows(const std::vector<std::string>& metrics = {"accuracy"},
                    const std::vector<std::string>& by = {}) {
  const double accuracies[2][3] = {{0.910, 0.920, 0.915}, {0.810, 0.821, 0.814}};
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed)
    for (const int row : {0, 1}) {
      RunSpec spec;
      spec.seed = seed;
      spec.lr = row == 0 ? 0.1 : 1;
      spec.epochs = 3;
      Json record = test::make_record(spec);
      record["metrics"]["test"]["accuracy"] = accuracies[row][seed];
      if (row == 1) record["config"]["dtype"] = "float, 32 \"bits\"";
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.metrics = metrics;
  options.by = by;
  return compare(std::move(runs), options);
}

size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

}  // namespace

TEST_CASE("the terminal's table, paired differences, flags") {
  const std::string text = comparison_text(two_rows(), 160);
  CAPTURE(text);
  CHECK(text.find("\n6 runs (6 completed) in 2 rows\n\nrow  dtype") != std::string::npos);
  CHECK(text.find("0.9150 ± 0.0050 [0.9026, 0.9274]  ") != std::string::npos);  // no best
  CHECK(text.find("0.8150 ± 0.0056 [0.8012, 0.8288]") != std::string::npos);
  CHECK(text.find("dtype: config.dtype is") != std::string::npos);
  CHECK(text.find("█▄▂|▁▁▁|█▃▁") != std::string::npos);
  const std::string meant =
      comparison_text(two_rows({"accuracy"}, {"dtype", "classify.optimizer.lr"}), 160);
  CHECK(meant.find("0.9150 ± 0.0050 [0.9026, 0.9274] *") != std::string::npos);
}

TEST_CASE("rows without pairs are told in one line") {
  std::vector<ComparedRun> runs;
  for (const double lr : {0.1, 0.2, 0.3, 0.4, 0.5})
    for (int64_t seed = 0; seed < 3; ++seed) {
      RunSpec spec;
      spec.lr = lr;
      spec.accuracy = 0.9 + 0.1 * lr;
      spec.seed = lr > 0.25 ? 10 + seed : seed;
      Json record = test::make_record(spec);
      if (lr == 0.2) record["metrics"]["test"].erase("nll");
      runs.push_back(test::planned_run("r.json", record));
    }
  const auto text = [&](const std::vector<std::string>& metrics, const std::string& baseline) {
    CompareOptions options;
    options.metrics = metrics;
    options.baseline = baseline;
    const Comparison c = compare(runs, options);
    return std::pair{comparison_text(c, 100), comparison_markdown(c)};
  };
  const auto [one, markdown] = text({"accuracy"}, "lr=0.1");
  CHECK(one.find("\nNo pairs: rows 3 to 5.\n") != std::string::npos);
  CHECK(one.find("no pairs") == std::string::npos);
  CHECK(markdown.find("|\n\nNo pairs: rows 3 to 5.\n") != std::string::npos);
  const std::string two = text({"accuracy", "nll"}, "lr=0.1").first;
  CHECK(two.find("\nNo pairs: rows 2 to 5 in nll; rows 3 to 5 in accuracy.\n") !=
        std::string::npos);
  runs.erase(runs.begin() + 3, runs.begin() + 6);  // lr 0.2
  const std::string none = text({"accuracy"}, "lr=0.1").first;
  CHECK(none.find("Difference from") == std::string::npos);
  CHECK(none.find("\n\nNo pairs: rows 2 to 4.\n") != std::string::npos);
}

TEST_CASE("the head of the curves takes three lines at most") {
  const std::string text = comparison_text(two_rows(), 60);
  CHECK(text.find("loss by") != std::string::npos);
  CHECK(text.find("stage by") == std::string::npos);
}

TEST_CASE("no line is wider than the terminal; what does not fit goes below") {
  const Comparison c = two_rows({"accuracy", "nll", "reconstruction_error", "training_seconds"});
  for (const size_t width : {60U, 80U, 100U, 132U, 200U}) {
    CAPTURE(width);
    const std::string text = comparison_text(c, width);
    CHECK(widest_line(text) <= width);
    CHECK(text.find("seconds") != std::string::npos);
  }
}

TEST_CASE("at 80 columns intervals, the paired table's too, and settings are whole") {
  std::vector<ComparedRun> runs;
  for (const bool deep : {false, true})
    for (int64_t seed = 0; seed < 10; ++seed) {
      RunSpec spec;
      spec.seed = seed;
      Json record = test::make_record(spec);
      for (int more = 0; more < (deep ? 3 : 1); ++more)
        record["config"]["encoder"].push_back(record["config"]["encoder"][1]);
      record["metrics"]["test"]["accuracy"] =
          0.9 + 0.001 * double(seed) + (deep ? 0 : 0.001 * double(seed % 2) + 0.01);
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.metrics = {"accuracy", "reconstruction_error", "training_seconds"};
  const std::string text = comparison_text(compare(std::move(runs), options), 80);
  CAPTURE(text);
  CHECK(widest_line(text) <= 80);
  CHECK(text.find("…") == std::string::npos);
  // Five blocks are wider than what the row's number leaves: two lines.
  CHECK(
      text.find("row  encoder\n"
                "  1  linear(400) tanh | linear(256) tanh | linear(256) tanh\n"
                "  2  linear(400) tanh | linear(256) tanh | linear(256) tanh | linear(256) tanh |\n"
                "       linear(256) tanh\n") != std::string::npos);
  // Differences -0.010 and -0.011 in turn: -0.0105 with standard deviation 0.000527; t of 9
  // degrees 2.262157: 0.000377 to either side.
  CHECK(text.find("metric                row  difference                     pairs     p (t)\n") !=
        std::string::npos);
  CHECK(text.find("accuracy                2  -0.01050 [-0.01088, -0.01012]     10  < 0.0001\n") !=
        std::string::npos);
  CHECK(text.find("metric                row  p (Wilcoxon)  verdict\n"
                  "accuracy                2        0.0020  worse\n") != std::string::npos);
}

TEST_CASE("Markdown escapes what would end a cell") {
  std::vector<ComparedRun> runs;
  for (const bool deep : {false, true}) {
    Json record = test::make_record({});
    if (deep) record["config"]["encoder"].erase(1);
    runs.push_back(test::planned_run("r.json", record));
  }
  CompareOptions options;
  options.metrics = {"accuracy"};
  const std::string text = comparison_markdown(compare(std::move(runs), options));
  CHECK(text.find("| row | encoder | runs | accuracy |\n|---:|---|---:|---|\n") !=
        std::string::npos);
  CHECK(text.find("linear(400) tanh \\| linear(256) tanh") != std::string::npos);
}

TEST_CASE("a flag names up to twelve values") {
  std::vector<ComparedRun> runs;
  const auto flag_text = [&](int64_t count) {
    for (auto epochs = static_cast<int64_t>(runs.size()) + 1; epochs <= count; ++epochs) {
      RunSpec spec;
      spec.strategy = "none";
      spec.epochs = epochs;
      runs.push_back(test::planned_run("r.json", test::make_record(spec)));
    }
    const Comparison c = compare(runs);
    REQUIRE(!c.flags.empty());
    return c.flags[0].text();
  };
  CHECK(flag_text(6).find("is 1 in row 1, 2 in row 2, 3 in row 3, 4 in row 4, 5 in row 5, 6 in row "
                          "6; some trained longer") != std::string::npos);
  CHECK(flag_text(14).find(", 12 in row 12, 2 more values; some trained longer") !=
        std::string::npos);
}

TEST_CASE("Markdown shows names as they are, whatever they hold") {
  std::vector<ComparedRun> runs;
  for (const char* name : {"<img src=x onerror=alert(1)>", "_a_ *b* `c` ~d~ [e](f) \\ & g_h"}) {
    RunSpec spec;
    spec.name = name;
    spec.status = runs.empty() ? "completed" : "killed";
    runs.push_back(test::planned_run("r.json", test::make_record(spec)));
  }
  CompareOptions options;
  options.by = {"name"};
  const std::string text = comparison_markdown(compare(std::move(runs), options));
  CAPTURE(text);
  CHECK(text.find("| &lt;img src=x onerror=alert(1)&gt; |") != std::string::npos);
  const std::string odd = "\\_a\\_ \\*b\\* \\`c\\` \\~d\\~ [e\\](f) \\\\ &amp; g_h";
  CHECK(text.find("| " + odd + " |") != std::string::npos);
  CHECK(text.find("\n- no process is at work on " + odd + "/") != std::string::npos);
  CHECK(text.find(" <") == std::string::npos);
}

TEST_CASE("CSV has a line for each row, full precision, and quotes by RFC 4180") {
  std::istringstream lines(comparison_csv(two_rows()));
  std::string header, first, second, end;
  std::getline(lines, header);
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK_FALSE(std::getline(lines, end));
  CHECK(
      header ==
      "dtype,classify.optimizer.lr,names,flags,completed,running,failed,diverged,interrupted,"
      "killed,accuracy n,accuracy mean,accuracy sd,accuracy ci_low,accuracy ci_high,accuracy unit,"
      "accuracy chosen_on_test,"
      "accuracy pairs,accuracy unpaired,accuracy difference,accuracy difference ci_low,"
      "accuracy difference ci_high,accuracy p_t_holm,accuracy p_wilcoxon_holm,accuracy verdict,"
      "accuracy also differs in,accuracy either chosen_on_test,accuracy either lacks\r");
  CAPTURE(first);
  CAPTURE(second);
  CHECK(
      (first + second).find("\"float, 32 \"\"bits\"\"\",1,lecture-mnist-greedy,,3,0,0,0,0,0,3,") !=
      std::string::npos);
  const std::string baseline = ",,no,,,,,,,,baseline,,,\r";
  CHECK(first.substr(first.size() - baseline.size()) == baseline);
  CHECK(second.find("lecture-mnist-greedy,config.dtype,3,0,0,0,0,0,3,") != std::string::npos);
  // Differences 0.100, 0.099, 0.101: 0.1 with standard deviation 0.001; t of 2 degrees 4.302653.
  std::istringstream fields(second.substr(second.find(",3,0,0.1")));
  std::vector<double> figures;
  for (std::string field; std::getline(fields, field, ',');)
    if (!field.empty() && figures.size() < 5) figures.push_back(std::stod(field));
  CHECK(figures[2] == doctest::Approx(0.1));
  CHECK(figures[3] == doctest::Approx(0.1 - 4.302653 * 0.001 / std::sqrt(3.0)));
  CHECK(figures[4] == doctest::Approx(0.1 + 4.302653 * 0.001 / std::sqrt(3.0)));
  CHECK(second.find(",0.25,better (by t alone),config.dtype,no,\r") != std::string::npos);
}

TEST_CASE("JSON holds all of it") {
  const Json json = Json::parse(comparison_json(two_rows()).dump());
  CHECK(json["keys"] == Json({"dtype", "classify.optimizer.lr"}));
  CHECK(json["groups"].size() == 2);
  CHECK(json["groups"][0]["runs"].size() == 3);
  CHECK(json["groups"][0]["metrics"]["accuracy"]["n"] == 3);
  CHECK(json["metrics"][0]["better"] == "larger");
  CHECK(json["paired"].size() == 1);
  CHECK(json["paired"][0]["difference"]["n"] == 3);
  CHECK(json["flags"][0]["key"] == "config.dtype");
  CHECK(json["baselines"] == Json::array({0}));
  CHECK(json["groups"][1]["row"] == 2);
  for (const Json& group : json["groups"]) CHECK(group["settings"]["dtype"].is_string());
  CHECK(json["groups"][1]["settings"]["classify.optimizer.lr"].is_number());
  CHECK(json["paired"][0]["row"] == 2);
  CHECK(json["paired"][0]["baseline_row"] == 1);
  CHECK(json["flags"][0]["differences"][0]["sides"][0]["rows"].size() == 1);
  CHECK(json["counts"] == "6 runs (6 completed) in 2 rows");
}

TEST_CASE("the legend says what the star promises") {
  const std::string text =
      comparison_text(two_rows({"accuracy"}, {"dtype", "classify.optimizer.lr"}), 200);
  CHECK(text.find("; * best of the rows of 3 seeds or more on the same data: no other's mean in "
                  "its interval; loss by") != std::string::npos);
}

TEST_CASE("CSV marks figures that were chosen on test data") {
  std::vector<ComparedRun> runs;
  for (const double lr : {0.1, 1.0}) {
    RunSpec spec;
    spec.lr = lr;
    Json record = test::make_record(spec);
    if (lr == 1.0)
      record["stages"][2]["selection"] = {
          {"rule", "keep_best"}, {"split", "test"}, {"metric", "accuracy"}};
    runs.push_back(test::planned_run("r.json", record));
  }
  CompareOptions options;
  options.metrics = {"accuracy"};
  std::istringstream lines(comparison_csv(compare(std::move(runs), options)));
  std::string header, first, second;
  std::getline(lines, header);
  std::getline(lines, first);
  std::getline(lines, second);
  const std::string baseline = ",no,,,,,,,,baseline,,,\r";
  CHECK(first.substr(first.size() - baseline.size()) == baseline);
  CHECK(second.find(",,,,,yes,1,0,") != std::string::npos);  // one seed: no interval, no unit
  CHECK(second.substr(second.size() - 6) == ",yes,\r");      // the pair's
}

TEST_CASE("CSV has a field for a first setting that a row lacks") {
  std::vector<ComparedRun> runs;
  for (const bool stops : {false, true}) {
    Json record = test::make_record({});
    if (stops)
      record["config"]["classify"]["early_stopping"] = {
          {"metric", "nll"}, {"split", "test"}, {"patience", 3}, {"min_delta", 0.0}};
    runs.push_back(test::planned_run("r.json", record));
  }
  CompareOptions options;
  options.by = {"classify.early_stopping"};
  std::istringstream lines(comparison_csv(compare(std::move(runs), options)));
  std::string header, absent;
  std::getline(lines, header);
  for (std::string line; std::getline(lines, line);)
    if (line[0] == ',') absent = line;
  CHECK(absent.rfind(",lecture-mnist-greedy,", 0) == 0);
  CHECK(std::count(absent.begin(), absent.end(), ',') ==
        std::count(header.begin(), header.end(), ','));
}

TEST_CASE("the verdict stands out where the output shows styles, and nowhere else") {
  const Comparison c = two_rows();
  CHECK(comparison_text(c, 100, true).rfind("\x1b[1mRow 2", 0) == 0);
  for (const std::string& plain : {comparison_text(c, 100), comparison_markdown(c)})
    CHECK(plain.find('\x1b') == std::string::npos);
}
