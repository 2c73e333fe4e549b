#pragma once
// What a mistake in the settings was meant to be: the ends of messages, each "" where that is not
// plain. Implemented in hints.cpp; what names are near is words.hpp's.
#include <string>

#include "strata/parameters/words.hpp"

namespace strata {

/// What to write instead of a value that is not the list, or the map, that was expected.
std::string list_hint(const Node& node, const ParamType& expected, const Constraints& constraints,
                      const Catalog& catalog);
std::string map_hint(const Node& node, const ParamList& expected, const Catalog& catalog);

/// Of a list, or a text with commas on the command line, that stands where one value does: how
/// several values are tried.
std::string several_hint(const Node& node);

/// Of one number that stands where seeds do, which may mean that many or that one.
std::string seeds_hint(const std::string& number);

/// What --seeds takes for seeds as YAML has them ("[0, 1]"); an example where that is not plain.
std::string seeds_text(const std::string& written);

/// Of a word for "nothing" where another one is: "; write null", "; write [] for none".
std::string null_hint(const Node& value, const Field& field, const Catalog& catalog);

/// Of a key that is none of the list's fields. `component` is set where the list is a component's,
/// so that `type` is a key too. `keys` may be empty.
std::string unknown_key_hint(const Node& node, const Node::Entry& entry, const ParamList& list,
                             bool component, const ListKeys& keys);

/// What the component at a path replaces, where it is of an entry of a list of maps that stands
/// beside a component of the same name: "; a stage's optimizer replaces ...".
std::string replacement_hint(const std::string& path, const ListKeys& keys);

/// The "lr" of an entry "lr:0.1" or "lr 0.1", which YAML reads as one key without a value.
std::string run_together(const Node::Entry& entry);

}  // namespace strata
