#pragma once
// What docs/security.md says of an attack, so that a test can hold it to what was tried.
#include <algorithm>
#include <string>

#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata::testing {

/// How many attacks of this kind the table claims for the ordinary suite.
inline int claimed_attacks(const std::string& kind) {
  const std::string page = read_file(STRATA_SOURCE_DIR "/docs/security.md");
  const std::string row = "\n| " + kind + " | ";
  const size_t at = page.find(row);
  if (at == std::string::npos) throw RunError("docs/security.md has no row for: " + kind);
  std::string number =
      page.substr(at + row.size(), page.find(' ', at + row.size()) - at - row.size());
  number.erase(std::remove(number.begin(), number.end(), ','), number.end());
  return std::stoi(number);
}

}  // namespace strata::testing
