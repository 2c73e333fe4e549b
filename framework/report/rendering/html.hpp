#pragma once
// The page of `strata report`. Implemented in html.cpp.
#include <string>
#include <string_view>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// What a report is made of besides its data (tools/report/), embedded when strata is built.
struct ReportAssets {
  std::string_view page;    ///< with {{title}}, {{style}}, {{charts}}, {{script}}, {{data}}
  std::string_view style;   ///< CSS
  std::string_view charts;  ///< Chart.js, minified
  std::string_view script;  ///< strata's own JavaScript
};

/// One self-contained HTML file that needs no network.
std::string html_report(const Comparison& comparison, const std::string& title,
                        const ReportAssets& assets);

}  // namespace strata
