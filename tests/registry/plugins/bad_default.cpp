#include "strata/data/dataset.hpp"

namespace {

class BadDefault final : public strata::Dataset {
 public:
  struct Params {
    double noise = -1;
    static void declare(strata::Declare<Params>& d) {
      d.doc("Made for a test.");
      d.add("noise", &Params::noise, "how much").min(0);
    }
  };
  explicit BadDefault(const Params&) {}
  strata::DatasetInfo info() const override { return {}; }
  strata::LoadedData load(const strata::DataContext&) const override { return {}; }
};

STRATA_REGISTER(strata::Dataset, BadDefault, "bad_default");

}  // namespace
