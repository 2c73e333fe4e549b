#pragma once
// One swept key, and what becomes of it beside others. Implemented in sweep_axis.cpp.
#include <string>
#include <vector>

#include "strata/composition/compose.hpp"

namespace strata {

/// One key that is swept.
struct Axis {
  std::string path;
  Origin origin;
  std::vector<Node> values;
};

/// Keys that change together; all have as many values.
using Group = std::vector<Axis>;

/// Whether one of two keys is a part of the other that a value of the other decides.
bool clash(const Axis& a, const Axis& b);

/// Whether --set, which comes after the sweep, changes what an axis gives.
bool undoes(const Override& set, const Axis& axis);

/// "FILE:7:3: note: the sweep of 'a.b' (2 values) gives way to --set a.b=0.5".
std::string gives_way(const Axis& axis, const std::string& other);

/// Reports where zipped keys have not as many values each; false then.
bool have_as_many(const Group& zip, Issues& issues);

/// What the command line leaves of a file's zip, which is a good one. Where --set gives some of its
/// keys values that they have there, the points with these; where it gives all, or the axes `swept`
/// there take the place of all, none. Anything else would tear the zip apart, and is refused. A
/// note says what gave way.
Group settle_zip(Group zip, const std::vector<Override>& set, const std::vector<Axis>& swept,
                 std::vector<std::string>& notes, Issues& issues);

}  // namespace strata
