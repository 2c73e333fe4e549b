#include "strata/registry/registry.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/yaml/text.hpp"

namespace strata {
namespace {

std::string of_library(const std::string& library) {
  return library.empty() ? "strata itself" : library;
}

/// Why a default is not what its own declaration allows, or "".
std::string default_mistake(const Field& field, const Json& value) {
  const Constraints& c = field.constraints;
  if (value.is_array()) {
    for (const Json& item : value)
      if (std::string mistake = default_mistake(field, item); !mistake.empty()) return mistake;
    return {};
  }
  bool good = true;
  if (value.is_number()) {
    good = c.allow(value.get<double>());
  } else if (value.is_string() && !c.choices.empty()) {
    const auto& text = value.get_ref<const std::string&>();
    good = std::find(c.choices.begin(), c.choices.end(), text) != c.choices.end();
  }
  if (good) return {};
  return fmt::format("the default of {}, {}, is not {}", quote(field.name), value.dump(), c.text());
}

/// What is wrong with a declaration, or "".
std::string declaration_mistake(const ParamList& list) {
  for (const Field& field : list.fields) {
    if (list.find(field.name) != &field)
      return fmt::format("parameter {} is declared twice", quote(field.name));
    if (field.name == "type") return "a parameter is called 'type', which names the component";
    if (field.required) continue;
    std::string mistake = default_mistake(field, field.default_value);
    if (!mistake.empty()) return mistake;
  }
  return {};
}

}  // namespace

std::string component_name(const ComponentInfo& info) {
  return fmt::format("{} {}{}", info.family, quote(info.name),
                     info.library.empty() ? "" : " of " + info.library);
}

ComponentError::ComponentError(const ComponentRef& ref, const std::string& message)
    : RunError((ref.info == nullptr ? quote(ref.type) : component_name(*ref.info)) + ": " +
               message),
      origin(ref.origin),
      path(ref.path) {}

void rethrow_of_component(const ComponentRef& ref, const std::string& doing) {
  try {
    throw;
  } catch (const ComponentError&) {
    throw;
  } catch (const UserError&) {
    throw;
  } catch (...) {
    throw ComponentError(ref, doing + ": " + current_exception_text());
  }
}

std::shared_ptr<void> create_component(const ComponentRef& ref) {
  try {
    return ref.info->create(ref.params.get());
  } catch (const ComponentError&) {  // of one inside it
    throw;
  } catch (...) {
    throw ComponentError(ref, current_exception_text());
  }
}

Registry& Registry::instance() {
  // Never destroyed: plugin libraries outlive whatever order the program ends in.
  static auto* registry = new Registry();
  return *registry;
}

void Registry::add(ComponentInfo info) noexcept {
  try {
    info.library = library_;
    auto& family = components_[info.family];
    const auto taken = family.find(info.name);
    if (taken != family.end()) {
      problems_.push_back(fmt::format("{} {} of {} is registered already, by {}", info.family,
                                      quote(info.name), of_library(library_),
                                      of_library(taken->second.library)));
      return;
    }
    if (const std::string mistake = declaration_mistake(info.params); !mistake.empty()) {
      problems_.push_back(component_name(info) + ": " + mistake);
      return;
    }
    std::string name = info.name;
    family.emplace(std::move(name), std::move(info));
  } catch (...) {
    // Out of memory while a library is being loaded: the name is missing, and so reported as
    // unknown.
  }
}

void Registry::add_failed(const char* family, const char* name, const char* reason) noexcept {
  try {
    problems_.push_back(fmt::format("{} {} of {} threw while it was registered: {}", family,
                                    quote(name), of_library(library_), reason));
  } catch (...) {
    // Out of memory, as above.
  }
}

const ComponentInfo* Registry::find(const std::string& family, const std::string& name) const {
  const auto components = components_.find(family);
  if (components == components_.end()) return nullptr;
  const auto it = components->second.find(name);
  return it == components->second.end() ? nullptr : &it->second;
}

std::vector<std::string> Registry::names(const std::string& family) const {
  std::vector<std::string> names;
  const auto components = components_.find(family);
  if (components == components_.end()) return names;
  for (const auto& [name, info] : components->second) names.push_back(name);
  return names;
}

std::vector<std::string> Registry::families() const {
  std::vector<std::string> families;
  for (const auto& [family, components] : components_)
    if (!components.empty()) families.push_back(family);
  return families;
}

void Registry::remove_library(const std::string& name) {
  for (auto& [family, components] : components_)
    for (auto it = components.begin(); it != components.end();)
      it = it->second.library == name ? components.erase(it) : std::next(it);
}

}  // namespace strata
