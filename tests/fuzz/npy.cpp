// Images and labels, the first two bytes saying where the one ends.
#include "strata/data/npy.hpp"
#include "fuzz.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::File images("images"), labels("labels");
  if (size < 2) return -1;
  const std::string_view input = fuzz::view(data + 2, size - 2);
  const size_t end = std::min<size_t>(data[0] | data[1] << 8, input.size());
  images.fill(input.substr(0, end));
  labels.fill(input.substr(end));
  return fuzz::refused_or_read([&] {
    std::vector<DataFile> files;
    npy_count(images.path());
    read_npy_samples(images.path(), labels.path(), {1, 2, 3}, 10, files);
  });
}
