#include "strata/data/png_reader.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <memory>
#include <vector>

#include "strata/data/byte_source.hpp"

namespace strata {
namespace {

// libpng reports errors by longjmp. So the functions that call it hold nothing with a destructor,
// and the message waits here.
struct PngFile {
  std::string bytes;
  size_t read = 0;  // of them
  png_structp png = nullptr;
  png_infop info = nullptr;
  uint32_t width = 0, height = 0;
  int bit_depth = 0;
  Picture picture;
  std::vector<uint8_t*> rows;
  char message[200] = {};

  ~PngFile() {
    if (png != nullptr) png_destroy_read_struct(&png, info != nullptr ? &info : nullptr, nullptr);
  }
};

[[noreturn]] void keep_error(png_structp png, png_const_charp text) {
  auto* image = static_cast<PngFile*>(png_get_error_ptr(png));
  std::snprintf(image->message, sizeof image->message, "%s", text);
  png_longjmp(png, 1);
}

void hand_on(png_structp png, png_bytep to, size_t size) {
  auto* image = static_cast<PngFile*>(png_get_io_ptr(png));
  const size_t given = std::min(size, image->bytes.size() - image->read);
  std::copy_n(image->bytes.data() + image->read, given, to);
  image->read += given;
  if (given < size) png_error(png, "Read Error");
}

void ignore_warning(png_structp, png_const_charp) {}

bool read_size(PngFile& image) {
  if (setjmp(png_jmpbuf(image.png)) != 0) return false;
  png_set_read_fn(image.png, &image, hand_on);
  png_set_user_limits(image.png, 65536, 65536);
  png_read_info(image.png, image.info);
  image.width = png_get_image_width(image.png, image.info);
  image.height = png_get_image_height(image.png, image.info);
  image.bit_depth = png_get_bit_depth(image.png, image.info);
  return true;
}

bool read_pixels(PngFile& image) {
  if (setjmp(png_jmpbuf(image.png)) != 0) return false;
  png_set_expand(image.png);
  png_set_scale_16(image.png);
  png_set_gray_to_rgb(image.png);
  png_set_add_alpha(image.png, 255, PNG_FILLER_AFTER);
  png_set_interlace_handling(image.png);
  png_read_update_info(image.png, image.info);
  png_read_image(image.png, image.rows.data());
  png_read_end(image.png, nullptr);
  return true;
}

void open(PngFile& image, const std::string& path) {
  try {
    image.bytes = read_file(path);
  } catch (const FileError& e) {
    throw data_error(path, e.reason);
  }
  if (image.bytes.empty()) throw data_error(path, "the file is empty");
  const auto* bytes = reinterpret_cast<const uint8_t*>(image.bytes.data());
  if (image.bytes.size() < 8 || png_sig_cmp(bytes, 0, 8) != 0)
    throw data_error(path, "this is no PNG file");
  image.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &image, keep_error, ignore_warning);
  if (image.png != nullptr) image.info = png_create_info_struct(image.png);
  if (image.info == nullptr) throw RunError(path + ": libpng could not be started");
}

UserError broken(const PngFile& image, const std::string& path) {
  return data_error(path, image.read, fmt::format("broken PNG ({})", image.message));
}

void decode(PngFile& image, const std::string& path) {
  const size_t row_bytes = size_t{image.width} * 4;
  image.picture = {image.width, image.height, std::vector<uint8_t>(row_bytes * image.height)};
  for (uint32_t y = 0; y < image.height; ++y)
    image.rows.push_back(&image.picture.rgba[y * row_bytes]);
  if (!read_pixels(image)) throw broken(image, path);
}

void check_size(const PngFile& image, const std::string& path, const Shape& shape) {
  if (image.height != shape[1] || image.width != shape[2]) {
    throw data_error(path, fmt::format("the image is {} high and {} wide, expected {} and {}",
                                       image.height, image.width, shape[1], shape[2]));
  }
  if (image.bit_depth > 8) {
    throw data_error(path,
                     fmt::format("the image has {} bits a channel, expected 8", image.bit_depth));
  }
}

// Channel by channel, after the checks that no pixel loses anything.
void store(const PngFile& image, const std::string& path, const Shape& shape, uint8_t* to) {
  const size_t count = size_t{image.width} * image.height;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* pixel = &image.picture.rgba[4 * i];
    const auto refuse = [&](const char* what) {
      throw data_error(path, fmt::format("the pixel at row {}, column {} {}", i / image.width,
                                         i % image.width, what));
    };
    if (pixel[3] != 255) refuse("is transparent; expected an opaque image");
    if (shape[0] == 1 && (pixel[0] != pixel[1] || pixel[0] != pixel[2])) {
      refuse("has a colour, but the declared shape has one channel (grey)");
    }
    for (size_t channel = 0; channel < static_cast<size_t>(shape[0]); ++channel) {
      to[channel * count + i] = pixel[channel];
    }
  }
}

}  // namespace

void read_png(const std::string& path, const Shape& shape, uint8_t* to) {
  const auto image = std::make_unique<PngFile>();
  open(*image, path);
  if (!read_size(*image)) throw broken(*image, path);
  check_size(*image, path, shape);
  decode(*image, path);
  store(*image, path, shape, to);
}

Picture read_png(const std::string& path) {
  const auto image = std::make_unique<PngFile>();
  open(*image, path);
  if (!read_size(*image)) throw broken(*image, path);
  check_picture_size(path, image->width, image->height);
  decode(*image, path);
  return std::move(image->picture);
}

}  // namespace strata
