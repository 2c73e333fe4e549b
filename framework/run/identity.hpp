#pragma once
// By what two runs are known to be the same. Implemented in identity.cpp.
//
// The folder id is of the settings, and needs no data: what changes no bit of the result (name,
// images, checkpoint, metrics, observers, the list of plugins) is left out, and paths are written
// in one way. The content key is of what the settings name, too: the data's bytes, libstrata and
// the plugins used.
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"
#include "strata/run/experiment.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// "3fa9c1d2": of the settings.
std::string folder_id(const Experiment& settings);

/// The record's `content`. `data_folders` are searched for the files that settings name.
Json content_of(const Experiment& settings, const std::vector<DataFile>& files,
                const std::vector<std::string>& data_folders);

/// The settings that reach the result, with nothing in the place of each path that leads somewhere:
/// the data's checksums say where.
Json settings_without_paths(const Experiment& settings,
                            const std::vector<std::string>& data_folders);

/// The SHA-256 of the plugin libraries that have a component which some text in `settings` names.
std::vector<std::string> used_plugins(Json settings);

/// Of a record's `provenance`, what changes bits, as texts by name: processor, threads, device,
/// libraries, engine.
Json machine_facts(const Json& provenance);

/// What of a recorded content is another now: "data", "settings", "plugins", "strata"; in this
/// order, empty where nothing is.
std::vector<std::string> differing_parts(const Json& recorded, const Json& now);

}  // namespace strata
