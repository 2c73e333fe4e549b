#pragma once
// What a person says of a run: tags and a note, in tags.json beside its record. Implemented in
// run_tags.cpp.
#include <filesystem>
#include <string>
#include <vector>

namespace strata {

/// Neither is part of the record: they change no figure, no row, and nothing that its seal covers.
struct RunTags {
  std::vector<std::string> tags;  ///< sorted, each once
  std::string note;               ///< of one or several lines
};

/// Nothing where there is no such file; of one that is broken, what can be told.
RunTags read_tags(const std::filesystem::path& run_folder);

/// Replaces them at once; without tags and note there is no file. Throws RunError.
void write_tags(const std::filesystem::path& run_folder, const RunTags& tags);

/// Why a text is no tag, or "": letters, digits, '.', '_', '-' and '/', 64 at most, no sign first.
std::string tag_fault(const std::string& tag);

}  // namespace strata
