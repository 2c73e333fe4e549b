#include <stdexcept>

#include "made.hpp"

namespace {
struct Table {
  Table() { throw std::runtime_error("no table"); }
} table;
}  // namespace

STRATA_REGISTER(strata::Dataset, Made, "throws_in_constructor");
