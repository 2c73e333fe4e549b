#include <array>

#include "fuzz.hpp"
#include "strata/data/png_reader.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::File file("image");
  file.fill(fuzz::view(data, size));
  std::array<uint8_t, 3 * 2 * 3> pixels{};
  for (const Shape& shape : {Shape{1, 2, 3}, Shape{3, 2, 3}}) {
    fuzz::refused_or_read([&] { read_png(file.path(), shape, pixels.data()); });
    fuzz::refused_or_read([&] { fitted(read_picture(file.path()), shape, false); });
  }
  return 0;
}
