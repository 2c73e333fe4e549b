#include "strata/data/search.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "strata/support/errors.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

const char* const distribution_folder = "/usr/share/datasets";
const char* const working_directory = "working directory";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::optional<std::string> existing(const fs::path& path) {
  if (is_there(path)) return path.string();
  const std::string packed = path.string() + ".gz";
  if (is_there(packed)) return packed;
  return std::nullopt;
}

}  // namespace

bool SearchFolder::is_mistaken() const {
  std::error_code error;
  return origin == "STRATA_DATA" && !fs::is_directory(path, error);
}

std::vector<SearchFolder> search_folders(const std::vector<std::string>& given) {
  std::vector<SearchFolder> folders;
  for (const std::string& path : given) folders.push_back({path, "--data"});
  const std::string list = environment("STRATA_DATA");
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find(':', begin), list.size());
    if (end > begin) folders.push_back({list.substr(begin, end - begin), "STRATA_DATA"});
    begin = end + 1;
  }
  folders.push_back({"data", working_directory});
  const std::string cache = cache_folder();
  if (!cache.empty()) folders.push_back({cache, "cache"});
  folders.push_back({distribution_folder, "distribution"});
  return folders;
}

std::string cache_folder() {
  const fs::path cache = environment("XDG_CACHE_HOME");
  if (cache.is_absolute()) return (cache / "strata" / "data").string();
  const fs::path home = environment("HOME");
  if (home.empty()) return "";
  return (home / ".cache" / "strata" / "data").string();
}

std::optional<std::string> find_data_file(const std::string& folder, const std::string& name) {
  return existing(fs::path(folder) / name);
}

std::string resolve_data_path(const std::string& path, const std::vector<std::string>& given) {
  std::vector<fs::path> candidates;
  for (const SearchFolder& folder : search_folders(given)) {
    if (folder.origin == working_directory) candidates.emplace_back(path);
    candidates.push_back(fs::path(folder.path) / path);
  }
  if (fs::path(path).is_absolute()) candidates = {path};
  std::string looked;
  for (const fs::path& candidate : candidates) {
    if (const auto found = existing(candidate)) return *found;
    looked += "\n  " + candidate.string();
  }
  throw UserError("there is no '" + path + "', with or without .gz; looked for:" + looked);
}

}  // namespace strata
