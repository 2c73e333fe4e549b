#pragma once
// The values that a sweep's short forms stand for: 0-4, lin(0, 1, 3). Implemented in
// value_list.cpp.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/yaml/node.hpp"

namespace strata {

constexpr size_t kMostSweptRuns = 10'000;

/// Whether it is the beginning of log(from, to, count), cut off at a comma.
bool is_cut_call(const Node& node);

/// What a sweep tries of a key: a list, a range 0-4, lin(from, to, count) or log(...); the last
/// three may stand in the list too. `path` is for messages; none are left where there is a mistake.
std::vector<Node> values_of(const Node& node, const std::string& path, Issues& issues);

/// The same of an argument's text from byte `begin` on, parted by commas: "1,2,log(3, 4, 2)".
std::vector<Node> argument_values(const std::shared_ptr<const Source>& source, size_t begin,
                                  Issues& issues);

/// The parts of "a,{b: c, d: e},log(1,2,3)" at the commas outside brackets and quotes: offset,
/// length.
std::vector<std::pair<size_t, size_t>> split_at_commas(std::string_view text);

}  // namespace strata
