#include "made.hpp"

namespace strata {
int written_by_nobody(double x);
}
const int wanted = strata::written_by_nobody(0.5);

STRATA_REGISTER(strata::Dataset, Made, "missing_symbol");
