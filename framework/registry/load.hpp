#pragma once
// Plugin libraries: found, checked, opened. Implemented in load.cpp.
#include <filesystem>
#include <string>
#include <vector>

#include "strata/yaml/issues.hpp"
#include "strata/yaml/node.hpp"

namespace strata {

/// A plugin library in this process.
struct PluginLibrary {
  std::string name;  ///< the file's: "libswish.so"; ComponentInfo::library of what it registered
  std::filesystem::path path;
  std::string sha256;   ///< of the file
  std::string warning;  ///< where others than the user may write to it or its folder
};

/// Opens a plugin library and so registers its components; once, however often it is asked for.
///
/// `plugin` is a path ("build/libswish.so", relative to `folder`) or a name: "swish" is libswish.so
/// in the first folder of STRATA_PLUGIN_PATH (parted by ':') that has it.
///
/// Before any of its code runs in this process, its stamp is compared (stamp.hpp) and it is opened
/// once in a child process. Throws UserError, naming the library and saying what to do, where there
/// is no such file, it is no plugin, was built for another strata, lacks a symbol, throws or
/// crashes while it is loaded, or registers nothing or a name already taken; the registry is then
/// as it was.
PluginLibrary load_plugin(const std::string& plugin, const std::filesystem::path& folder);

/// Where the library is that load_plugin() would open, without opening it. Throws UserError where
/// there is none.
std::filesystem::path find_plugin(const std::string& plugin, const std::filesystem::path& folder);

/// A plugin that an experiment's file lists under `plugins`.
struct ListedPlugin {
  const Node* node = nullptr;    ///< where it is named
  std::filesystem::path folder;  ///< of the file that names it: what a path is relative to
};
std::vector<ListedPlugin> listed_plugins(const Node& tree);

/// Opens the libraries that an experiment's file lists under `plugins`, before the components
/// that they add are looked for. What is no list of
/// strings is left to the typed reading, which reports it.
void load_listed_plugins(const Node& tree, Issues& issues);

/// Those opened so far, in order.
const std::vector<PluginLibrary>& loaded_plugins();

}  // namespace strata
