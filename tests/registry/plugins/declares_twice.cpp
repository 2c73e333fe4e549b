#include "strata/data/dataset.hpp"

namespace {

class Twice final : public strata::Dataset {
 public:
  struct Params {
    int64_t count = 1;
    std::string kind = "round";
    static void declare(strata::Declare<Params>& d) {
      d.doc("Made for a test.");
      d.add("count", &Params::count, "how many").min(1);
      d.add("kind", &Params::kind, "which").choices({"round", "square"});
      d.add("count", &Params::count, "how many").min(1);
    }
  };
  explicit Twice(const Params&) {}
  strata::DatasetInfo info() const override { return {}; }
  strata::LoadedData load(const strata::DataContext&) const override { return {}; }
};

class NoChoice final : public strata::Dataset {
 public:
  struct Params {
    std::string kind = "oval";
    static void declare(strata::Declare<Params>& d) {
      d.doc("Made for a test.");
      d.add("kind", &Params::kind, "which").choices({"round", "square"});
    }
  };
  explicit NoChoice(const Params&) {}
  strata::DatasetInfo info() const override { return {}; }
  strata::LoadedData load(const strata::DataContext&) const override { return {}; }
};

STRATA_REGISTER(strata::Dataset, Twice, "twice");
STRATA_REGISTER(strata::Dataset, NoChoice, "no_choice");

}  // namespace
