#pragma once
// Parameters that nobody wrote.
#include "strata/registry/registry.hpp"

namespace strata {

/// A params struct as a file that gives none of them would be read, default components found.
template <class P>
P default_params() {
  P params;
  Issues issues;
  Reader(issues, Registry::instance()).complete_struct(param_list<P>(), &params, {});
  return params;
}

}  // namespace strata
