#pragma once
// The page's script and style, embedded.
#include "strata/report/rendering/html.hpp"

namespace strata {

/// The files of this folder and Chart.js, as they were when strata was built. `charts` is empty
/// where Chart.js was not found.
ReportAssets report_assets();

}  // namespace strata
