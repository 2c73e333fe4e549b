#include "made.hpp"

STRATA_REGISTER(strata::Dataset, Made, "mnist");
