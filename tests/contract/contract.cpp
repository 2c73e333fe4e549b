#include <doctest/doctest.h>

#include "strata/contract/example.hpp"
#include "strata/core/layer.hpp"

using namespace strata;

TEST_CASE("A component named in YAML is read, or refused") {
  CHECK(read_component("layer", "{type: linear, units: 3}").type == "linear");
  CHECK_THROWS_AS(read_component("layer", "{type: linear, units: 0}"), UserError);
  CHECK_THROWS_AS(read_component("layer", "tahn"), UserError);
}
