#include "strata/support/sha256.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace strata;

// The examples of NIST's "Secure Hash Standard" (FIPS 180-4), as its page of example values and the
// vectors of the Cryptographic Algorithm Validation Program print them.
TEST_CASE("SHA-256 gives the digests that NIST publishes") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256_hex(std::string(1, '\xbd')) ==
        "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
}

TEST_CASE("SHA-256 of a stream does not depend on how it is cut") {
  Sha256 sum;
  for (const std::string_view part :
       {"abcdbcdecdefdefgefghfghighijhijkijkljklmkl", "", "mnlmnomnopnopq"})
    sum.update(part.data(), part.size());
  Sha256 moved = std::move(sum);
  CHECK(moved.hex() == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("the prefix is the digest's first eight bytes, little-endian") {
  CHECK(sha256_prefix("abc") == 0xeacf018fbf1678baULL);  // ba 78 16 bf 8f 01 cf ea
  CHECK(sha256_prefix("") == 0x141cfc9842c4b0e3ULL);
}
