#pragma once
// Finds the name that was meant by a word that strata does not have: misspelt, or the word of
// another framework. Implemented in words.cpp.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "strata/parameters/component.hpp"

namespace strata {

/// A name, and what others call it: known_as, declared beside it.
struct KnownName {
  std::string name;
  const std::vector<std::string>* known_as = nullptr;
};
std::vector<KnownName> component_names(const Catalog& catalog, const std::string& family);
std::vector<KnownName> key_names(const ParamList& list);

/// The name that others call by this word ("Dense", "nn.Linear", "dense" mean the same), else the
/// nearest; "" where none is near enough, or the word stands for what strata does not have.
std::string name_meant(const std::string& word, const std::vector<KnownName>& known);

/// "linear, relu, tanh"
std::string names_text(const std::vector<KnownName>& names);

/// "; did you mean 'tanh'? Known: linear, relu, tanh": as suggestion() of plain names.
std::string suggestion(const std::string& word, const std::vector<KnownName>& known);

/// Whether other frameworks call something by this word that strata has under no name ("gelu"), so
/// that it is no misspelling of what strata has.
bool is_foreign(const std::string& word);

/// All keys that have one name.
struct KeyPlaces {
  const Field* field = nullptr;    ///< the first one's
  std::vector<std::string> paths;  ///< "pretrain.optimizer.lr", "classify.optimizer.lr"
};
using KeysByName = std::map<std::string, KeyPlaces>;
using ListKeys = std::function<const KeysByName&()>;

/// The keys of a dumped params struct: those of nested maps, whether written or not, and those of
/// the components that are there.
KeysByName keys_by_name(const ParamList& list, const Json& dumped, const Catalog& catalog);

}  // namespace strata
