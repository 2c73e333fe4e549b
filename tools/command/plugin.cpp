#include "command/plugin.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "strata/support/files.hpp"
#include "strata/support/print.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

struct NewPlugin {
  std::string family, name, folder;
};

/// The families that have a template, sorted.
std::vector<std::string> template_families() {
  std::vector<std::string> families;
  for (const PluginTemplate& file : plugin_templates()) {
    const std::string family = file.path.substr(0, file.path.find('/'));
    if (family != "common" && (families.empty() || families.back() != family))
      families.push_back(family);
  }
  return families;
}

void check_arguments(const NewPlugin& plugin) {
  const std::vector<std::string> families = template_families();
  if (std::find(families.begin(), families.end(), plugin.family) == families.end())
    throw UserError(
        fmt::format("there is no template for '{}'{}; a plugin of another family begins "
                    "as one of these, with the other interface",
                    plugin.family, suggestion(plugin.family, families)));
  const bool good = std::all_of(plugin.name.begin(), plugin.name.end(), [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
  });
  if (!good || plugin.name.empty() || std::islower(static_cast<unsigned char>(plugin.name[0])) == 0)
    throw UserError(
        fmt::format("'{}' cannot name a component: lower-case letters, digits and '_' are "
                    "expected, a letter first, as in leaky_relu",
                    plugin.name));
  const std::vector<std::string>& own = own_components();
  if (std::find(own.begin(), own.end(), plugin.family + "/" + plugin.name) != own.end())
    throw UserError(fmt::format("strata itself has a {} '{}'; choose another name", plugin.family,
                                plugin.name));
}

/// "leaky_relu" -> "LeakyRelu"
std::string class_name(const std::string& name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    if (c != '_') result += upper ? static_cast<char>(std::toupper(c)) : c;
    upper = c == '_';
  }
  return result;
}

fs::path this_command() {
  return fs::read_symlink("/proc/self/exe");
}

/// Where the package configuration lies: beside the command (build tree), or in ../lib (installed).
std::string package_folder() {
  const fs::path here = this_command().parent_path();
  if (fs::exists(here / "strataConfig.cmake")) return here.string();
  return (here.parent_path() / "lib" / "cmake" / "strata").string();
}

/// "strata" where that is this command, else its path.
std::string command_name() {
  const char* value = std::getenv("PATH");
  const std::string folders = value == nullptr ? "" : value;
  for (size_t begin = 0; begin < folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    std::error_code error;
    const fs::path found = fs::path(folders.substr(begin, end - begin)) / "strata";
    if (fs::exists(found, error))
      return fs::equivalent(found, this_command(), error) ? "strata" : this_command().string();
    begin = end + 1;
  }
  return this_command().string();
}

std::string filled_in(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [key, value] : values)
    for (size_t at = text.find(key); at != std::string::npos;
         at = text.find(key, at + value.size()))
      text.replace(at, key.size(), value);
  return text;
}

void create(const NewPlugin& plugin) {
  check_arguments(plugin);
  const fs::path folder = plugin.folder.empty() ? plugin.name : plugin.folder;
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
    throw UserError(
        fmt::format("{} is there already; a new or empty folder is expected", folder.string()));
  const std::string module = plugin.family == "dataset" ? "data" : "core";
  const std::map<std::string, std::string> values = {
      {"NAME", plugin.name},
      {"@name@", plugin.name},
      {"@Class@", class_name(plugin.name)},
      {"@family@", plugin.family},
      {"@header@", fmt::format("strata/{}/{}.hpp", module, plugin.family)},
      {"@strata@", command_name()},
      {"@strata_dir@", package_folder()}};
  std::map<std::string, std::string> files;  // the family's own go before the common ones
  for (const std::string& from : {plugin.family, std::string("common")})
    for (const PluginTemplate& file : plugin_templates())
      if (const size_t slash = file.path.find('/'); file.path.substr(0, slash) == from)
        files.emplace(filled_in(file.path.substr(slash + 1), values), filled_in(file.text, values));
  for (const auto& [name, text] : files) {
    write_file_atomically(folder / name, text);
    print_out("wrote {}\n", (folder / name).string());
  }
  print_out("its {} lists the commands that build, check and run it\n",
            (folder / "README.md").string());
}

}  // namespace

void add_plugin_command(CLI::App& app, EngineRequest& request, bool& for_engine) {
  CLI::App* plugin = app.add_subcommand("plugin", "Begin a plugin, or check a plugin library.");
  plugin->require_subcommand(1);
  const auto made = std::make_shared<NewPlugin>();
  CLI::App* begin = plugin->add_subcommand("new", "Write the project of a new plugin.");
  begin->add_option("family", made->family, fmt::format("{}", fmt::join(template_families(), ", ")))
      ->required();
  begin->add_option("name", made->name, "the component's name, as in leaky_relu")->required();
  begin->add_option("folder", made->folder, "where to; default: a new folder of that name");
  begin->callback([made] { create(*made); });
  CLI::App* check = plugin->add_subcommand("check", "Test a plugin's components.");
  check->add_option("library", request.files, "the library, build/libNAME.so")
      ->required()
      ->expected(1);
  check->callback([&request, &for_engine] {
    request.command = EngineRequest::Command::plugin_check;
    for_engine = true;
  });
}

}  // namespace strata
