// What was trained is used: predict, encode, reconstruct, interpolate, evaluate.
#include <doctest/doctest.h>

#include <cmath>

#include "command/workplace.hpp"
#include "strata/data/npy.hpp"
#include "strata/data/picture.hpp"
#include "strata/record/image.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

constexpr size_t kImage = 784;

/// Two pictures, of a light bar on black.
std::vector<uint8_t> bar(int at) {
  std::vector<uint8_t> pixels(kImage);
  for (size_t y = 4; y < 24; ++y)
    for (size_t x = 0; x < 4; ++x) pixels[y * 28 + static_cast<size_t>(at) + x] = 250;
  return pixels;
}

std::vector<uint8_t> negative(std::vector<uint8_t> pixels) {
  for (uint8_t& byte : pixels) byte = static_cast<uint8_t>(255 - byte);
  return pixels;
}

std::string npy_of(const std::vector<std::vector<uint8_t>>& images) {
  std::string bytes;
  for (const auto& image : images) bytes.append(image.begin(), image.end());
  return npy_file("|u1", {static_cast<int64_t>(images.size()), 28, 28}, bytes);
}

/// A trained run, moved to a folder of another name, and some pictures.
struct Trained : Workplace {
  Json record;
  Trained() {
    REQUIRE(Workplace::run({"run", "small.yaml", "-q"}).code == 0);
    const auto found = records();
    record = found.begin()->second;
    fs::rename(path / "results" / found.begin()->first, path / "my model");
    write("a.png", encode_png({28, 28, 1, bar(3)}));
    write("more/b.PNG", encode_png({28, 28, 1, bar(18)}));
    write("more/notes.txt", "no picture");
    write("dark.png", encode_png({28, 28, 1, negative(bar(3))}));
    write("both.npy", npy_of({bar(3), bar(18)}));
  }
  double test(const char* figure) const { return record["metrics"]["test"][figure]; }
};

const Trained& trained() {
  static const Trained place;
  return place;
}

/// One tile of a sheet that was drawn, 28 x 28.
std::vector<uint8_t> tile(const fs::path& png, int64_t row, int64_t column) {
  const Picture sheet = read_picture(png.string());
  std::vector<uint8_t> pixels;
  for (int64_t y = 0; y < 28; ++y)
    for (int64_t x = 0; x < 28; ++x)
      pixels.push_back(
          sheet.rgba[static_cast<size_t>(4 * ((row * 29 + y) * sheet.width + column * 29 + x))]);
  return pixels;
}

Json parsed(const CommandResult& result) {
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  return Json::parse(result.out);
}

}  // namespace

TEST_CASE("predict judges the run's own test set as its record does, as table, JSON and CSV") {
  const Trained& place = trained();
  const Json list = parsed(place.run({"predict", "my model", "--split", "test", "--json"}));
  REQUIRE(list.size() == 30);
  double right = 0, nll = 0;
  for (const Json& image : list) {
    const auto all = image["probabilities"].get<std::vector<double>>();
    REQUIRE(all.size() == 10);
    const size_t best = image["index"];
    CHECK(all[best] == *std::max_element(all.begin(), all.end()));
    CHECK(image["probability"] == all[best]);
    CHECK(image["class"] == std::to_string(best));
    right += image["label"] == best ? 1 : 0;
    nll -= std::log(all[image["label"].get<size_t>()]) / 30;
  }
  CHECK(list[29]["file"] == "test[29]");
  CHECK(right / 30 == doctest::Approx(place.test("accuracy")));
  CHECK(nll == doctest::Approx(place.test("nll")).epsilon(1e-5));
  const CommandResult table = place.run({"predict", "my model", "--split", "test"});
  CHECK(lines_of(table.out).at(0) == "file      class  index  probability  label");
  CHECK(lines_of(table.out).back() ==
        fmt::format("{:.0f} of 30 right ({:.4f})", right, right / 30));
  REQUIRE(place.run({"predict", "my model", "--split", "test", "--csv", "-o", "out.csv"}).code ==
          0);
  const auto lines = lines_of(read_file(place.path / "out.csv"));
  CHECK(lines.size() == 31);
  CHECK(lines[0].rfind("file,class,index,probability,label,probability of 0,", 0) == 0);
  CHECK(lines[1].rfind("test[0],", 0) == 0);
}

TEST_CASE("pictures, folders, arrays and negatives give the same predictions") {
  const Trained& place = trained();
  const Json list =
      parsed(place.run({"predict", "my model", "a.png", "more", "both.npy", "--json"}));
  REQUIRE(list.size() == 4);
  CHECK(list[0]["file"] == "a.png");
  CHECK(list[1]["file"] == "more/b.PNG");
  CHECK(list[2]["file"] == "both.npy[0]");
  CHECK(list[0]["probabilities"] == list[2]["probabilities"]);
  CHECK(list[1]["probabilities"] == list[3]["probabilities"]);
  CHECK(list[0]["probabilities"] != list[1]["probabilities"]);
  CHECK_FALSE(list[0].contains("label"));
  const Json dark = parsed(place.run({"predict", "my model", "dark.png", "--invert", "--json"}));
  for (size_t i = 0; i < 10; ++i)  // another batch, other sums
    CHECK(dark[0]["probabilities"][i].get<double>() ==
          doctest::Approx(list[0]["probabilities"][i].get<double>()).epsilon(1e-6));
}

TEST_CASE("everything that is wrong with the files is told at once, and nothing is written") {
  const Trained& place = trained();
  place.write("text.png", "not a picture");
  place.write("small.npy", npy_file("|u1", {1, 2, 2}, "abcd"));
  const CommandResult result = place.run(
      {"predict", "my model", "a.png", "nowhere.png", "text.png", "small.npy", "-o", "none.txt"});
  CHECK(result.code == 2);
  CHECK(result.out == "");
  CHECK(result.err ==
        "strata: error: nowhere.png: No such file or directory\n"
        "text.png: this is no file of images; expected PNG, JPEG, IDX or npy\n"
        "small.npy: at byte 10: the file holds items of 2x2, expected items of 1x28x28\n");
  CHECK_FALSE(fs::exists(place.path / "none.txt"));
  const auto refused = [&](std::vector<std::string> arguments) {
    const CommandResult told = place.run(arguments);
    CHECK(told.code == 2);
    CHECK(told.out == "");
    return told.err;
  };
  CHECK(refused({"predict", "my model"}) ==
        "strata: error: no images: name files or folders, or a split of the run's data: --split "
        "test\n");
  CHECK(refused({"predict", "my model", "--split", "tset"}) ==
        "strata: error: unknown split 'tset'; did you mean 'test'? Known: train, validation, "
        "test\n");
  CHECK(refused({"predict", "my model", "--split", "validation"}) ==
        "strata: error: the run has no validation split; expected --split train or test\n");
  CHECK(refused({"predict", "my model", "--split", "test", "--data", "mnits"})
            .rfind("--data:1:1: error: unknown dataset 'mnits'; did you mean 'mnist'? ", 0) == 0);
  CHECK(refused({"encode", "my model", "a.png", "--stage", "clasify", "-o", "c.npy"}) ==
        "strata: error: my model: unknown stage 'clasify'; did you mean 'classify'? Known: "
        "pretrain-1, "
        "classify\n");
  CHECK(contains(refused({"predict", "my modle", "a.png"}), "no such file or folder: my modle"));
  fs::create_directories(place.path / "two");
  fs::copy(place.path / "my model", place.path / "two/1", fs::copy_options::recursive);
  fs::copy(place.path / "my model", place.path / "two/2", fs::copy_options::recursive);
  CHECK(refused({"predict", "two", "a.png"}) ==
        "strata: error: 'two' holds 2 runs; name one of them: two/1\n");
}

TEST_CASE("codes are arrays of NumPy's, with the labels beside them") {
  const Trained& place = trained();
  const CommandResult result = place.run(
      {"encode", "my model", "--split", "test", "--stage", "pretrain-1", "-o", "codes.npy"});
  CHECK(result.code == 0);
  CHECK(result.err ==
        "codes.npy: 30 codes of 8, float32, as stage 'pretrain-1' left the encoder\n"
        "codes.labels.npy: their labels\n");
  const std::string codes = read_file(place.path / "codes.npy");
  CHECK(contains(codes, "{'descr': '<f4', 'fortran_order': False, 'shape': (30, 8,), }"));
  CHECK(codes.size() == 128 + 30 * 8 * 4);
  const std::string labels = read_file(place.path / "codes.labels.npy");
  CHECK(contains(labels, "{'descr': '<i8', 'fortran_order': False, 'shape': (30,), }"));
  CHECK(labels.size() == 128 + 30 * 8);
}

TEST_CASE("a reconstruction lies below its original, and ends an interpolation") {
  const Trained& place = trained();
  REQUIRE(place.run({"reconstruct", "my model", "a.png", "more", "-o", "sheet.png"}).code == 0);
  CHECK(tile(place.path / "sheet.png", 0, 0) == bar(3));
  CHECK(tile(place.path / "sheet.png", 0, 1) == bar(18));
  const auto below = tile(place.path / "sheet.png", 1, 0);
  CHECK(below != bar(3));
  const CommandResult result =
      place.run({"interpolate", "my model", "a.png", "more/b.PNG", "--steps", "3", "-o", "i.png"});
  CHECK(result.err == "i.png: a.png, 3 steps from its code to the other's, more/b.PNG\n");
  CHECK(read_picture((place.path / "i.png").string()).width == 5 * 29 - 1);
  CHECK(tile(place.path / "i.png", 0, 0) == bar(3));
  CHECK(tile(place.path / "i.png", 0, 4) == bar(18));
  const auto first = tile(place.path / "i.png", 0, 1);
  for (size_t i = 0; i < kImage; ++i) CHECK(std::abs(first[i] - below[i]) <= 1);
  REQUIRE(place.run({"reconstruct", "my model", "--split", "test", "-o", "all.png"}).code == 0);
  const Picture all = read_picture((place.path / "all.png").string());
  CHECK(all.width == 16 * 29 - 1);
  CHECK(all.height == 4 * 29 - 1);  // 16 and 14 images, each above what is rebuilt
}

TEST_CASE("an evaluation is figures of the run that was judged, and no run") {
  const Workplace place;
  REQUIRE(place.run({"run", "small.yaml", "--seeds", "0-1", "-q"}).code == 0);
  const Json before = parsed(place.run({"compare", "--json"}));
  const Json both = parsed(place.run({"evaluate", "results/small", "--json"}));
  REQUIRE(both.size() == 2);
  const Json& own = both[1];
  const auto records = place.records();
  const std::string last = "results/" + records.rbegin()->first;
  CHECK(own["kind"] == "evaluation");
  CHECK(own["of"]["run_id"] == records.rbegin()->second["run_id"]);
  const Json& recorded = records.rbegin()->second["metrics"]["test"];
  for (const auto& [key, value] : recorded.items())
    CHECK_MESSAGE(own["metrics"].at(key).get<double>() == doctest::Approx(value.get<double>()),
                  key);
  const CommandResult noisy =
      place.run({"evaluate", last, "--corrupt", "{type: gaussian, std: 2}", "--split", "train"});
  CHECK(noisy.code == 0);
  const std::string label = own["on"].get<std::string>() + "/train+gaussian(std=2.0)";
  CHECK(lines_of(noisy.out).at(0) == last + " on " + label + ", 60 images");
  CHECK(lines_of(noisy.out).at(1).rfind("figure", 0) == 0);
  const Json after = parsed(place.run({"compare", "--json"}));
  REQUIRE(after["groups"].size() == before["groups"].size());
  CHECK(after["groups"][0]["runs"].size() == 2);
  CHECK(after["groups"][0]["metrics"]["accuracy"] == before["groups"][0]["metrics"]["accuracy"]);
  const Json& judged = after["groups"][0]["metrics"][own["on"].get<std::string>() + ".accuracy"];
  CHECK(judged["mean"].get<double>() ==
        doctest::Approx(after["groups"][0]["metrics"]["accuracy"]["mean"].get<double>()));
  CHECK(judged["n"] == 2);
  CHECK(after["groups"][0]["metrics"][label + ".accuracy"]["n"] == 1);
  CHECK(contains(place.run({"verify", "results"}).out, "2 runs verified, 0 not as recorded"));
  // Trained anew, it is another run, of which nothing is known yet.
  REQUIRE(place.run({"run", "small.yaml", "--seeds", "0-1", "--again", "-q"}).code == 0);
  CHECK(parsed(place.run({"compare", "--json"}))["groups"][0]["metrics"].size() ==
        before["groups"][0]["metrics"].size());
  CHECK(place.run({"evaluate", last, "--corrupt", "gausian"})
            .err.rfind(
                "--corrupt:1:1: error: unknown corruption 'gausian'; did you mean 'gaussian'? ",
                0) == 0);
}

TEST_CASE("a run needs neither its data nor its file; of a plugin it asks for the library") {
  const Workplace place;
  std::string labels;
  std::vector<std::vector<uint8_t>> images;
  for (int i = 0; i < 20; ++i) {
    images.push_back(bar(i % 2 == 0 ? 3 : 18));
    labels += static_cast<char>(i % 2);
  }
  place.write("x.npy", npy_of(images));
  place.write("y.npy", npy_file("|u1", {20}, labels));
  const std::string files = "{images: x.npy, labels: y.npy}";
  place.write("small.yaml",
              with(kFile, "{type: synthetic_digits, train: 60, test: 30}",
                   "{type: npy, train: " + files + ", test: " + files +
                       ", classes: 2, shape: [1, 28, 28], class_names: [left, right]}"));
  REQUIRE(place.run({"run", "small.yaml", "-q", "--set", "classify.epochs=50"}).code == 0);
  for (const char* gone : {"x.npy", "y.npy", "small.yaml"}) fs::remove(place.path / gone);
  place.write("a.png", encode_png({28, 28, 1, bar(18)}));
  const std::string run = place.records().begin()->first;
  const Json list =
      parsed(place.run({"predict", fs::path(run).filename().string(), "a.png", "--json"}));
  CHECK(list[0]["class"] == "right");
  CHECK(contains(place.run({"predict", run, "--split", "test"}).err, "y.npy"));

  fs::copy_file(STRATA_BINARY_DIR "/tests/plugins/libmisbehaves.so", place.path / "libmine.so");
  place.write("f.yaml",
              "name: f\nplugins: [libmine.so]\ndevice: cpu\nimages: false\n"
              "data: {dataset: stripes, batch_size: 20}\n"
              "encoder: [[{type: linear, units: 2}]]\nclassify: {epochs: 1}\n");
  REQUIRE(place.run({"run", "f.yaml", "-q"}).code == 0);
  const std::vector<std::string> ask{"predict", "results/f", "--split", "test", "--json"};
  const CommandResult refused = place.run(ask);
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "unknown dataset 'stripes'"));
  CHECK(contains(refused.err, "the run was made with the plugin libmine.so, which is not loaded"));
  std::vector<std::string> with_plugin = ask;
  with_plugin.insert(with_plugin.end(), {"--plugin", "./libmine.so"});
  CHECK(parsed(place.run(with_plugin)).size() > 0);
}
