#include "fuzz.hpp"
#include "strata/yaml/issues.hpp"
#include "strata/yaml/node.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Issues issues;
  const auto source =
      std::make_shared<Source>(Source{"f.yaml", std::string(fuzz::view(data, size))});
  Node root = parse_yaml(source, issues);
  set_paths(root);
  issues.format();
  return 0;
}
