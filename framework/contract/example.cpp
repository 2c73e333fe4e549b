#include "strata/contract/example.hpp"

namespace strata {

ComponentRef read_component(const std::string& family, const std::string& yaml) {
  Issues issues;
  const auto source = std::make_shared<Source>(Source{"example", yaml});
  Node node = parse_yaml_value(source, 0, yaml.size(), issues);
  ComponentRef ref;
  if (issues.ok()) {
    set_paths(node);
    Reader(issues, Registry::instance()).read_component(node, family, ref);
  }
  if (!issues.ok()) throw ConfigError(issues);
  return ref;
}

}  // namespace strata
