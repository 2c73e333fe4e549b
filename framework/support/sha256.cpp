#include "strata/support/sha256.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

#include "strata/support/errors.hpp"

namespace strata {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }

  std::array<unsigned char, 32> finish() {
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context, digest.data(), &size) != 1 || size != digest.size())
      throw RunError("SHA-256 failed");
    return digest;
  }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  // OpenSSL lives until the process ends: a record may be sealed while exit() is under way.
  static const int kept = OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  static_cast<void>(kept);
  if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
    throw RunError("this OpenSSL offers no SHA-256");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(const void* data, size_t size) {
  if (EVP_DigestUpdate(state_->context, data, size) != 1) throw RunError("SHA-256 failed");
}

std::string Sha256::hex() {
  std::string text;
  for (const unsigned char byte : state_->finish()) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes.data(), bytes.size());
  return sum.hex();
}

uint64_t sha256_prefix(std::string_view bytes) {
  return __builtin_bswap64(std::stoull(sha256_hex(bytes).substr(0, 16), nullptr, 16));
}

}  // namespace strata
