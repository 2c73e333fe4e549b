#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "strata/support/json.hpp"

// What tells whether a run is still as it was recorded.
//
// "sha256", the last key of a record, is that of its canonical form: the text without this key and
// without the blanks between its parts. Whoever changes a figure by hand leaves a record that does
// not fit its own sum. (Somebody who means it can write a new sum: it is no signature.)
//
// "files" lists what lies beside the record, each file by its path from the run's folder, with its
// size, the time of its last change and its SHA-256:
//   "files": [{"file": "weights/classify.safetensors", "bytes": 53816,
//              "modified_ns": 1764288000123456789, "sha256": "9f86d0..."}, ...]

namespace strata {

/// The record's text with its seal.
std::string sealed_text(const Json& record);

enum class Seal {
  none,  ///< of an earlier strata, which wrote no sum, or of a process that crashed
  whole,
  broken,  ///< changed since
};
Seal seal_of(std::string_view text);

/// Why a record is not as strata wrote it: "its sha256 is not that of its content", "its
/// config_hash is not that of its config"; empty where nothing speaks against it. `record` is what
/// the text holds.
std::string changed_by_hand(std::string_view text, const Json& record);

/// The entries of "files" for what lies in a run's folder now: its events, weights and images. A
/// file that is in `known`, of the same size and time, is not read again.
Json files_beside(const std::filesystem::path& folder, const Json& known = Json::array());

enum class FileCheck {
  quick,  ///< size and time; content only of a file whose time is another, as after a copy
  content,
};

/// What is wrong with the files of a record in `folder`, each "weights/classify.safetensors is
/// missing", "... has 10 bytes, and had 53816", "... has another content". Of a record without
/// "files" its weights are checked, of which every record knows the sum.
std::vector<std::string> file_faults(const Json& record, const std::filesystem::path& folder,
                                     FileCheck check);

}  // namespace strata
