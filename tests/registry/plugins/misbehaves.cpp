// Data sets that load, and such that end the process which asks them to.
#include <csignal>
#include <cstdlib>

#include "strata/data/dataset.hpp"

namespace {

enum class Fault { none, exits, crashes, exits_when_made, throws_a_number };

template <Fault fault>
class Stripes final : public strata::Dataset {
 public:
  struct Params {
    static void declare(strata::Declare<Params>& d) { d.doc("Made for a test."); }
  };
  explicit Stripes(const Params&) {
    if (fault == Fault::exits_when_made) std::exit(0);
  }
  strata::DatasetInfo info() const override { return {{1, 4, 4}, 2, {}}; }
  strata::LoadedData load(const strata::DataContext&) const override {
    if (fault == Fault::exits) std::exit(0);
    if (fault == Fault::crashes) std::raise(SIGSEGV);
    if (fault == Fault::throws_a_number) throw 42;
    strata::LoadedData data;
    for (strata::Samples* part : {&data.train, &data.test}) {
      part->shape = {1, 4, 4};
      for (int i = 0; i < 40; ++i) {
        part->labels.push_back(static_cast<uint8_t>(i % 2));
        for (int k = 0; k < 16; ++k)
          part->pixels.push_back(static_cast<uint8_t>((i % 2 == 0 ? k % 4 : k / 4) * 60));
      }
    }
    return data;
  }
};

using Good = Stripes<Fault::none>;
using Exiting = Stripes<Fault::exits>;
using Crashing = Stripes<Fault::crashes>;
using ExitingWhenMade = Stripes<Fault::exits_when_made>;
using ThrowingANumber = Stripes<Fault::throws_a_number>;
STRATA_REGISTER(strata::Dataset, Good, "stripes");
STRATA_REGISTER(strata::Dataset, Exiting, "exits_in_load");
STRATA_REGISTER(strata::Dataset, Crashing, "crashes_in_load");
STRATA_REGISTER(strata::Dataset, ExitingWhenMade, "exits_when_made");
STRATA_REGISTER(strata::Dataset, ThrowingANumber, "throws_a_number");

}  // namespace
