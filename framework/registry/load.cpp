#include "strata/registry/load.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "strata/registry/registry.hpp"
#include "strata/registry/stamp.hpp"
#include "strata/registry/trial.hpp"
#include "strata/support/crash_file.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

std::vector<PluginLibrary>& libraries() {
  static std::vector<PluginLibrary> all;
  return all;
}

std::vector<fs::path> search_folders() {
  std::vector<fs::path> folders;
  const char* value = std::getenv("STRATA_PLUGIN_PATH");
  const std::string text = value == nullptr ? "" : value;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(':', begin), text.size());
    if (end > begin) folders.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return folders;
}

/// The names that the folders offer, for a suggestion.
std::vector<std::string> names_in(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : list_folder(folder, ignored)) {
      const std::string stem = entry.path().stem().string();
      if (entry.path().extension() == ".so" && stem.rfind("lib", 0) == 0)
        names.push_back(stem.substr(3));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path find_by_name(const std::string& name) {
  const std::vector<fs::path> folders = search_folders();
  for (const fs::path& folder : folders)
    if (const fs::path path = folder / ("lib" + name + ".so"); fs::exists(path)) return path;
  if (folders.empty())
    throw UserError(
        fmt::format("plugin '{}': STRATA_PLUGIN_PATH, the folders in which names are "
                    "looked up, is not set; set it, or give the library's path",
                    name));
  throw UserError(fmt::format("plugin '{}': there is no lib{}.so in {} (STRATA_PLUGIN_PATH){}",
                              name, name, std::getenv("STRATA_PLUGIN_PATH"),
                              suggestion(name, names_in(folders))));
}

/// Everything that can be known without running its code in this process.
void check_before_opening(const fs::path& path, const std::string& bytes) {
  const std::string stamp = read_stamp(bytes);
  const std::string difference = stamp_difference(stamp, STRATA_STAMP);
  if (!difference.empty())
    throw UserError(
        fmt::format("it was built for {}; build it anew against this strata", difference));
  const std::string trouble = try_to_open(path);
  if (!trouble.empty()) throw UserError(trouble);
}

/// Whether others than the user and root may write to a file or folder, and so to what is loaded.
bool others_may_write(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return false;
  const bool own = info.st_uid == 0 || info.st_uid == ::geteuid();
  const bool keeps_names = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  return !own || ((info.st_mode & S_IWOTH) != 0 && !keeps_names);
}

bool registered_anything(const std::string& library) {
  const Registry& registry = Registry::instance();
  for (const std::string& family : registry.families())
    for (const std::string& name : registry.names(family))
      if (registry.find(family, name)->library == library) return true;
  return false;
}

/// The library stays open even where it is refused: closing it would run more of its code.
void open_and_register(const fs::path& path, const std::string& name) {
  Registry& registry = Registry::instance();
  registry.clear_problems();
  registry.set_library(name);
  void* handle = nullptr;
  {
    const CrashFile::Words words(fmt::format(
        "strata: error: plugin {}: its code crashed while it was loaded: ", path.string()));
    handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  registry.set_library("");
  std::string trouble = handle == nullptr ? readable_loader_error(::dlerror()) : "";
  for (const std::string& problem : registry.problems())
    trouble += (trouble.empty() ? "" : "; ") + problem;
  registry.clear_problems();
  if (trouble.empty() && !registered_anything(name))
    trouble = "it registers no component; a plugin ends in STRATA_REGISTER(...)";
  if (trouble.empty()) return;
  registry.remove_library(name);
  throw UserError(trouble);
}

}  // namespace

fs::path find_plugin(const std::string& plugin, const fs::path& folder) {
  const bool is_path =
      plugin.find('/') != std::string::npos || fs::path(plugin).extension() == ".so";
  if (!is_path) return find_by_name(plugin);
  const fs::path path = fs::path(plugin).is_absolute() ? fs::path(plugin) : folder / plugin;
  if (!fs::exists(path))
    throw UserError(fmt::format("plugin '{}': there is no file {}", plugin, path.string()));
  if (fs::is_directory(path))
    throw UserError(
        fmt::format("plugin '{}': {} is a folder; a library is expected", plugin, path.string()));
  return path;
}

PluginLibrary load_plugin(const std::string& plugin, const fs::path& folder) {
  static std::map<std::string, std::string> refused;  // an open library does not register again
  const fs::path path = fs::canonical(find_plugin(plugin, folder));
  const std::string bytes = read_file(path), sha256 = sha256_hex(bytes);
  for (const PluginLibrary& library : libraries())
    if (library.sha256 == sha256) return library;
  const std::string name = path.filename().string();
  if (const auto it = refused.find(sha256); it != refused.end()) throw UserError(it->second);
  try {
    for (const PluginLibrary& library : libraries())
      if (library.name == name)
        throw UserError(
            fmt::format("another plugin of that name is loaded, {}", library.path.string()));
    check_before_opening(path, bytes);
    open_and_register(path, name);
    if (sha256_hex(read_file(path)) != sha256) {  // the bytes that were checked were others
      Registry::instance().remove_library(name);
      throw UserError("it was replaced while it was loaded; load it again");
    }
  } catch (const UserError& e) {
    refused[sha256] = fmt::format("plugin {}: {}", path.string(), e.what());
    throw UserError(refused[sha256]);
  }
  libraries().push_back({name, path, sha256, {}});
  for (const fs::path& place : {path, path.parent_path()})
    if (others_may_write(place))
      libraries().back().warning =
          fmt::format("plugin {}: others may write to {}, and so have their code run",
                      path.string(), place.string());
  return libraries().back();
}

std::vector<ListedPlugin> listed_plugins(const Node& tree) {
  std::vector<ListedPlugin> listed;
  const Node* plugins = tree.get("plugins");
  if (plugins == nullptr || !plugins->is_sequence()) return listed;
  for (const Node& plugin : plugins->items)
    if (plugin.is_scalar())
      listed.push_back({&plugin, fs::path(plugin.origin.source->name).parent_path()});
  return listed;
}

void load_listed_plugins(const Node& tree, Issues& issues) {
  for (const auto& [plugin, folder] : listed_plugins(tree)) {
    try {
      const PluginLibrary library = load_plugin(plugin->scalar, folder);
      if (!library.warning.empty()) issues.warning(plugin->origin, plugin->path, library.warning);
    } catch (const UserError& e) {
      issues.error(plugin->origin, plugin->path, e.what());
    }
  }
}

const std::vector<PluginLibrary>& loaded_plugins() {
  return libraries();
}

}  // namespace strata
