#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "command/data.hpp"
#include "strata/data/statistics.hpp"
#include "strata/record/image.hpp"
#include "strata/support/display.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

std::vector<int64_t> all_of(const Samples& part) {
  std::vector<int64_t> indices(static_cast<size_t>(part.count()));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

void print_counts(const DatasetInfo& info, const LoadedData& data) {
  const std::vector<int64_t> train = class_counts(data.train, all_of(data.train), info.classes);
  const std::vector<int64_t> test = class_counts(data.test, all_of(data.test), info.classes);
  std::vector<std::string> names;
  size_t width = 16;
  for (size_t c = 0; c < train.size(); ++c) {
    std::string name = std::to_string(c);
    if (!info.class_names.empty() && info.class_names[c] != name) name += " " + info.class_names[c];
    width = std::max(width, name.size());
    names.push_back(std::move(name));
  }
  const auto row = [&](const std::string& name, const auto& first, const auto& second) {
    print_out("{:<{}}{:>9}{:>9}\n", name, width, first, second);
  };
  row("class", "train", "test");
  for (size_t c = 0; c < names.size(); ++c) row(names[c], train[c], test[c]);
  row("all", data.train.count(), data.test.count());
}

void print_pixels(const char* part, const Samples& samples) {
  const PixelStatistics pixels = pixel_statistics(samples, all_of(samples));
  const double count = static_cast<double>(samples.pixels.size());
  const auto percent = [&](size_t byte) {
    return 100 * static_cast<double>(pixels.histogram[byte]) / count;
  };
  print_out("{} pixels (0 to 1): mean {:.4f}, variance {:.4f}, {:.1f} % are 0, {:.1f} % are 1\n",
            part, pixels.mean, pixels.variance, percent(0), percent(255));
}

// The first samples of each class, at most `each`, class after class.
std::vector<std::vector<int64_t>> first_samples(const Samples& part, int64_t classes, size_t each) {
  std::vector<std::vector<int64_t>> found(static_cast<size_t>(classes));
  for (size_t i = 0; i < part.labels.size(); ++i) {
    std::vector<int64_t>& mine = found[part.labels[i]];
    if (mine.size() < each) mine.push_back(static_cast<int64_t>(i));
  }
  return found;
}

// A row a class; what a class lacks stays black.
void write_sheet(const Samples& part, int64_t classes, const std::string& path) {
  const auto size = static_cast<size_t>(element_count(part.shape));
  const auto samples = first_samples(part, classes, 10);
  size_t columns = 0;
  for (const auto& of_class : samples) columns = std::max(columns, of_class.size());
  std::vector<uint8_t> tiles(static_cast<size_t>(classes) * columns * size);
  for (size_t c = 0; c < samples.size(); ++c) {
    for (size_t k = 0; k < samples[c].size(); ++k) {
      const auto* from = part.pixels.data() + static_cast<size_t>(samples[c][k]) * size;
      std::copy(from, from + size, &tiles[(c * columns + k) * size]);
    }
  }
  write_png(path, tile_sheet(tiles, part.shape[0], part.shape[1], part.shape[2],
                             static_cast<int64_t>(columns)));
  print_out("{}: the first training samples of each class, a row a class\n", path);
}

// A sample in grey, reduced by averaging until it is at most 16 pixels wide and high.
struct Thumbnail {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> grey;
  int at(int64_t x, int64_t y) const {
    return y < height ? grey[static_cast<size_t>(y * width + x)] : 0;
  }
};

Thumbnail thumbnail(const Samples& part, int64_t sample) {
  constexpr int64_t largest = 16;
  const int64_t channels = part.shape[0], height = part.shape[1], width = part.shape[2];
  const int64_t factor = (std::max(height, width) + largest - 1) / largest;
  Thumbnail small{std::max<int64_t>(width / factor, 1), std::max<int64_t>(height / factor, 1), {}};
  const uint8_t* pixels = part.pixels.data() + sample * element_count(part.shape);
  for (int64_t y = 0; y < small.height; ++y) {
    for (int64_t x = 0; x < small.width; ++x) {
      int64_t sum = 0, count = 0;
      for (int64_t c = 0; c < channels; ++c) {
        for (int64_t v = y * factor; v < std::min((y + 1) * factor, height); ++v) {
          for (int64_t u = x * factor; u < std::min((x + 1) * factor, width); ++u, ++count) {
            sum += pixels[(c * height + v) * width + u];
          }
        }
      }
      small.grey.push_back(static_cast<uint8_t>(sum / count));
    }
  }
  return small;
}

// Two pixels, one above the other, as one character: in 24 greys where the terminal has colours.
std::string half_blocks(int upper, int lower, bool colours) {
  if (colours) {
    const auto grey = [](int byte) { return 232 + byte * 23 / 255; };
    return fmt::format("\x1b[38;5;{};48;5;{}m▀", grey(upper), grey(lower));
  }
  constexpr int ink = 96;
  if (upper >= ink) return lower >= ink ? "█" : "▀";
  return lower >= ink ? "▄" : " ";
}

// One sample of each class.
void draw_samples(const Samples& part, int64_t classes) {
  constexpr int64_t line_width = 80;
  const bool colours = display_of(STDOUT_FILENO).styled;
  std::vector<Thumbnail> row;
  const auto flush = [&] {
    for (int64_t y = 0; !row.empty() && y < row[0].height; y += 2) {
      std::string line;
      for (const Thumbnail& tile : row) {
        for (int64_t x = 0; x < tile.width; ++x) {
          line += half_blocks(tile.at(x, y), tile.at(x, y + 1), colours);
        }
        line += colours ? "\x1b[0m " : " ";
      }
      print_drawing(line + '\n');
    }
    row.clear();
  };
  for (const std::vector<int64_t>& samples : first_samples(part, classes, 1)) {
    if (samples.empty()) continue;
    row.push_back(thumbnail(part, samples[0]));
    const auto tiles = static_cast<int64_t>(row.size());
    if ((tiles + 1) * (row[0].width + 1) > line_width) flush();
  }
  flush();
}

}  // namespace

void show_dataset(const std::string& name, const std::vector<std::string>& folders,
                  const std::string& png) {
  const auto dataset = find_dataset(name);
  const DatasetInfo info = dataset->info();
  DataContext context;
  context.folders = folders;
  const LoadedData data = dataset->load(context);
  print_out("{}: {} classes, samples of {}\n", name, info.classes, shape_text(info.sample_shape));
  for (const DataFile& file : data.files) {
    print_out("  {}  sha256 {}\n", file.path.empty() ? file.name : file.path, file.sha256);
  }
  print_counts(info, data);
  print_pixels("training", data.train);
  print_pixels("test", data.test);
  if (info.sample_shape.size() != 3) {
    print_out("the samples are no images: none is drawn\n");
    return;
  }
  draw_samples(data.train, info.classes);
  const std::string stem = std::filesystem::path(name).stem().string();
  write_sheet(data.train, info.classes, png.empty() ? stem + "-samples.png" : png);
}

}  // namespace strata
