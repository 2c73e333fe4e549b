#include "strata/data/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/data/byte_source.hpp"
#include "strata/data/dataset.hpp"
#include "strata/data/jpeg_reader.hpp"
#include "strata/data/png_reader.hpp"

namespace strata {
namespace {

/// Values, channel by channel.
struct Plane {
  int64_t channels = 0, height = 0, width = 0;
  std::vector<float> values;

  Plane(int64_t c, int64_t h, int64_t w)
      : channels(c), height(h), width(w), values(static_cast<size_t>(c * h * w)) {}
  float& at(int64_t c, int64_t y, int64_t x) {
    return values[static_cast<size_t>((c * height + y) * width + x)];
  }
  float at(int64_t c, int64_t y, int64_t x) const {
    return values[static_cast<size_t>((c * height + y) * width + x)];
  }
};

/// On white, and in grey where one channel is asked for.
Plane opaque(const Picture& picture, int64_t channels) {
  Plane plane(channels, picture.height, picture.width);
  const size_t count = static_cast<size_t>(picture.width * picture.height);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* pixel = &picture.rgba[4 * i];
    float rgb[3];
    for (int c = 0; c < 3; ++c)
      rgb[c] = 255.0F + static_cast<float>((pixel[c] - 255) * pixel[3]) / 255.0F;
    if (channels == 1)
      plane.values[i] = 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2];
    else
      for (size_t c = 0; c < 3; ++c) plane.values[c * count + i] = rgb[c];
  }
  return plane;
}

/// Which values of a line one of the resized line is made of, and with which weights.
struct Taps {
  int64_t first = 0;
  std::vector<float> weights;
};

std::vector<Taps> taps(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double reach = std::max(scale, 1.0);
  std::vector<Taps> list(static_cast<size_t>(to));
  for (int64_t i = 0; i < to; ++i) {
    Taps& tap = list[static_cast<size_t>(i)];
    const double center = (static_cast<double>(i) + 0.5) * scale;
    tap.first = std::max<int64_t>(static_cast<int64_t>(std::lround(center - reach)), 0);
    const int64_t end = std::min(static_cast<int64_t>(std::lround(center + reach)), from);
    double sum = 0;
    for (int64_t k = tap.first; k < end; ++k)
      sum += std::max(0.0, 1 - std::abs(static_cast<double>(k) + 0.5 - center) / reach);
    for (int64_t k = tap.first; k < end; ++k)
      tap.weights.push_back(static_cast<float>(
          std::max(0.0, 1 - std::abs(static_cast<double>(k) + 0.5 - center) / reach) / sum));
  }
  return list;
}

/// The rows resized, and the result turned, so that twice resizes rows and columns.
Plane resized_and_turned(const Plane& from, int64_t width) {
  const std::vector<Taps> list = taps(from.width, width);
  Plane to(from.channels, width, from.height);
  for (int64_t c = 0; c < from.channels; ++c)
    for (int64_t y = 0; y < from.height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        const Taps& tap = list[static_cast<size_t>(x)];
        float sum = 0;
        for (size_t k = 0; k < tap.weights.size(); ++k)
          sum += tap.weights[k] * from.at(c, y, tap.first + static_cast<int64_t>(k));
        to.at(c, x, y) = sum;
      }
  return to;
}

float mean_of_edge(const Plane& plane, int64_t c) {
  double sum = 0, count = 0;
  for (int64_t y = 0; y < plane.height; ++y) {
    const bool whole = y == 0 || y + 1 == plane.height;
    for (int64_t x = 0; x < plane.width; x += whole ? 1 : std::max<int64_t>(plane.width - 1, 1))
      sum += static_cast<double>(plane.at(c, y, x)), ++count;
  }
  return static_cast<float>(sum / count);
}

}  // namespace

void check_picture_size(const std::string& path, int64_t width, int64_t height) {
  if (width <= most_picture_pixels / height) return;
  throw data_error(path,
                   fmt::format("the picture is {} high and {} wide; at most {} million pixels "
                               "are read",
                               height, width, most_picture_pixels / 1'000'000));
}

ImageFile image_file_kind(const std::string& path) {
  ByteSource source(path);
  uint8_t first[4] = {};
  const size_t size = source.read(first, sizeof first);
  const std::string_view begin(reinterpret_cast<const char*>(first), size);
  if (begin == "\x89PNG") return ImageFile::png;
  if (begin.substr(0, 3) == "\xff\xd8\xff") return ImageFile::jpeg;
  if (begin == "\x93NUM") return ImageFile::npy;
  if (size == 4 && first[0] == 0 && first[1] == 0 && first[3] > 0) return ImageFile::idx;
  throw data_error(path, "this is no file of images; expected PNG, JPEG, IDX or npy");
}

Picture read_picture(const std::string& path) {
  switch (image_file_kind(path)) {
    case ImageFile::png:
      return read_png(path);
    case ImageFile::jpeg:
      return read_jpeg(path);
    default:
      throw data_error(path, "this is an array of images; expected one picture, PNG or JPEG");
  }
}

std::vector<uint8_t> fitted(const Picture& picture, const Shape& shape, bool invert) {
  if (shape.size() != 3 || (shape[0] != 1 && shape[0] != 3))
    throw UserError(
        fmt::format("no picture becomes a sample of {}; expected {{1 or 3, height, "
                    "width}}",
                    shape_text(shape)));
  const Plane plane = opaque(picture, shape[0]);
  const double shrink = std::max(static_cast<double>(plane.height) / static_cast<double>(shape[1]),
                                 static_cast<double>(plane.width) / static_cast<double>(shape[2]));
  const auto side = [&](int64_t length, int64_t most) {
    return std::clamp<int64_t>(std::lround(static_cast<double>(length) / shrink), 1, most);
  };
  const int64_t height = side(plane.height, shape[1]), width = side(plane.width, shape[2]);
  const Plane small = resized_and_turned(resized_and_turned(plane, width), height);
  const int64_t top = (shape[1] - height) / 2, left = (shape[2] - width) / 2;
  std::vector<uint8_t> bytes;
  bytes.reserve(static_cast<size_t>(element_count(shape)));
  for (int64_t c = 0; c < shape[0]; ++c) {
    const float edge = mean_of_edge(plane, c);
    for (int64_t y = 0; y < shape[1]; ++y)
      for (int64_t x = 0; x < shape[2]; ++x) {
        const bool inside = y >= top && y < top + height && x >= left && x < left + width;
        const float value = inside ? small.at(c, y - top, x - left) : edge;
        const auto byte = static_cast<uint8_t>(std::clamp(std::lround(value), 0L, 255L));
        bytes.push_back(invert ? static_cast<uint8_t>(255 - byte) : byte);
      }
  }
  return bytes;
}

}  // namespace strata
