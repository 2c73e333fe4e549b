#pragma once
// What the page is given, as JSON. Implemented in report_data.cpp.
#include "strata/report/comparing/comparison.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// All that the report shows, read once more from the records behind a comparison:
///   comparison: comparison_json(), settings as texts, "" where there is none
///   notes: about the report itself
///   groups: one for each row:
///     label; dataset; classes (names)
///     stages: name, kind, target, loss, epochs, and series: by quantity ("loss", "test.accuracy")
///       {mean, sd: one an epoch that all runs have, n}
///     counts by true class and class taken for it (summed over seeds), by_class {name, mean, sd}
///     images: the record's object, of the first completed run that has one, with "uri" beside each
///       "file"; settings: [key, value] pairs; provenance: [key, value] pairs
///   datasets: name, pixels
/// Images that cannot be read are left out, and a note says so.
Json report_data(const Comparison& comparison);

/// "data:image/png;base64,..."
std::string data_uri(const std::string& png);

}  // namespace strata
