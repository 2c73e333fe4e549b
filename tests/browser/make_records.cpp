// Writes the records, with images, that the browser test's report is made of: make_records FOLDER
#include "report/make_records.hpp"

#include <cstdlib>
#include <iostream>

#include "strata/record/image.hpp"

namespace {

using namespace strata;
using test::RunSpec;

/// A ring or a cross of 28x28, by class, blurred more the larger `blur`.
std::vector<uint8_t> picture(int64_t label, double blur) {
  std::vector<uint8_t> pixels;
  for (int y = 0; y < 28; ++y)
    for (int x = 0; x < 28; ++x) {
      const double u = (x - 13.5) / 13.5, v = (y - 13.5) / 13.5;
      const double turn = 0.3 * double(label);
      const double a = u * std::cos(turn) + v * std::sin(turn);
      const double distance = label % 2 == 0 ? std::abs(std::hypot(u, v) - 0.6)
                                             : std::min(std::abs(a), std::abs(u - v) / 2);
      pixels.push_back(static_cast<uint8_t>(255 * std::exp(-distance * distance / blur)));
    }
  return pixels;
}

void append(std::vector<uint8_t>& all, const std::vector<uint8_t>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

Json write_images(const std::filesystem::path& folder, const Json& record) {
  std::vector<uint8_t> tiles;
  Json rows = Json::array({"original"}), labels = Json::array();
  for (int64_t c = 0; c < 10; ++c) labels.push_back(c), append(tiles, picture(c, 0.01));
  for (const Json& stage : record["stages"]) {
    if (stage["target"] != "pixels") continue;
    rows.push_back(stage["name"]);
    for (int64_t c = 0; c < 10; ++c) append(tiles, picture(c, 0.02 * double(rows.size())));
  }
  write_png(folder / "images/reconstructions.png", tile_sheet(tiles, 1, 28, 28, 10));

  std::vector<float> weights;
  for (uint64_t i = 0; i < 48 * 784; ++i)
    weights.push_back(static_cast<float>(std::sin(double(i % 784) * 0.01 * double(1 + i / 784))));
  write_png(folder / "images/filters.png", tile_sheet(filter_bytes(weights, 784), 1, 28, 28, 12));

  std::vector<uint8_t> worst;
  Json samples = Json::array();
  for (int64_t i = 0; i < 12; ++i) {
    append(worst, picture(i % 10, 0.03));
    samples.push_back({{"index", 17 * i},
                       {"true", i % 10},
                       {"predicted", (i + 3) % 10},
                       {"nll", 9.0 - 0.3 * double(i)}});
  }
  write_png(folder / "images/worst.png", tile_sheet(worst, 1, 28, 28, 6));

  Image codes{256, 100, 1, {}};
  Json code_labels = Json::array();
  for (int64_t s = 0; s < 100; ++s) {
    code_labels.push_back(s / 10);
    for (int64_t u = 0; u < 256; ++u)
      codes.pixels.push_back(static_cast<uint8_t>(128 + 100 * std::sin(double((s / 10 + 1) * u))));
  }
  write_png(folder / "images/codes.png", codes);
  const Json tile = {28, 28};
  return {{"reconstructions",
           {{"file", "images/reconstructions.png"},
            {"tile", tile},
            {"columns", 10},
            {"rows", rows},
            {"indices", labels},
            {"labels", labels}}},
          {"filters",
           {{"file", "images/filters.png"},
            {"tile", tile},
            {"columns", 12},
            {"count", 48},
            {"layer", "encoder.0.0"}}},
          {"worst",
           {{"file", "images/worst.png"}, {"tile", tile}, {"columns", 6}, {"samples", samples}}},
          {"codes",
           {{"file", "images/codes.png"},
            {"stage", "classify"},
            {"block", "encoder.1"},
            {"units", 256},
            {"labels", code_labels},
            {"range", {-1, 1}}}}};
}

void write_run(const std::filesystem::path& folder, const RunSpec& spec) {
  Json record = test::make_record(spec);
  const auto path = test::write_record(folder, record);
  if (spec.seed != 0 || spec.status != "completed") return;
  record["images"] = write_images(path.parent_path(), record);
  save_record(path, record);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "make_records FOLDER\n";
    return 2;
  }
  for (const char* dataset : {"mnist", "fashion_mnist"})
    for (const char* strategy : {"greedy", "end_to_end", "none"})
      for (int64_t seed = 0; seed < 6; ++seed) {
        RunSpec spec;
        spec.dataset = dataset;
        spec.strategy = strategy;
        spec.name = fmt::format("{}-{}", dataset, strategy);
        spec.seed = seed;
        spec.accuracy =
            (spec.dataset == "mnist" ? 0.918 : 0.835) - (spec.strategy == "none"     ? 0.012
                                                         : spec.strategy == "greedy" ? 0
                                                                                     : 0.004);
        if (seed == 5 && spec.strategy == "none") spec.status = "diverged";
        write_run(argv[1], spec);
      }
  return 0;
}
