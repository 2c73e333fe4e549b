#pragma once
#include "strata/data/dataset.hpp"

namespace {

class Made final : public strata::Dataset {
 public:
  struct Params {
    int64_t count = 1;
    static void declare(strata::Declare<Params>& d) {
      d.doc("Made for a test.");
      d.add("count", &Params::count, "how many").min(1);
    }
  };
  explicit Made(const Params&) {}
  strata::DatasetInfo info() const override { return {{4}, 2, {}}; }
  strata::LoadedData load(const strata::DataContext&) const override { return {}; }
};

}  // namespace
