#pragma once
// Settings by the name that a user typed. Implemented in find_key.cpp.
#include <string>
#include <vector>

namespace strata {

/// "pretrain.strategy" of "pretrain.strategy.type", where no key is called that.
std::string without_type(const std::vector<std::string>& keys, const std::string& name);

/// The index of the one key that is `name` or ends in ".name"; a component's key may be followed by
/// ".type", as in experiment files. A setting is meant rather than one of the `facts`. Throws
/// UserError, which `option` begins, where none or several are, with the nearest of the keys and of
/// `others` that the option takes.
size_t find_key(const std::vector<std::string>& keys, const std::string& name,
                const std::string& option, const std::vector<std::string>& facts,
                const std::vector<std::string>& others = {});

}  // namespace strata
