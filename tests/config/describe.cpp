#include <doctest/doctest.h>

#include "config/sample.hpp"
#include "strata/config/schema.hpp"

using namespace strata;
using namespace strata::sample;

TEST_CASE("A component is described for a terminal") {
  const SampleCatalog catalog;
  CHECK(describe_component(*catalog.find("layer", "linear")) ==
        "layer/linear\n"
        "  A dense layer: y = W x + b.\n"
        "\n"
        "  parameter  type         default   bounds      meaning\n"
        "  units      integer      required  at least 1  number of outputs\n"
        "  bias       boolean      true                  whether b is there\n"
        "  init       initializer  normal                how W starts\n"
        "\n"
        "example\n"
        "  {type: linear, units: 10}\n");
  ComponentInfo tanh = *catalog.find("layer", "tanh");
  tanh.library = "libmine.so";
  tanh.params.doc = "A word of ten " + std::string(90, 'x') + " and so on.";
  CHECK(describe_component(tanh) ==
        "layer/tanh\n"
        "  from libmine.so\n"
        "  A word of ten\n"
        "  " +
            std::string(90, 'x') +
            " and so\n"
            "  on.\n"
            "\n"
            "no parameters\n"
            "\n"
            "example\n"
            "  tanh\n");
}

TEST_CASE("The page of all components") {
  const std::string page = components_markdown(SampleCatalog());
  CHECK(
      page.find("\n## layer\n\n### linear\n\nA dense layer: y = W x + b.\n\n"
                "| parameter | type | default | bounds | meaning |\n|---|---|---|---|---|\n"
                "| `units` | integer | required | at least 1 | number of outputs |\n"
                "| `bias` | boolean | true |  | whether b is there |\n"
                "| `init` | initializer | normal |  | how W starts |\n\n"
                "```yaml\n{type: linear, units: 10}\n```\n\n### tanh\n\nThe hyperbolic tangent.\n\n"
                "```yaml\ntanh\n```\n\n## optimizer\n") != std::string::npos);
  CHECK(page.find("| `momentum` | number | 0 | at least 0 and below 1 | momentum |\n") !=
        std::string::npos);
}
