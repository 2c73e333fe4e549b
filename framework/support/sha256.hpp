#pragma once
// SHA-256 of bytes and of files. Implemented in sha256.cpp.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace strata {

/// SHA-256 (FIPS 180-4) of a stream of bytes, by OpenSSL.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(const void* data, size_t size);
  /// 64 lower-case hexadecimal digits. Call once, last.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);
/// The first eight bytes of the SHA-256, as a little-endian number.
uint64_t sha256_prefix(std::string_view bytes);

}  // namespace strata
