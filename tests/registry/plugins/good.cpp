// A plugin library with nothing wrong.
#include "made.hpp"

STRATA_REGISTER(strata::Dataset, Made, "made_by_plugin");
