#pragma once
// Which runs are one row. Implemented in grouping.cpp.
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// Runs put together where they differ only in the seed. Facts in which runs of the same settings
/// differ (RunConditions) are keys like settings.
class GroupedRuns {
 public:
  /// @param runs  settled; must outlive the groups. Of two with the same result one takes from the
  ///   other the figures that it lacks.
  /// @param by  settings, facts or "name" that alone make the groups, with what tells different
  /// test
  ///   data apart; all that vary where empty
  /// Throws UserError where one of `by` is no setting of the runs.
  GroupedRuns(const std::vector<ComparedRun*>& runs, const std::vector<std::string>& by);

  std::vector<std::string> keys;              ///< full paths
  std::vector<std::string> asked;             ///< those of the keys that --by names
  std::vector<std::string> key_names, facts;  ///< as in Comparison
  std::vector<Group> groups;                  ///< values, names, runs and statuses are filled in
  std::vector<std::string> notes;             ///< repeated seeds, mixed settings
  bool mixed = false;                         ///< a group has runs of several settings

  /// Whether two runs agree in the settings that were not asked for (--by), as far as both have
  /// them.
  bool agree(const ComparedRun& a, const ComparedRun& b) const;

 private:
  void add_rest_notes();

  std::map<const ComparedRun*, size_t> index_;  ///< a run's configuration
  std::vector<std::string> rest_keys_;          ///< what varies and was not asked for
  std::vector<std::vector<std::string>> rest_;  ///< its values, by configuration
};

}  // namespace strata
