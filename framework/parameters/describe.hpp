#pragma once
// Documentation from the declarations: of an experiment file's own keys, and of components.
// Implemented in describe.cpp (for a terminal) and components_page.cpp (in Markdown).
#include <string>
#include <vector>

#include "strata/parameters/component.hpp"
#include "strata/support/display.hpp"

namespace strata {

/// A map of an experiment file whose keys are fixed.
struct Section {
  std::string path;       ///< "pretrain.stages"; "experiment" for the file itself
  const ParamList* keys;  ///< lives as long as the program
  bool list = false;      ///< a list of such maps stands at the path
};

/// The file itself, and every map in it that takes fixed keys, outer ones first.
std::vector<Section> sections_of(const ParamList& root);

/// As it stands in a file: "stages: [{epochs: 20}]"; of the file itself, a whole one.
std::string example_text(const Section& section);
/// A YAML value that builds the component.
std::string example_text(const ComponentInfo& info);

/// Doc, the parameters (type, bounds, default, meaning) and an example.
std::string describe_section(const Section& section, const Display& display);
std::string describe_component(const ComponentInfo& info, const Display& display);

/// The names of a family's components, each with the first sentence of its doc.
std::string list_components(const Catalog& catalog, const std::string& family,
                            const Display& display);

/// What `strata describe NAME` prints: of a section ("pretrain.stages"), of a key by its path or
/// its last part ("data.batch_size", "epochs"), of a family ("layer"), or of a component, as
/// "layer/linear" or, where one family alone has it, "linear"; of no name, what there is. Throws
/// UserError, with the name that was meant, where there is nothing of this name, and where several
/// components have it.
std::string describe(const std::string& name, const ParamList& root, const Catalog& catalog,
                     const Display& display);

/// All of it in Markdown: docs/components.md.
std::string components_markdown(const ParamList& root, const Catalog& catalog);

}  // namespace strata
