// The warning about a slow BLAS, with Debian's reference BLAS put before the one in use.
#include <doctest/doctest.h>

#include "command/workplace.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

TEST_CASE("the reference BLAS is warned of, and named in the record") {
  std::string folder;
  for (const char* libraries : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"})
    if (fs::exists(fs::path(libraries) / "blas/libblas.so.3")) folder = libraries;
  if (folder.empty()) {
    MESSAGE("skipped: Debian's libblas3 is not installed");
    return;
  }
  const Workplace place;
  const CommandResult slow = place.run(
      {"run", "small.yaml"}, {fmt::format("LD_LIBRARY_PATH={0}/blas:{0}/lapack", folder)});
  CHECK(slow.code == 0);
  CHECK(slow.err.find("strata: warning: LibTorch uses the reference BLAS, about 30 times slower "
                      "than an optimized one; install libopenblas0-pthread\n") == 0);
  const auto records = place.records();
  REQUIRE(records.size() == 1);
  CHECK(records.begin()->second["provenance"]["blas"]["name"] == "reference or unknown");
}
