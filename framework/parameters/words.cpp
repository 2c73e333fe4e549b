#include "strata/parameters/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace strata {
namespace {

/// "nn.MSELoss" and "mse_loss" are the same word: mseloss.
std::string plain_word(const std::string& word) {
  std::string plain;
  for (const char c : word.substr(word.rfind('.') + 1))
    if (c != '_' && c != '-' && c != ' ') plain += static_cast<char>(std::tolower(c & 0xff));
  return plain;
}

/// What Keras, PyTorch, Lightning and Caffe have and strata has not. What strata does have is
/// declared beside it, by known_as().
const std::set<std::string>& foreign_words() {
  static const std::set<std::string> words = {
      // layers
      "mish", "celu", "prelu", "softsign", "hardsigmoid", "maxout", "groupnorm", "instancenorm2d",
      "lrn", "conv1d", "conv3d", "globalaveragepooling2d", "embedding", "lstm", "gru", "rnn",
      "attention", "multiheadattention",
      // losses
      "hinge", "hingeloss", "tripletmarginloss", "ctcloss",
      // optimizers
      "adadelta", "adamax", "nadam", "radam", "lbfgs",
      // initializers
      "identity", "truncnormal", "truncatednormal"};
  return words;
}

using Type = ParamType;

void add_keys(const ParamList& list, const Json& dumped, const Catalog& catalog,
              const std::string& prefix, KeysByName& keys);

/// The keys inside a value.
void add_inner_keys(const Type& type, const Json& value, const Catalog& catalog,
                    const std::string& path, KeysByName& keys) {
  if (value.is_array() && type.item != nullptr) {
    for (size_t i = 0; i < value.size(); ++i)
      add_inner_keys(*type.item, value[i], catalog, fmt::format("{}[{}]", path, i), keys);
  } else if (type.kind == Type::Kind::map && type.keys != nullptr) {
    add_keys(type.keys(), value, catalog, path + ".", keys);
  } else if (type.kind == Type::Kind::component && value.is_object()) {
    const ComponentInfo* info = catalog.find(type.family, value.at("type"));
    if (info != nullptr) add_keys(info->params, value, catalog, path + ".", keys);
  }
}

void add_keys(const ParamList& list, const Json& dumped, const Catalog& catalog,
              const std::string& prefix, KeysByName& keys) {
  for (const Field* field : list.keys()) {
    KeyPlaces& places = keys[field->name];
    if (places.field == nullptr) places.field = field;
    places.paths.push_back(prefix + field->name);
    const bool there = dumped.is_object() && dumped.contains(field->name);
    add_inner_keys(field->type, there ? dumped.at(field->name) : Json(), catalog,
                   prefix + field->name, keys);
  }
}

}  // namespace

std::vector<KnownName> component_names(const Catalog& catalog, const std::string& family) {
  std::vector<KnownName> names;
  for (const std::string& name : catalog.names(family))
    names.push_back({name, &catalog.find(family, name)->params.known_as});
  return names;
}

std::vector<KnownName> key_names(const ParamList& list) {
  std::vector<KnownName> names;
  for (const Field* field : list.keys()) names.push_back({field->name, &field->known_as});
  return names;
}

std::string name_meant(const std::string& word, const std::vector<KnownName>& known) {
  const std::string wanted = plain_word(word);
  std::vector<std::string> names;
  for (const KnownName& each : known) {
    const auto is_wanted = [&wanted](const std::string& name) {
      return plain_word(name) == wanted;
    };
    if (is_wanted(each.name) ||
        (each.known_as != nullptr &&
         std::any_of(each.known_as->begin(), each.known_as->end(), is_wanted)))
      return each.name;
    names.push_back(each.name);
  }
  return is_foreign(word) ? "" : nearest(word, names);
}

std::string names_text(const std::vector<KnownName>& names) {
  std::string text;
  for (const KnownName& each : names) text += (text.empty() ? "" : ", ") + each.name;
  return text;
}

std::string suggestion(const std::string& word, const std::vector<KnownName>& known) {
  return suggestion_of(name_meant(word, known), names_text(known));
}

bool is_foreign(const std::string& word) {
  return foreign_words().count(plain_word(word)) > 0;
}

KeysByName keys_by_name(const ParamList& list, const Json& dumped, const Catalog& catalog) {
  KeysByName keys;
  add_keys(list, dumped, catalog, "", keys);
  return keys;
}

}  // namespace strata
