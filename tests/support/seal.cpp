#include "strata/support/seal.hpp"

#include <doctest/doctest.h>

#include "strata/support/sha256.hpp"

using namespace strata;

TEST_CASE("the canonical form sorts keys, at every depth, and has no blanks") {
  const Json value = Json::parse(R"({"b": [1, {"z": null, "y": 0.5}], "a": "x"})");
  CHECK(canonical_sha256(value) == sha256_hex(R"({"a":"x","b":[1,{"y":0.5,"z":null}]})"));
}

TEST_CASE("a sealed object is told from a changed one, whatever the order of its keys") {
  Json object = {{"status", "completed"}, {"accuracy", 0.91}};
  CHECK_FALSE(is_sealed(object));
  seal(object);
  CHECK(is_sealed(object));
  CHECK(is_sealed(Json::parse(object.dump(2))));
  CHECK(is_sealed({{"sha256", object["sha256"]}, {"accuracy", 0.91}, {"status", "completed"}}));

  Json changed = object;
  changed["accuracy"] = 0.99;
  CHECK_FALSE(is_sealed(changed));
  changed = object;
  changed["note"] = "added by hand";
  CHECK_FALSE(is_sealed(changed));
  changed = object;
  changed.erase("status");
  CHECK_FALSE(is_sealed(changed));
  CHECK_FALSE(is_sealed(Json::array()));
}
