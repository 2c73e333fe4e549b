#pragma once
// A condition on runs as it is typed, without what its names mean. Implemented in condition.cpp.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/yaml/issues.hpp"

namespace strata {

/// The tree of `accuracy > 0.9 and (strategy = greedy or not tag = bad)`. "and" binds closer than
/// "or", "not" closer than both. A name or value with blanks, brackets or signs stands in single or
/// double quotes.
struct Condition {
  enum class Kind {
    test,  ///< name, sign, value
    all,   ///< of its parts
    any,
    none,
  };
  Kind kind = Kind::test;
  std::vector<Condition> parts;
  std::string name, sign, value;  ///< sign: = != < <= > >= ~
  bool quoted = false;            ///< the value is a text, whatever it looks like
  Origin name_origin, sign_origin, value_origin;
};

/// Nothing where the text is no condition: `issues` then has why, with the place in it.
/// @param source  what holds the text; its name is the option's
std::optional<Condition> parse_condition(const std::shared_ptr<const Source>& source,
                                         Issues& issues);

}  // namespace strata
