#pragma once
#include <string>
#include <vector>

#include "strata/report/comparison.hpp"

namespace strata {

/// Runs put together where they differ only in the seed.
class GroupedRuns {
 public:
  /// @param runs  must outlive the groups
  /// @param by  settings that alone make the groups; all that vary where empty
  /// Throws UserError where one of `by` is no setting of the runs.
  GroupedRuns(const std::vector<ComparedRun>& runs, const std::vector<std::string>& by);

  std::vector<std::string> keys;   ///< full paths
  std::vector<Group> groups;       ///< values, names, runs and statuses are filled in
  std::vector<std::string> notes;  ///< repeated seeds, mixed settings

  /// What two runs of different groups must share to be a pair: the seed, and under --by the
  /// settings that were not asked for.
  std::string block(const ComparedRun& run) const;

 private:
  std::map<std::string, std::string> rest_;  ///< by settings_id: the settings that are mixed
};

/// The index of the one key that is `name` or ends in ".name". Throws UserError, which `option`
/// begins, with the nearest of `known`, where none or several do.
size_t find_key(const std::vector<std::string>& keys, const std::string& name,
                const std::string& option, const std::vector<std::string>& known);

/// The group that "key=value,key=value" or an experiment's name tells. Throws UserError.
size_t find_baseline(const Comparison& comparison, const std::string& wanted);

/// Numbers by value before text, and last what is absent.
bool value_less(const std::string& a, const std::string& b);

}  // namespace strata
