#pragma once
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"
#include "strata/report/settings/varying_settings.hpp"

namespace strata {

/// Configurations told apart only by settings that play no part in them.
struct SettingsWithoutEffect {
  std::vector<size_t> result;     ///< of each configuration: which result it gives
  std::vector<std::string> keys;  ///< what played no part somewhere
};

/// Finds configurations that give the same losses and figures bit for bit at every seed they share,
/// but for settings that matter between other configurations: the rate of a pretraining that
/// `strategy: none` leaves out. Such settings lose their value there ("" in `varying`). A setting
/// that matters nowhere stays: that it changes nothing is what the reader wants to see.
/// @param runs  runs[i] of configuration i
/// @param asked  keys that keep their value everywhere (--by)
SettingsWithoutEffect blank_without_effect(const std::vector<std::vector<const ComparedRun*>>& runs,
                                           const std::vector<std::string>& asked,
                                           VaryingSettings& varying);

}  // namespace strata
