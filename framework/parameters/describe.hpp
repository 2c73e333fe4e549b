#pragma once
#include <string>
#include <vector>

#include "strata/parameters/component.hpp"

/// Documentation from the declarations: of an experiment file's own keys, and of components.
namespace strata {

/// A map of an experiment file whose keys are fixed.
struct Section {
  std::string path;       ///< "pretrain.stages"; "experiment" for the file itself
  const ParamList* keys;  ///< lives as long as the program
  bool list = false;      ///< a list of such maps stands at the path
};

/// The file itself, and every map in it that takes fixed keys, outer ones first.
std::vector<Section> sections_of(const ParamList& root);

/// Doc, a table of the parameters (type, default, bounds, meaning) and an example, for a terminal.
std::string describe_section(const Section& section);
std::string describe_component(const ComponentInfo& info);

/// The names of a family's components, each with the first sentence of its doc.
std::string list_components(const Catalog& catalog, const std::string& family);

/// What `strata describe NAME` prints: of a section ("pretrain.stages"), of a key by its path or
/// its last part ("data.batch_size", "epochs"), of a family ("layer"), or of a component, as
/// "layer/linear" or, where one family alone has it, "linear". Throws UserError, with the nearest
/// name, where there is nothing of this name, and where several components have it.
std::string describe(const std::string& name, const ParamList& root, const Catalog& catalog);

/// All of it in Markdown: docs/components.md.
std::string components_markdown(const ParamList& root, const Catalog& catalog);

}  // namespace strata
