#include "strata/data/dataset.hpp"

namespace {

class Throwing final : public strata::Dataset {
 public:
  struct Params {
    static void declare(strata::Declare<Params>&) {
      throw std::runtime_error("no declaration today");
    }
  };
  explicit Throwing(const Params&) {}
  strata::DatasetInfo info() const override { return {}; }
  strata::LoadedData load(const strata::DataContext&) const override { return {}; }
};

STRATA_REGISTER(strata::Dataset, Throwing, "throwing");

}  // namespace
