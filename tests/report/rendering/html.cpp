#include "strata/report/rendering/html.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "report/make_records.hpp"
#include "strata/record/image.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/report/rendering/report_data.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using doctest::Approx;
using test::RunSpec;

namespace {

Comparison compare_folder(const std::filesystem::path& folder) {
  return compare(read_compared_runs({folder.string()}).runs);
}

}  // namespace

TEST_CASE("the report's data: series over seeds, confusion summed, images as bytes") {
  const test::TemporaryFolder folder("report-data");
  for (int64_t seed = 0; seed < 3; ++seed) {
    RunSpec spec;
    spec.seed = seed;
    Json record = test::make_record(spec);
    for (Json& epoch : record["stages"][0]["epochs"]) epoch["loss"] = 0.1 + 0.01 * double(seed);
    record["metrics"]["test"]["confusion_matrix"] = {{8, 2}, {1, 9}};
    const auto path = test::write_record(folder.path, record);
    if (seed != 1) continue;
    write_png(path.parent_path() / "images/codes.png", {1, 1, 1, {7}});
    record["images"]["codes"] = {{"file", "images/codes.png"}};
    save_record(path, record);
  }
  const Json data = report_data(compare_folder(folder.path));
  REQUIRE(data["groups"].size() == 1);
  const Json& group = data["groups"][0];
  const Json& loss = group["stages"][0]["series"]["train.reconstruction_error"];
  CHECK(loss["n"] == 3);
  CHECK(loss["mean"][9].get<double>() == Approx(0.11));
  CHECK(loss["sd"][9].get<double>() == Approx(0.01));
  CHECK(group["counts"] == Json({{24, 6}, {3, 27}}));
  CHECK(group["images"]["codes"]["uri"].get<std::string>().rfind("data:image/png;base64,iVBOR",
                                                                 0) == 0);
  CHECK(data["datasets"]["mnist"]["variance"] == 0.0949);
}

TEST_CASE("a mean curve ends with the last epoch of all its runs, in the page and the terminal") {
  const test::TemporaryFolder folder("report-cut");
  for (int64_t seed = 0; seed < 3; ++seed) {
    RunSpec spec;
    spec.seed = seed;
    Json record = test::make_record(spec);
    Json& epochs = record["stages"][2]["epochs"];
    if (seed == 1) epochs.erase(epochs.begin() + 4, epochs.end());
    for (Json& epoch : epochs) epoch["loss"] = double(seed);
    test::write_record(folder.path, record);
  }
  const Comparison c = compare_folder(folder.path);
  CHECK(c.groups.at(0).curves[0].losses.size() == 10);
  CHECK(c.groups[0].curves[2].losses == std::vector<double>{1, 1, 1, 1});
  const Json stage = report_data(c)["groups"][0]["stages"][2];
  CHECK(stage["epochs"] == 4);
  CHECK(stage["series"]["train.nll"]["mean"] == Json({1.0, 1.0, 1.0, 1.0}));
  CHECK(stage["series"]["test.accuracy"]["sd"].size() == 4);
  CHECK(std::count(c.notes.begin(), c.notes.end(),
                   "the runs of row 1 have not all the same epochs: a stage's mean curve ends with "
                   "the last that all of them have") == 1);
}

TEST_CASE("a row whose runs have unlike stages has no curve, in the page and in the terminal") {
  const test::TemporaryFolder folder("report-stages");
  for (const char* dataset : {"mnist", "fashion_mnist"})
    for (const char* strategy : {"greedy", "end_to_end"}) {
      RunSpec spec;
      spec.dataset = dataset;
      spec.strategy = strategy;
      if (spec.dataset == "mnist" || spec.strategy == "greedy")
        test::write_record(folder.path, test::make_record(spec));
    }
  CompareOptions options;
  options.by = {"dataset"};
  options.metrics = {"accuracy"};
  const Comparison c = compare(read_compared_runs({folder.path.string()}).runs, options);
  const Json data = report_data(c);
  CHECK(data["groups"][0]["stages"].size() == 3);  // fashion_mnist
  CHECK(data["groups"][1]["stages"].empty());
  const std::string text = comparison_text(c, 200);
  CAPTURE(text);
  const size_t row = text.find("  2  mnist");
  const std::string line = text.substr(row, text.find('\n', row) - row);
  CHECK(line.substr(line.find_last_not_of(' ') - 1, 2) == " -");
  CHECK(text.find("Note: the runs of row 2 have not all the same stages: no mean curve.") !=
        std::string::npos);
}

TEST_CASE("base64 (RFC 4648, section 10)") {
  CHECK(data_uri("f") == "data:image/png;base64,Zg==");
  CHECK(data_uri("foobar") == "data:image/png;base64,Zm9vYmFy");
  CHECK(data_uri("") == "data:image/png;base64,");
}

TEST_CASE("images that are missing or lie elsewhere are left out, and a note says so") {
  for (const char* file : {"images/none.png", "../../secret.png", "/etc/hostname",
                           "images/link.png", "images/text.png", "images/pipe.png", "images"}) {
    const test::TemporaryFolder folder("report-lost");
    Json record = test::make_record({});
    record["images"]["codes"] = {{"file", file}};
    const auto images = test::write_record(folder.path, record).parent_path() / "images";
    write_png(folder.path / "secret.png", {1, 1, 1, {7}});
    write_file_atomically(images / "text.png", "no image");
    std::filesystem::create_symlink(folder.path / "secret.png", images / "link.png");
    REQUIRE(mkfifo((images / "pipe.png").c_str(), 0600) == 0);
    const Json data = report_data(compare_folder(folder.path));
    CHECK_FALSE(data["groups"][0].contains("images"));
    CHECK(data["notes"].back() == "the images of row 1 could not be read beside its record");
  }
}

TEST_CASE("many rows without their images are one note") {
  for (const size_t without : {2, 3}) {
    const test::TemporaryFolder folder("report-lost-rows");
    for (size_t row = 0; row < 3; ++row) {
      RunSpec spec;
      spec.lr = 0.1 * double(row + 1);
      Json record = test::make_record(spec);
      if (row < without) record["images"]["codes"] = {{"file", "images/none.png"}};
      test::write_record(folder.path, record);
    }
    const Json data = report_data(compare_folder(folder.path));
    CHECK(data["comparison"]["notes"].dump().find("images") == std::string::npos);
    REQUIRE(data["notes"].size() == 1);
    CHECK(data["notes"][0] ==
          (without == 3 ? "the images of all rows could not be read beside their records"
                        : "the images of rows 1 and 2 could not be read beside their records"));
  }
}

TEST_CASE("rows are labelled by words, and numbers with their name") {
  const test::TemporaryFolder folder("report-label");
  for (const double lr : {0.1, 1.0}) {
    RunSpec spec;
    spec.lr = lr;
    spec.strategy = lr == 1.0 ? "none" : "end_to_end";
    test::write_record(folder.path, test::make_record(spec));
  }
  const Json data = report_data(compare_folder(folder.path));
  CHECK(data["groups"][0]["label"] == "end_to_end, classify.optimizer.lr=0.1");
  CHECK(data["groups"][1]["label"] == "none, classify.optimizer.lr=1");
}

TEST_CASE("the page is filled once, and nothing in the data ends the script") {
  const test::TemporaryFolder folder("report-page");
  Json record = test::make_record({});
  record["name"] = "</script><!-- {{style}}";
  record["run_id"] = "x";
  save_record(folder.path / "record.json", record);
  ReportAssets assets{"<h1>{{title}}</h1>{{style}}|{{charts}}|{{script}}|{{data}}|{{other}}", "S",
                      "C", "J {{title}}"};
  const std::string page = html_report(compare_folder(folder.path), "a < b & \"c\"", assets);
  CHECK(page.rfind("<h1>a &lt; b &amp; &quot;c&quot;</h1>S|C|J {{title}}|{", 0) == 0);
  CHECK(page.find("</script>") == std::string::npos);
  CHECK(page.find("<!--") == std::string::npos);
  CHECK(page.find("\\u003c/script>") != std::string::npos);
}

TEST_CASE("the report's settings are those that the stages were trained with") {
  const test::TemporaryFolder folder("report-used");
  Json record = test::make_record({});
  Json& pretrain = record["config"]["pretrain"];
  const Json used = test::component("adam", {{"lr", 0.02}});
  pretrain["stages"] = {{{"optimizer", used}, {"epochs", 3}}, {{"optimizer", used}}};
  test::plan_stages(record);
  test::write_record(folder.path, record);
  const Json data = report_data(compare_folder(folder.path));
  std::map<std::string, std::string> settings;
  for (const Json& setting : data["groups"][0]["settings"]) settings[setting[0]] = setting[1];
  CHECK(settings.at("pretrain.optimizer") == "adam");
  CHECK(settings.at("pretrain.optimizer.lr") == "0.02");
  CHECK(settings.count("pretrain.optimizer.momentum") == 0);
  CHECK(settings.at("pretrain.epochs") == "3 10");
  CHECK(settings.count("pretrain.stages[0].optimizer") == 0);
}
