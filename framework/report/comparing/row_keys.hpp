#pragma once
// The settings by which rows are told apart. Implemented in row_keys.cpp.
#include <map>
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// What --by may name among the settings of some configurations, and the rows' columns that follow.
class RowKeys {
 public:
  /// @param configs, varying  must outlive it
  RowKeys(const std::vector<Json>& configs, const VaryingSettings& varying);

  /// The full keys that --by asks for, each once, of those that vary where these are meant by it.
  /// Throws UserError where one of `by` is no setting.
  std::vector<std::string> keys(const std::vector<std::string>& by,
                                const std::vector<std::string>& facts,
                                const std::vector<std::string>& others) const;

  /// The columns of these keys; a setting that does not vary makes a column of one value. A part of
  /// several settings (early_stopping, penalties) is one value, written short; a component is its
  /// type.
  VaryingSettings columns(const std::vector<std::string>& keys) const;

  /// The data's settings without which rows by the `asked` keys would hold runs on different test
  /// data; no more than are needed.
  /// @param members  the runs of each configuration
  std::vector<std::string> data_keys(
      const std::vector<std::string>& asked,
      const std::vector<std::vector<const ComparedRun*>>& members) const;

  /// Whether the keys' columns say what the setting `key` is: it is one of them, or lies in a part
  /// that is.
  bool told_by(const std::vector<std::string>& keys, const std::string& key) const;

  /// Every key of a plain setting or a component.
  const std::vector<std::string>& known() const { return known_; }

 private:
  bool names_part(const std::string& key) const;
  const Json* value_of(size_t config, const std::string& key) const;  ///< nullptr where none is set
  std::vector<std::string> part_values(const std::string& key) const;
  size_t mixing_rows(const std::vector<std::string>& keys,
                     const std::vector<std::vector<const ComparedRun*>>& members) const;

  const std::vector<Json>& configs_;
  const VaryingSettings& varying_;
  std::vector<std::string> known_;
  std::vector<std::string> parts_;                          ///< keys of maps and lists
  std::vector<std::map<std::string, const Json*>> values_;  ///< of each configuration, by key
};

/// Whether one of the keys is this one, or lies within it.
bool covers(const std::vector<std::string>& keys, const std::string& key);

}  // namespace strata
