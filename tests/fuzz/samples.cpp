// Images and labels, the first two bytes saying where the one ends. Each reader refuses at once
// what begins as the other's files do.
#include "fuzz.hpp"
#include "strata/data/idx.hpp"
#include "strata/data/npy.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::File images("images"), labels("labels");
  if (size < 2) return -1;
  const std::string_view input = fuzz::view(data + 2, size - 2);
  const size_t end = std::min<size_t>(data[0] | data[1] << 8, input.size());
  images.fill(input.substr(0, end));
  labels.fill(input.substr(end));
  std::vector<DataFile> files;
  fuzz::refused_or_read([&] { idx_count(images.path()); });
  fuzz::refused_or_read([&] { npy_count(images.path()); });
  for (const auto read : {read_idx_samples, read_npy_samples})
    fuzz::refused_or_read([&] { read(images.path(), labels.path(), {1, 2, 3}, 10, files); });
  return 0;
}
