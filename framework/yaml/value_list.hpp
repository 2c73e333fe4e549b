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

/// Whether a value of a sweep stands for several: a range 0-4, lin(from, to, count), log(...).
bool stands_for_values(const Node& node);

/// Whether it is the beginning of log(from, to, count), cut off at a comma.
bool is_cut_call(const Node& node);

/// Appends the values that a node stands for, or the node itself. `path` is for messages.
void add_sweep_values(const Node& node, const std::string& path, std::vector<Node>& values,
                      Issues& issues);

/// The parts of "a,{b: c, d: e},log(1,2,3)" at the commas outside brackets and quotes: offset,
/// length.
std::vector<std::pair<size_t, size_t>> split_at_commas(std::string_view text);

}  // namespace strata
