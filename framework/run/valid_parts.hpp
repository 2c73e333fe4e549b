#pragma once
// Which settings were read without a mistake. Implemented in valid_parts.cpp.
#include <string>
#include <vector>

#include "strata/parameters/component.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {

/// Which parts of an experiment's settings were read without a mistake: what follows from these can
/// be checked although others are wrong, so that all mistakes of a file are told in one go.
class ValidParts {
 public:
  /// Of a tree that was read into no other issues than these.
  explicit ValidParts(const Issues& issues);

  /// False where a mistake's place in the settings is not known: nothing can be relied on then.
  bool any() const { return any_; }
  /// True where no mistake is at this key, within it, or at what it is part of.
  bool has(const std::string& path) const;
  /// The same of a component, which is there.
  bool has(const ComponentRef& ref) const { return ref.info != nullptr && has(ref.path); }

 private:
  bool any_ = true;
  std::vector<std::string> mistaken_;
};

}  // namespace strata
