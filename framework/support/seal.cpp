#include "strata/support/seal.hpp"

#include "strata/support/sha256.hpp"

namespace strata {
namespace {

std::string sha256_of_others(const Json& object) {
  Json others = object;
  others.erase("sha256");
  return canonical_sha256(others);
}

}  // namespace

std::string canonical_sha256(const Json& value) {
  const nlohmann::json sorted = value;
  return sha256_hex(sorted.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void seal(Json& object) {
  object["sha256"] = sha256_of_others(object);
}

bool is_sealed(const Json& object) {
  const auto seal = object.is_object() ? object.find("sha256") : object.end();
  return object.is_object() && seal != object.end() && *seal == sha256_of_others(object);
}

}  // namespace strata
