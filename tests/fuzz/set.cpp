// --set over a small experiment.
#include "fuzz.hpp"
#include "strata/composition/compose.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string text =
      "name: x\nencoder: [[{type: linear, units: 4}, tanh]]\npretrain: {epochs: [1, 2]}\n";
  return fuzz::refused_or_read([&] {
    Issues issues;
    Node root = parse_yaml(std::make_shared<Source>(Source{"f.yaml", text}), issues);
    set_paths(root);
    Override override;
    if (parse_override(std::string(fuzz::view(data, size)), override, issues))
      apply_override(root, override, issues);
    issues.format();
  });
}
