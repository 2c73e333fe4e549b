#include "strata/run/identity.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "strata/data/search.hpp"
#include "strata/registry/load.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Applies a function to every text in a value.
template <class F>
void each_text(Json& value, const F& change) {
  if (value.is_string())
    value = change(value.get<std::string>());
  else if (value.is_structured())
    for (Json& item : value) each_text(item, change);
}

/// "x", "./x" and "/working/directory/x" are one path. What is none stays as it is.
std::string normal_path(const std::string& text) {
  if (text.find('/') == std::string::npos) return text;
  const fs::path path = fs::path(text).lexically_normal();
  const fs::path near = path.lexically_relative(fs::current_path());
  return (path.is_absolute() && !near.empty() && *near.begin() != ".." ? near : path).string();
}

/// The settings that reach the result.
Json settings_of(const Experiment& settings) {
  Json json = dump_params(param_list<Experiment>(), &settings);
  for (const char* key : {"name", "note", "plugins", "images", "observers", "checkpoint"})
    json.erase(key);
  for (const char* part : {"pretrain", "classify"})
    if (json[part].is_object()) json[part].erase("metrics");
  if (!settings.init_from) json.erase("init_from");
  return json;
}

/// The library that this code is in.
const std::string& own_library_sha256() {
  static const std::string sha256 = [] {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(&folder_id), &info) == 0 || info.dli_fname == nullptr)
      throw RunError("cannot find the library that strata is in");
    return sha256_hex(read_file(info.dli_fname));
  }();
  return sha256;
}

/// Whether a component of this name is one of the library's.
bool has_component(const std::string& library, const std::string& name) {
  const Registry& registry = Registry::instance();
  const auto families = registry.families();
  return std::any_of(families.begin(), families.end(), [&](const std::string& family) {
    const ComponentInfo* info = registry.find(family, name);
    return info != nullptr && info->library == library;
  });
}

/// The settings with nothing in the place of each path that leads somewhere: the data's checksums
/// say where.
Json without_paths(Json settings, const std::vector<std::string>& data_folders) {
  Json& dataset = settings["data"]["dataset"];
  const Json type = dataset["type"];  // which may be a folder's name, too
  each_text(dataset, [&](const std::string& text) {
    try {
      resolve_data_path(text, data_folders);
      return std::string();
    } catch (const UserError&) {
      return text;
    }
  });
  dataset["type"] = type;
  return settings;
}

/// What the weights and the data are is asked, not where they lie.
Json settings_by_content(const Experiment& settings, const std::vector<std::string>& data_folders) {
  Json json = without_paths(settings_of(settings), data_folders);
  if (settings.init_from) json["init_from"] = initial_content(*settings.init_from, settings.seed);
  return json;
}

}  // namespace

std::vector<std::string> used_plugins(Json settings) {
  std::set<std::string> names, used;
  each_text(settings, [&](const std::string& text) {
    names.insert(text);
    return text;
  });
  for (const PluginLibrary& plugin : loaded_plugins())
    for (const std::string& name : names)
      if (has_component(plugin.name, name)) used.insert(plugin.sha256);
  return {used.begin(), used.end()};
}

Json settings_without_paths(const Experiment& settings,
                            const std::vector<std::string>& data_folders) {
  return settings_by_content(settings, data_folders);
}

Json machine_facts(const Json& provenance) {
  Json facts = Json::object();
  for (const char* place : {"/cpu", "/threads", "/device", "/gpu", "/libtorch", "/blas/name",
                            "/blas/threads", "/onednn", "/engine"}) {
    const Json::json_pointer at(place);
    const Json value = provenance.contains(at) ? provenance.at(at) : Json();
    facts[place + 1] = value.is_string() ? value : Json(value.dump());
  }
  return facts;
}

std::string folder_id(const Experiment& settings) {
  Json json = settings_of(settings);
  each_text(json["data"]["dataset"], normal_path);
  if (settings.init_from) each_text(json["init_from"]["run"], normal_path);
  return sha256_hex(json.dump()).substr(0, 8);
}

Json content_of(const Experiment& settings, const std::vector<DataFile>& files,
                const std::vector<std::string>& data_folders) {
  const Json json = settings_of(settings);
  Json content = {{"settings", sha256_hex(settings_by_content(settings, data_folders).dump())},
                  {"data", Json::array()},
                  {"strata", own_library_sha256()},
                  {"plugins", used_plugins(json)}};
  for (const DataFile& file : files) content["data"].push_back(file.sha256);
  content["key"] = sha256_hex(content.dump());
  return content;
}

std::vector<std::string> differing_parts(const Json& recorded, const Json& now) {
  std::vector<std::string> parts;
  for (const char* part : {"data", "settings", "plugins", "strata"})
    if (recorded.value(part, Json()) != now.at(part)) parts.emplace_back(part);
  return parts;
}

}  // namespace strata
