#include "strata/report/reading/run_tags.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/report/reading/json_access.hpp"
#include "strata/support/files.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

constexpr const char* kFile = "tags.json";
constexpr uint64_t kMostBytes = 1 << 20;
constexpr size_t kMostOfTag = 64;

void sort_once(std::vector<std::string>& tags) {
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
}

}  // namespace

RunTags read_tags(const std::filesystem::path& run_folder) {
  const std::filesystem::path file = run_folder / kFile;
  RunTags said;
  if (!file_facts(file)) return said;
  try {
    const Json json = parse_json(read_file(file, kMostBytes)).value_or(Json());
    const Json& tags = json_at(json, {"tags"});
    for (const Json& tag : tags.is_array() ? tags : Json::array())
      if (tag.is_string() && tag_fault(tag.get<std::string>()).empty())
        said.tags.push_back(tag.get<std::string>());
    if (const Json& note = json_at(json, {"note"}); note.is_string())
      said.note = note.get<std::string>();
  } catch (const FileError&) {  // a record is not worse for it
  }
  sort_once(said.tags);
  return said;
}

void write_tags(const std::filesystem::path& run_folder, const RunTags& said) {
  const std::filesystem::path file = run_folder / kFile;
  if (said.tags.empty() && said.note.empty()) return remove_file(file);
  RunTags sorted = said;
  sort_once(sorted.tags);
  Json json = {{"tags", sorted.tags}};
  if (!said.note.empty()) json["note"] = said.note;
  write_file_atomically(file, json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n');
}

std::string tag_fault(const std::string& tag) {
  if (tag.empty()) return "an empty word is no tag";
  if (tag.size() > kMostOfTag)
    return fmt::format("a tag has {} characters at most, and this one {}", kMostOfTag, tag.size());
  if (tag.front() == '-' || tag.front() == '.' || tag.front() == '/')
    return fmt::format("a tag begins with a letter or digit, not '{}'", tag.front());
  for (const char c : tag)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 &&
        std::string_view("._-/").find(c) == std::string_view::npos)
      return fmt::format("'{}': a tag is made of letters, digits and . _ - /", tag);
  return {};
}

}  // namespace strata
