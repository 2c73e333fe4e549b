#include "strata/train/safetensors.hpp"
#include "fuzz.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return fuzz::refused_or_read(
      [&] { from_safetensors(std::string(fuzz::view(data, size)), "f.safetensors"); });
}
