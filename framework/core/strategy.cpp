#include "strata/core/strategy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace strata {
namespace {

bool can_name_file(const std::string& name) {
  return !name.empty() && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

/// Follows a chain of blocks from the input of encoder `at`, which becomes where it leads; the
/// first block that cannot follow, or "".
std::string follow(const std::vector<std::string>& blocks, size_t& at, size_t pairs) {
  for (const std::string& block : blocks) {
    if (at < pairs && block == encoder_block(at))
      ++at;
    else if (at > 0 && block == decoder_block(at - 1))
      --at;
    else
      return block;
  }
  return {};
}

}  // namespace

std::string stage_mistake(const StageSpec& stage, size_t pairs) {
  if (!can_name_file(stage.name))
    return fmt::format("'{}' cannot name a stage (it names a file)", stage.name);
  const auto mistake = [&](const std::string& text) {
    return fmt::format("stage '{}' {}", stage.name, text);
  };
  if (stage.blocks.empty()) return mistake("has no blocks");
  if (stage.trains.empty()) return mistake("trains nothing");
  for (const std::string& block : stage.trains)
    if (std::count(stage.blocks.begin(), stage.blocks.end(), block) == 0)
      return mistake(fmt::format("trains {}, which is not among its blocks", block));
  if (stage.target == Target::labels) return mistake("is judged by labels; pretraining has none");
  if (stage.target != (stage.prefix.empty() ? Target::pixels : Target::codes))
    return mistake(fmt::format("has target {} {} a frozen prefix", target_name(stage.target),
                               stage.prefix.empty() ? "without" : "with"));
  size_t start = 0;
  std::string lost = follow(stage.prefix, start, pairs);
  size_t end = start;
  if (lost.empty()) lost = follow(stage.blocks, end, pairs);
  if (!lost.empty()) return fmt::format("stage '{}': {} cannot follow here", stage.name, lost);
  if (end != start) return mistake("does not end where it begins: it cannot rebuild its input");
  return {};
}

}  // namespace strata
