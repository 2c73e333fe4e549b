#include "strata/record/seal.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

const Json& value_at(const Json& object, const char* key) {
  static const Json nothing;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? nothing : *found;
}

std::string text_at(const Json& object, const char* key) {
  const Json& value = value_at(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

constexpr std::string_view kSeal = ",\"sha256\":\"";
constexpr size_t kDigits = 64;

std::string without_blanks(std::string_view text) {
  std::string plain(text.size() + simdjson::SIMDJSON_PADDING, '\0');
  size_t size = 0;
  if (simdjson::minify(text.data(), text.size(), plain.data(), size) != simdjson::SUCCESS)
    return {};
  plain.resize(size);
  return plain;
}

std::string sum_of_file(const fs::path& path) {
  Sha256 sum;
  InputFile file(path, UINT64_MAX);
  std::vector<char> part(size_t{1} << 20);
  while (const size_t n = file.read(part.data(), part.size())) sum.update(part.data(), n);
  return sum.hex();
}

const Json* entry_of(const Json& known, const std::string& file) {
  for (const Json& entry : known)
    if (text_at(entry, "file") == file) return &entry;
  return nullptr;
}

Json entry_for(const fs::path& folder, const std::string& file, const Json& known) {
  const auto facts = file_facts(folder / file);
  if (!facts) return nullptr;
  const Json* before = entry_of(known, file);
  if (before != nullptr && value_at(*before, "bytes") == facts->bytes &&
      value_at(*before, "modified_ns") == facts->modified_ns)
    return *before;
  return {{"file", file},
          {"bytes", facts->bytes},
          {"modified_ns", facts->modified_ns},
          {"sha256", sum_of_file(folder / file)}};
}

/// What a record says of the files beside it.
Json recorded_files(const Json& record) {
  const Json& files = value_at(record, "files");
  if (files.is_array()) return files;
  Json weights = Json::array();
  for (const Json& stage : value_at(record, "stages"))
    if (const Json& file = value_at(stage, "weights"); file.is_object()) weights.push_back(file);
  return weights;
}

/// Whether a name leads to a place in the folder that it is beneath of.
bool is_beneath(const fs::path& name) {
  return !name.empty() && name.is_relative() &&
         std::none_of(name.begin(), name.end(), [](const fs::path& part) { return part == ".."; });
}

std::string fault_of(const Json& entry, const fs::path& folder, FileCheck check) {
  const std::string file = text_at(entry, "file");
  if (!is_beneath(file)) return "a file is named that is none of the run's folder";
  const auto facts = file_facts(folder / file);
  if (!facts) return file + " is missing";
  const Json& bytes = value_at(entry, "bytes");
  if (bytes.is_number_integer() && bytes != facts->bytes)
    return fmt::format("{} has {} bytes, and had {}", file, facts->bytes, bytes.dump());
  const Json& modified = value_at(entry, "modified_ns");
  const bool same_time = modified.is_number_integer() && modified == facts->modified_ns;
  if (check == FileCheck::quick && same_time) return {};
  return sum_of_file(folder / file) == text_at(entry, "sha256") ? ""
                                                                : file + " has another content";
}

}  // namespace

std::string sealed_text(const Json& record) {
  Json sealed = record;
  sealed.erase("sha256");
  sealed["sha256"] = sha256_hex(without_blanks(record_text(sealed)));
  return record_text(sealed);
}

Seal seal_of(std::string_view text) {
  const std::string plain = without_blanks(text);
  const size_t end = kSeal.size() + kDigits + 2;  // "...","sha256":"..."}
  const std::string_view seal =
      std::string_view(plain).substr(plain.size() - std::min(plain.size(), end));
  if (seal.size() < end || seal.substr(0, kSeal.size()) != kSeal) return Seal::none;
  const std::string content = plain.substr(0, plain.size() - end) + "}";
  return sha256_hex(content) == seal.substr(kSeal.size(), kDigits) ? Seal::whole : Seal::broken;
}

std::string changed_by_hand(std::string_view text, const Json& record) {
  const Seal seal = seal_of(text);
  if (seal == Seal::broken) return "its sha256 is not that of its content";
  const Json& version = value_at(record, "schema_version");
  const bool has_seal = version.is_number_integer() && version >= 2;
  if (seal == Seal::none && has_seal && text_at(record, "status") == "completed")
    return "it has no sha256 at its end";
  const Json& config = value_at(record, "config");
  if (text_at(record, "config_hash") !=
      sha256_hex(config.dump(-1, ' ', false, Json::error_handler_t::replace)))
    return "its config_hash is not that of its config";
  return {};
}

Json files_beside(const fs::path& folder, const Json& known) {
  Json files = Json::array();
  const auto add = [&](const std::string& name) {
    if (Json entry = entry_for(folder, name, known); !entry.is_null()) files.push_back(entry);
  };
  add("events.jsonl");
  for (const char* part : {"images", "weights"}) {
    std::error_code error;
    for (const fs::directory_entry& entry : list_folder(folder / part, error))
      add((fs::path(part) / entry.path().filename()).string());
    if (error && error != std::errc::no_such_file_or_directory)
      throw FileError(folder / part, error.message());
  }
  return files;
}

std::vector<std::string> file_faults(const Json& record, const fs::path& folder, FileCheck check) {
  std::vector<std::string> faults;
  const bool without_weights = has_weights_removed(folder);
  for (const Json& entry : recorded_files(record)) {
    const fs::path file = text_at(entry, "file");
    if (without_weights && file.parent_path() == "weights" && !file_facts(folder / file)) continue;
    try {
      if (std::string fault = fault_of(entry, folder, check); !fault.empty())
        faults.push_back(std::move(fault));
    } catch (const FileError& e) {
      faults.emplace_back(e.what());
    }
  }
  return faults;
}

}  // namespace strata
