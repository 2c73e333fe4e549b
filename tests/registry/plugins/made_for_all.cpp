// A plugin library with nothing wrong, laid where others may write.
#include "made.hpp"

STRATA_REGISTER(strata::Dataset, Made, "made_for_all");
