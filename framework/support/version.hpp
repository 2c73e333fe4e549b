#pragma once
// The version of this strata.

namespace strata {

/// strata's own version ("0.1.0"), and the commit it was built from: "3f822d320b08", with "-dirty"
/// where the sources differed from it, or "unknown" outside a checkout. Taken anew by every build.
extern const char* const build_version;
extern const char* const build_commit;

}  // namespace strata
