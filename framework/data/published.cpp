#include "strata/data/published.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "strata/data/byte_source.hpp"
#include "strata/data/idx.hpp"
#include "strata/data/search.hpp"

namespace strata {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

[[noreturn]] void report_missing(const PublishedSet& set, const std::vector<FoundSet>& found,
                                 const std::vector<std::string>& given) {
  std::string message = fmt::format("data set '{}' was not found", set.name);
  for (const FoundSet& part : found) {
    message += fmt::format("\n  {} ({}) lacks {}", part.folder, part.origin, join(part.missing));
  }
  message +=
      fmt::format("\nlooked for {}/{}, with or without .gz, and its companions in:", set.folder,
                  set.train_images.name);
  for (const SearchFolder& folder : search_folders(given)) {
    message += fmt::format("\n  {} ({}){}", folder.path, folder.origin,
                           folder.is_mistaken() ? ": no such folder" : "");
    if (find_data_file(folder.path, set.train_images.name))
      message += fmt::format(": {} lies here itself, expected in a folder '{}' below this one",
                             set.train_images.name, set.folder);
  }
  message += fmt::format(
      "\n`strata data fetch {}` downloads it; --data or STRATA_DATA names a "
      "folder that has it",
      set.name);
  throw UserError(message);
}

void check_content(const PublishedFile& file, const std::string& path, const std::string& sha256) {
  if (sha256 == file.sha256) return;
  throw data_error(path, fmt::format("the content is not that of the published {}: its SHA-256 is "
                                     "{}, expected {}",
                                     file.name, sha256, file.sha256));
}

}  // namespace

std::vector<FoundSet> find_published(const PublishedSet& set,
                                     const std::vector<std::string>& given) {
  std::vector<FoundSet> all;
  for (const SearchFolder& folder : search_folders(given)) {
    FoundSet found;
    found.folder = (std::filesystem::path(folder.path) / set.folder).string();
    found.origin = folder.origin;
    for (const PublishedFile& file : set.files()) {
      const auto path = find_data_file(found.folder, file.name);
      if (path) found.paths.push_back(*path);
      if (!path) found.missing.push_back(file.name);
    }
    if (!found.paths.empty()) all.push_back(std::move(found));
  }
  return all;
}

void verify_published(const PublishedFile& file, const std::string& path) {
  ByteSource source(path);
  std::vector<char> buffer(size_t{1} << 18);
  while (source.offset() <= file.bytes && source.read(buffer.data(), buffer.size()) > 0) {
  }
  if (source.offset() < file.bytes) {
    throw data_error(path, source.offset(),
                     fmt::format("the content ends here, expected {} bytes", file.bytes));
  }
  if (source.offset() > file.bytes) {
    throw data_error(path, file.bytes, "the content goes on, expected it to end here");
  }
  check_content(file, path, source.sha256());
}

std::optional<PartSizes> PublishedDataset::sizes(const DataContext&) const {
  constexpr uint64_t header = 8;  // of IDX labels, a byte each
  return PartSizes{static_cast<int64_t>(set_.train_labels.bytes - header),
                   static_cast<int64_t>(set_.test_labels.bytes - header)};
}

LoadedData PublishedDataset::load(const DataContext& context) const {
  const std::vector<FoundSet> all = find_published(set_, context.folders);
  const FoundSet* found = nullptr;
  for (const FoundSet& candidate : all) {
    if (found == nullptr && candidate.complete()) found = &candidate;
  }
  if (found == nullptr) report_missing(set_, all, context.folders);

  LoadedData data;
  const Shape& shape = set_.info.sample_shape;
  const int64_t classes = set_.info.classes;
  data.train = read_idx_samples(found->paths[0], found->paths[1], shape, classes, data.files);
  data.test = read_idx_samples(found->paths[2], found->paths[3], shape, classes, data.files);
  const std::vector<PublishedFile> files = set_.files();
  for (size_t i = 0; i < files.size(); ++i) {
    check_content(files[i], data.files[i].path, data.files[i].sha256);
  }
  return data;
}

}  // namespace strata
