#pragma once
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include "command/data_place.hpp"

/// Inputs that are broken, through the command: each is refused by name and place, with 2, before
/// anything is written, in a gigabyte of memory.
namespace strata::testing {

struct Broken {
  std::string file;   ///< the one that is not as it should be
  std::string bytes;  ///< what it holds
  std::string said;   ///< of it
};

/// A limit of this process and of those that it starts.
class Limit {
 public:
  Limit(decltype(RLIMIT_AS) resource, rlim_t most) : resource_(resource) {
    getrlimit(resource_, &before_);
    const rlimit limit{most, before_.rlim_max};
    setrlimit(resource_, &limit);
  }
  ~Limit() { setrlimit(resource_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  decltype(RLIMIT_AS) resource_;
  rlimit before_{};
};

/// Runs `data show` of the set in the place, which must refuse it with these words.
inline void check_refused(const DataPlace& place, const std::string& said) {
#ifndef __SANITIZE_ADDRESS__
  const Limit memory(RLIMIT_AS, rlim_t{1} << 30);
#endif
  const CommandResult result = place.run({"data", "show", "set.yaml"});
  CHECK(result.code == 2);
  CHECK(result.out == "");
  CHECK(result.err == "strata: error: " + said + "\n");
  CHECK_FALSE(std::filesystem::exists(place / "set-samples.png"));
}

}  // namespace strata::testing
