#pragma once
// The row that others are compared with. Implemented in baselines.cpp.
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// The first group without pretraining (strategy: none), or else the first.
size_t control_row(const Comparison& comparison);

/// What tells control_row() from the others, as find_baselines() takes it.
std::string some_baseline(const Comparison& comparison);

struct Baselines {
  std::vector<size_t> rows;
  std::vector<size_t> keys;  ///< those that name them; none where an experiment's name does
};

/// Those of the baselines that a group may be tested against: they have its values in all but the
/// baselines' keys, as far as both have one, in more settings than the others do. All of them where
/// a name tells them.
std::vector<size_t> partners(const Comparison& comparison, const Baselines& baselines,
                             size_t group);

/// The groups that "key=value,key=value" tells, an experiment's name, or a value alone where but
/// one key has it; "-" and "null" are no value. Several where keys tell them, or each is on test
/// data of its own. Throws UserError.
Baselines find_baselines(const Comparison& comparison, const std::string& wanted);

}  // namespace strata
