// Every sentence that a comparison says of its runs: one comparison of which it is true, and one in
// which it must not stand, though it is as near to the first as can be.
#include <doctest/doctest.h>

#include "report/told_of.hpp"

using namespace strata;
using namespace strata::test;

TEST_CASE("how runs ended") {
  told_of("1 diverged (row 1)", rates(ended("diverged")), rates(unchanged));
  told_of("are of the completed runs alone", rates(ended("interrupted")), rates(unchanged));
  told_of("which may be the lucky ones", rates(ended("failed")), rates(ended("interrupted")));
  const auto all = [](Json& record) { record["status"] = "diverged", record.erase("metrics"); };
  told_of("no run of row 1 has completed: no figures", rates(all), rates(ended("diverged")));
  told_of("no process is at work on", rates(ended("killed")), rates(ended("interrupted")));
  const auto runs_on = [](Json& record) {
    if (record["seed"] == 2) record["status"] = "running", record["reached"] = "in stage 'x'";
  };
  told_of("still running: lecture-mnist-greedy/", rates(runs_on), rates(ended("interrupted")));
  RunSpec failed;
  failed.lr = 7;
  failed.status = "failed";
  const auto unstarted = [&](bool began) {
    return run(failed, [&](Json& record) {
      if (!began) record["stages"] = Json::array();
    });
  };
  told_of("1 run failed before the first epoch", both(rates(unchanged), {unstarted(false)}),
          both(rates(unchanged), {unstarted(true)}));
}

TEST_CASE("what the figures are of") {
  const auto chosen = [](const char* split) {
    return [split](Json& record) {
      record["stages"][2]["selection"] = {
          {"rule", "best_epoch"}, {"split", split}, {"metric", "accuracy"}};
    };
  };
  told_of("the test split chose something", rates(chosen("test")), rates(chosen("validation")));
  const auto tested_on = [](int64_t samples) {
    return [samples](Json& record) { record["data"]["splits"]["test"]["count"] = samples; };
  };
  told_of("the test set of row 1 has one sample", rates(tested_on(1)), rates(tested_on(2)));
  const auto noted = [](Json& record) {
    record["notes"] = {{{"kind", "mean_image"}, {"text", "rebuilds the mean image"}}};
  };
  told_of("rebuilds the mean image (3 of 3 runs in row 2): never called best",
          rates(unchanged, noted), rates(unchanged));
  // The better row has the star, unless something is noted of its runs.
  told_of("Best in accuracy", both(rates(unchanged), accuracies({{2, {0.8, 0.8, 0.8}}})),
          both(rates(unchanged, noted), accuracies({{2, {0.8, 0.8, 0.8}}})), options({"accuracy"}));
}

TEST_CASE("runs of the same settings and seed") {
  const auto again = [](const Change& change) {
    Runs runs = rates(unchanged);
    RunSpec spec;
    spec.lr = 0.1;
    runs.push_back(run(spec, [&](Json& record) {
      record["metrics"]["test"]["accuracy"] = 0.901;
      record["timing"]["start"] = "2026-12-01T12:00:00Z";
      change(record);
    }));
    return runs;
  };
  told_of("1 run repeats the settings and seed of another", again(unchanged), rates(unchanged));
  const auto other = [](Json& record) { record["metrics"]["test"]["accuracy"] = 0.95; };
  told_of("1 run has other figures than the later run", again(other), again(unchanged));
  // A metric that was added is no other figure.
  told_of("1 run has other figures", again(other),
          again([](Json& record) { record["metrics"]["test"]["added"] = 0.5; }));
  const auto elsewhere = [&](Json& record) {
    other(record);
    record["provenance"]["cpu"] = "Another CPU";
  };
  told_of("they differ in provenance.cpu", again(elsewhere), again(other));
  told_of("bit for bit", again(other), again(elsewhere));
}

TEST_CASE("a figure that the later of two equal runs lacks is taken from the earlier") {
  Runs runs = rates(unchanged);
  RunSpec spec;
  spec.lr = 0.1;
  runs.push_back(run(spec, [](Json& record) {
    record["metrics"]["test"].erase("accuracy");
    record["timing"]["start"] = "2026-12-01T12:00:00Z";
  }));
  const Comparison c = compare(runs, options({"accuracy"}));
  CHECK(cell(c, 0, "accuracy").summary.n == 3);
  CHECK(cell(c, 0, "accuracy").complete);
}

TEST_CASE("what the rows are") {
  const auto size = [](const char* key, int64_t value) {
    return [=](Json& record) {
      record["config"]["data"][key] = value;
      record["data"]["splits"]["test"]["class_counts"] = {value};
    };
  };
  CompareOptions by_strategy;
  by_strategy.by = {"strategy"};
  told_of("rows never mix runs on different test data", rates(size("test_size", 50)),
          rates(unchanged), by_strategy);
  told_of("rows mix runs of different classify.optimizer.lr", rates(unchanged),
          Runs{run({}), run({})}, by_strategy);
  CompareOptions by_rate;
  by_rate.by = {"lr"};
  const auto longer = [](Json& record) { record["config"]["classify"]["epochs"] = 20; };
  told_of("the rows differ in classify.epochs too", rates(unchanged, longer), rates(unchanged),
          by_rate);
  const auto stops = [](int64_t patience) {
    return [=](Json& record) {
      record["config"]["classify"]["early_stopping"] = {{"metric", "loss"}, {"patience", patience}};
    };
  };
  const Runs plain = accuracies({{5, {0.9, 0.91}}});
  told_of("alike in every row that has them, and so in no column: classify.early_stopping.metric",
          both(rates(stops(1), stops(2)), plain), both(rates(unchanged), plain));
  const auto cut = [](Json& record) {
    Json& epochs = record["stages"][2]["epochs"];
    if (record["seed"] == 1) epochs.erase(epochs.begin() + 4, epochs.end());
  };
  told_of("have not all the same epochs", rates(cut), rates(unchanged));
  const auto fewer = [](Json& record) {
    if (record["seed"] == 1) record["stages"].erase(1);
  };
  told_of("have not all the same stages", rates(fewer), rates(unchanged));
}

TEST_CASE("what cannot be compared") {
  const auto fashion = [](Json& record) {
    record["data"]["dataset"] = "fashion_mnist";
    record["config"]["data"]["dataset"] = {{"type", "fashion_mnist"}};
    record["data"]["splits"]["test"]["indices_sha256"] = std::string(64, 'f');
  };
  told_of("reconstruction_error is not comparable between", rates(unchanged, fashion),
          rates(unchanged));
  told_of("they stand side by side, and no paired test is made", rates(unchanged, fashion),
          rates(unchanged));
  told_of("the error over the pixels' variance stands beside it", rates(unchanged, fashion),
          rates(unchanged));
  const auto codes = options({"loss.pretrain-2"});
  const auto on_codes = [](Json& record) { record["stages"][1]["target"] = "codes"; };
  told_of("each row's codes are made by its own encoder", rates(on_codes, on_codes),
          rates(unchanged), codes);
  const auto machine = [](Json& record) { record["provenance"]["cpu"] = "Another CPU"; };
  told_of("timings cannot be compared", rates(unchanged, machine), rates(unchanged));
}

TEST_CASE("the verdict of two rows") {
  const auto by = [](double gain, int64_t seeds) {
    std::vector<double> a, b;
    for (int64_t seed = 0; seed < seeds; ++seed) {
      a.push_back(0.9 + 0.003 * double(seed % 3));
      b.push_back(a.back() + gain * (1 + 0.1 * double(seed % 2)));
    }
    return accuracies({{0.1, a}, {1, b}});
  };
  const auto asked = options({"accuracy"});
  const std::string rows = "(classify.optimizer.lr=1) is ";
  told_of("Row 2 " + rows + "better than row 1", by(0.01, 8), by(-0.01, 8), asked);
  told_of("Row 2 " + rows + "worse than row 1", by(-0.01, 8), by(0.01, 8), asked);
  told_of("accuracy +1.050 points [1.005, 1.095], 8 seeds.", by(0.01, 8), by(0.02, 8), asked);
  told_of("Too few seeds to tell whether", by(0.01, 2), by(0.01, 8), asked);
  told_of("about 6 seeds would do: strata run experiments/lecture-mnist-greedy.yaml --seeds 0-5",
          by(0.01, 2), by(0.01, 8), asked);
  told_of("is identical to", by(0, 8), by(0.01, 8), asked);
  Runs noisy;
  for (const double sign : {-1.0, 1.0})
    for (const ComparedRun& one :
         accuracies({{sign,
                      {0.9 + 0.01 * sign, 0.9 - 0.01 * sign, 0.9 + 0.02 * sign, 0.9 - 0.02 * sign,
                       0.9 + 0.01 * sign, 0.9 - 0.01 * sign}}}))
      noisy.push_back(one);
  told_of("Not shown: that", noisy, by(0.01, 8), asked);
}

TEST_CASE("the verdict on pretraining, and which data set gains more") {
  const auto runs = [](double mnist, double fashion, const char* better = "higher") {
    Runs made;
    for (const char* dataset : {"mnist", "fashion_mnist"})
      for (const char* strategy : {"greedy", "none"})
        for (int64_t seed = 0; seed < 8; ++seed) {
          RunSpec spec;
          spec.dataset = dataset;
          spec.strategy = strategy;
          spec.seed = seed;
          const bool control = spec.strategy == "none";
          const double gain = spec.dataset == "mnist" ? mnist : fashion;
          made.push_back(run(spec, [&](Json& record) {
            record["metrics"]["test"]["accuracy"] =
                0.9 + 0.001 * double(seed) +
                (control ? 0 : gain * (1 + 0.05 * double((seed * seed) % 5)));
            record["data"]["splits"]["test"]["indices_sha256"] = sha256_hex(spec.dataset);
            record["figures"]["accuracy"]["better"] = better;
          }));
        }
    return made;
  };
  const auto asked = options({"accuracy"}, "strategy=none");
  // Of a figure that says not which end is the better one, nothing helps or is worse.
  told_of("Pretraining makes it higher", runs(0.01, 0.03, "neither"), runs(0.01, 0.03), asked);
  told_of("Pretraining makes it lower", runs(-0.01, 0.03, "neither"), runs(0.01, 0.03, "neither"),
          asked);
  told_of("Pretraining helps", runs(0.01, 0.03), runs(-0.01, -0.03), asked);
  told_of("Pretraining does not help", runs(-0.01, 0.03), runs(0.01, 0.03), asked);
  told_of("fashion_mnist gains more than mnist: accuracy +", runs(0.01, 0.03), runs(0.03, 0.01),
          asked);
  told_of("mnist gains more than fashion_mnist: accuracy +", runs(0.03, 0.01), runs(0.01, 0.03),
          asked);
  told_of("Not shown: that", runs(0.01, 0.01), runs(0.03, 0.01), asked);
  const Comparison c = compare(runs(0.01, 0.03), asked);
  REQUIRE(c.gains.size() == 1);
  // 0.02 (1 + 0.05 k), k = 0, 1, 4, 4, 1, 0, 1, 4: the mean of k is 15 / 8.
  CHECK(std::abs(c.gains[0].test.difference.mean) == doctest::Approx(0.02 * (1 + 0.05 * 15.0 / 8)));
  CHECK(c.gains[0].test.difference.n == 8);
}

TEST_CASE("many tested rows are counted, and a table may show the first of them") {
  const std::vector<double> base = {0.90, 0.91, 0.92, 0.90, 0.91, 0.92};
  std::vector<std::pair<double, std::vector<double>>> all = {{0.1, base}};
  for (int row = 1; row <= 5; ++row) {
    all.emplace_back(row, base);
    for (size_t i = 0; i < base.size(); ++i)
      all.back().second[i] += (row > 2 ? -0.01 : 0.01) * (1 + 0.1 * double(i));
  }
  CompareOptions asked = options({"accuracy"}, "lr=0.1");
  told_of(
      "Of 5 rows tested against row 1 in accuracy: 2 better (rows 2 and 3), 3 worse (rows 4 to "
      "6).",
      accuracies(all), accuracies({all[0], all[1]}), asked);
  asked.top = 2;
  told_of("2 of 6 rows are shown (--top).", accuracies(all), accuracies({all[0], all[1]}), asked);
}

TEST_CASE("a family of figures is asked for by its name, a class by a name with a comma") {
  const auto of_class = [](const char* name) {
    return Runs{run({}, [&](Json& record) { record["data"]["class_names"][0] = name; })};
  };
  const auto columns = [](const Runs& runs, const std::string& metrics) {
    std::vector<std::string> names;
    for (const ComparedMetric& metric : compare(runs, options({metrics})).metrics)
      names.push_back(metric.name);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(columns(of_class("shirt, top"), "accuracy,per_class_accuracy.shirt, top,nll") ==
        Names{"accuracy", "per_class_accuracy.shirt, top", "nll"});
  CHECK(columns(of_class("zero"), "per_class_accuracy").size() == 10);
  const Names counts = columns(of_class("cat"), "accuracy,confusion_matrix");
  CHECK(counts.size() == 101);
  CHECK(std::count(counts.begin(), counts.end(), "confusion_matrix.cat.one") == 1);
  const Runs runs = of_class("cat");
  const Json matrix = make_record({})["metrics"]["test"]["confusion_matrix"];
  const Comparison c = compare(runs, options({"confusion_matrix.cat.three"}));
  CHECK(cell(c, 0, "confusion_matrix.cat.three").summary.mean == matrix[0][3].get<double>());
  CHECK(columns(runs, "accuracy") == Names{"accuracy"});
}

TEST_CASE("times have no interval, and that of a fraction ends at 1") {
  Runs runs = accuracies({{0.1, {0.99, 1.0, 0.97}}});
  const std::string text = comparison_text(compare(runs, options({"accuracy", "seconds"})), 200);
  const Comparison c = compare(runs, options({"accuracy", "seconds"}));
  const Json row = comparison_json(c)["groups"][0]["metrics"];  // as the page has it
  CHECK(row["seconds"]["ci_low"].is_null());
  CHECK(row["seconds"]["sd"].is_number());
  CHECK(row["accuracy"]["ci_high"] == 1.0);
  CHECK(text.find("0.987 ± 0.015 [0.949, 1.000]") != std::string::npos);
  CHECK(text.find("] ", text.find("1.000]") + 6) == std::string::npos);
}
