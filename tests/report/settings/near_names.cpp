#include "strata/report/settings/near_names.hpp"

#include <doctest/doctest.h>

using namespace strata;

TEST_CASE("of many names the near ones are told, and how to see all") {
  std::vector<std::string> known = {
      "dtype",         "pretrain.optimizer.lr", "pretrain.loss",  "pretrain.optimizer.momentum",
      "classify.loss", "classify.optimizer.lr", "data.train_size"};
  CHECK(near_names("dtipe", {"dtype", "seed"}, "all") ==
        "; did you mean 'dtype'? Known: dtype, seed");
  for (int unit = 0; unit < 10; ++unit) known.push_back("encoder.units" + std::to_string(unit));
  CHECK(near_names("lrr", known, "see x") ==
        "; near it: pretrain.optimizer.lr, classify.optimizer.lr (of 17: see x)");
  CHECK(near_names("train_sise", known, "see x") == "; near it: data.train_size (of 17: see x)");
  CHECK(near_names("mentum", known, "see x") ==
        "; near it: pretrain.optimizer.momentum (of 17: see x)");
  CHECK(near_names("encoder.units", known, "see x") ==
        "; near it: encoder.units0, encoder.units1, encoder.units2, encoder.units3, "
        "encoder.units4 (of 17: see x)");
  CHECK(near_names("zzz", known, "see x") == "; none of the 17 is like it (see x)");
}
