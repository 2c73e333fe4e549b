#pragma once
// That a comparison says a sentence of some runs, and of others not.
#include <doctest/doctest.h>

#include "report/compared.hpp"
#include "strata/report/rendering/comparison_text.hpp"

namespace strata::test {

using Change = std::function<void(Json&)>;
using Runs = std::vector<ComparedRun>;

inline void unchanged(Json&) {}

/// Two rates, 0.1 and 1, of three seeds each; the changes are made to each.
inline Runs rates(const Change& first, const Change& second = unchanged) {
  Runs runs;
  for (const double lr : {0.1, 1.0})
    for (int64_t seed = 0; seed < 3; ++seed) {
      RunSpec spec;
      spec.lr = lr;
      spec.seed = seed;
      runs.push_back(run(spec, [&](Json& record) {
        record["metrics"]["test"]["accuracy"] = 0.9 + 0.001 * double(seed) + 0.01 * lr;
        (lr == 0.1 ? first : second)(record);
      }));
    }
  return runs;
}

/// Makes the run of a seed one that ended so, without figures.
inline Change ended(const std::string& status, int64_t seed = 2) {
  return [=](Json& record) {
    if (record["seed"] != seed) return;
    record["status"] = status;
    record.erase("metrics");
  };
}

inline bool says(const Runs& runs, const std::string& sentence, const CompareOptions& asked = {}) {
  const std::string text = comparison_text(compare(runs, asked), 100'000);
  return text.find(sentence) != std::string::npos;
}

/// That it is said of the first runs and not of the second.
inline void told_of(const std::string& sentence, const Runs& where, const Runs& not_where,
                    const CompareOptions& asked = {}) {
  CAPTURE(sentence);
  CHECK(says(where, sentence, asked));
  CHECK_FALSE(says(not_where, sentence, asked));
}

inline Runs both(Runs a, const Runs& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace strata::test
