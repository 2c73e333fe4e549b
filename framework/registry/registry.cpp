#include "strata/registry/registry.hpp"

#include <fmt/format.h>

#include "strata/config/text.hpp"

namespace strata {
namespace {

std::string of_library(const std::string& library) {
  return library.empty() ? "strata itself" : library;
}

}  // namespace

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
