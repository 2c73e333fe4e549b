#pragma once
// A line of CSV. Implemented in csv.cpp.
#include <string>
#include <vector>

namespace strata {

/// The fields as RFC 4180 has them, the line's end included. What a spreadsheet would take for a
/// formula gets a ' before it.
std::string csv_line(std::vector<std::string> fields);

}  // namespace strata
