#include "strata/report/settings/find_key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/report/settings/near_names.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/errors.hpp"

namespace strata {

std::string without_type(const std::vector<std::string>& keys, const std::string& name) {
  const std::string type = ".type";
  const bool ends =
      name.size() > type.size() && name.compare(name.size() - type.size(), type.size(), type) == 0;
  const bool known =
      std::any_of(keys.begin(), keys.end(), [&](auto& key) { return ends_in(key, name); });
  return ends && !known ? name.substr(0, name.size() - type.size()) : name;
}

size_t find_key(const std::vector<std::string>& keys, const std::string& given,
                const std::string& option, const std::vector<std::string>& facts,
                const std::vector<std::string>& others) {
  const std::string name = without_type(keys, given);
  const auto exact = std::find(keys.begin(), keys.end(), name);
  if (exact != keys.end()) return static_cast<size_t>(exact - keys.begin());
  std::vector<std::string> matches, settings;
  for (const std::string& key : keys) {
    if (!ends_in(key, name)) continue;
    matches.push_back(key);
    if (std::find(facts.begin(), facts.end(), key) == facts.end()) settings.push_back(key);
  }
  if (!settings.empty()) matches = settings;
  if (matches.size() == 1)
    return static_cast<size_t>(std::find(keys.begin(), keys.end(), matches[0]) - keys.begin());
  if (!matches.empty())
    throw UserError(fmt::format("{}: '{}' may mean {}", option, given, fmt::join(matches, " or ")));
  std::vector<std::string> known = keys;
  known.insert(known.end(), others.begin(), others.end());
  const std::string all = option == "--by"
                              ? "a record.json has them under \"config\" and \"provenance\""
                              : fmt::format("the table without {} shows them", option);
  throw UserError(
      fmt::format("{}: no setting is called '{}'{}", option, given, near_names(given, known, all)));
}

}  // namespace strata
