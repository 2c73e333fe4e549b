#pragma once
#include <string>
#include <vector>

#include "strata/parameters/component.hpp"

/// What a mistake in the settings was meant to be: the ends of messages. All are "" where that is
/// not plain.
namespace strata {

/// What to write instead of a value that should be `expected` ("a map", "a list of layers").
std::string type_hint(const Node& node, const std::string& expected);

/// Of a text on the command line that stands where one number does: how several are written.
std::string several_hint(const Node& node);

/// What --seeds takes for seeds as YAML has them ("[0, 1]"); an example where that is not plain.
std::string seeds_text(const std::string& written);

/// Of a list on the command line that stands where one value does: "; to try each ...".
std::string sweep_hint(const Node& node);

/// Of a word for "nothing" where another one is: "; write null", "; write [] for none".
std::string null_hint(const Node& value, const Field& field, const Catalog& catalog);

/// The paths of all keys of the settings, listed only where they are asked for.
using ListPaths = std::function<std::vector<std::string>()>;

/// Of a key of `node` that is none of its fields, nor `type`, the `extra` key of a component.
/// `paths` may be empty.
std::string unknown_key_hint(const Node& node, const Node::Entry& entry, const ParamList& list,
                             const std::string& extra, const ListPaths& paths);

/// What the component at a path replaces, where it is of an entry of a list of maps that stands
/// beside a component of the same name: "; a stage's optimizer replaces ...".
std::string replacement_hint(const std::string& path, const ListPaths& paths);

/// The "lr" of an entry "lr:0.1" or "lr 0.1", which YAML reads as one key without a value.
std::string run_together(const Node::Entry& entry);

}  // namespace strata
