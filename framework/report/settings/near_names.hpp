#pragma once
// The names nearest to one that is none. Implemented in near_names.cpp.
#include <string>
#include <vector>

namespace strata {

/// The end of a message about a setting or figure that there is not: as suggestion() where a dozen
/// are known or fewer; else those that are like it, five at most, and how to see all of them.
/// "; near it: pretrain.optimizer.lr, classify.optimizer.lr (of 64: --metric all shows them)"
/// @param name  may be the end of a dotted name, "optimizer.lr"
std::string near_names(const std::string& name, const std::vector<std::string>& known,
                       const std::string& how_to_see_all);

}  // namespace strata
