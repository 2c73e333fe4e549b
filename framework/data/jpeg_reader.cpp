#include "strata/data/jpeg_reader.hpp"

// After what jpeglib.h needs and does not include.
#include <cstddef>
#include <cstdio>
//
#include <fmt/format.h>
#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <memory>

#include "strata/data/byte_source.hpp"

namespace strata {
namespace {

// libjpeg reports errors by a function that must not return. So the functions that call it hold
// nothing with a destructor, and the message waits here.
struct JpegFile {
  std::string bytes;
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  std::jmp_buf back{};
  bool created = false;
  Picture picture;
  char message[JMSG_LENGTH_MAX] = {};

  ~JpegFile() {
    if (created) jpeg_destroy_decompress(&jpeg);
  }
};

[[noreturn]] void leave(j_common_ptr jpeg) {
  auto* file = static_cast<JpegFile*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, file->message);
  std::longjmp(file->back, 1);
}

// libjpeg fills what a file that was cut off lacks with grey, and only warns.
void heed_cut(j_common_ptr jpeg, int) {
  if (jpeg->err->msg_code == JWRN_JPEG_EOF) leave(jpeg);
}

bool read_header(JpegFile& file) {
  if (setjmp(file.back) != 0) return false;
  jpeg_create_decompress(&file.jpeg);
  file.created = true;
  jpeg_mem_src(&file.jpeg, reinterpret_cast<const unsigned char*>(file.bytes.data()),
               static_cast<unsigned long>(file.bytes.size()));
  jpeg_read_header(&file.jpeg, TRUE);
  return true;
}

bool read_rows(JpegFile& file) {
  if (setjmp(file.back) != 0) return false;
  file.jpeg.out_color_space = JCS_EXT_RGBA;
  jpeg_start_decompress(&file.jpeg);
  while (file.jpeg.output_scanline < file.jpeg.output_height) {
    JSAMPROW row =
        &file.picture.rgba[size_t{4} * file.jpeg.output_scanline * file.jpeg.output_width];
    jpeg_read_scanlines(&file.jpeg, &row, 1);
  }
  jpeg_finish_decompress(&file.jpeg);
  return true;
}

}  // namespace

Picture read_jpeg(const std::string& path) {
  const auto file = std::make_unique<JpegFile>();
  try {
    file->bytes = read_file(path);
  } catch (const FileError& e) {
    throw data_error(path, e.reason);
  }
  file->jpeg.err = jpeg_std_error(&file->errors);
  file->errors.error_exit = leave;
  file->errors.emit_message = heed_cut;
  file->jpeg.client_data = file.get();
  const auto broken = [&] {
    return data_error(path, fmt::format("broken JPEG ({})", file->message));
  };
  if (!read_header(*file)) throw broken();
  if (file->jpeg.num_components == 4)
    throw data_error(path,
                     "the picture has the four inks of a printer (CMYK), expected grey or "
                     "red, green and blue");
  Picture& picture = file->picture;
  picture.width = file->jpeg.image_width;
  picture.height = file->jpeg.image_height;
  check_picture_size(path, picture.width, picture.height);
  picture.rgba.resize(static_cast<size_t>(picture.width * picture.height * 4));
  if (!read_rows(*file)) throw broken();
  return std::move(picture);
}

}  // namespace strata
