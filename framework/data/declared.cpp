#include "strata/data/declared.hpp"

#include <fmt/format.h>

#include <set>

#include "strata/data/byte_source.hpp"
#include "strata/data/search.hpp"

namespace strata {

void check_declared(const DeclaredImages& images,
                    const std::function<void(const std::string&, std::string)>& error) {
  const size_t dimensions = images.shape.size();
  if (dimensions != 1 && dimensions != 3) {
    error("shape", fmt::format("expected [channels, height, width] or [features], got {} numbers",
                               dimensions));
  } else if (element_count(images.shape) > static_cast<int64_t>(max_file_content)) {
    error("shape", fmt::format("a sample of {} bytes is more than a file may hold",
                               element_count(images.shape)));
  }
  const size_t names = images.class_names.size();
  if (names != 0 && names != static_cast<size_t>(images.classes)) {
    error("class_names",
          fmt::format("expected {} names, one a class, got {}", images.classes, names));
  }
  std::set<std::string> seen;
  for (const std::string& name : images.class_names) {
    if (!seen.insert(name).second) error("class_names", fmt::format("'{}' is named twice", name));
  }
}

std::optional<PartSizes> FileDataset::sizes(const DataContext& context) const {
  const auto count = [&](const SampleFiles& part) {
    return count_(resolve_data_path(part.labels, context.folders));
  };
  try {
    return PartSizes{count(declared_.train), count(declared_.test)};
  } catch (const UserError&) {  // load() says what is wrong
    return std::nullopt;
  }
}

LoadedData FileDataset::load(const DataContext& context) const {
  LoadedData data;
  const auto read = [&](const SampleFiles& part) {
    return read_(resolve_data_path(part.images, context.folders),
                 resolve_data_path(part.labels, context.folders), declared_.shape,
                 declared_.classes, data.files);
  };
  data.train = read(declared_.train);
  data.test = read(declared_.test);
  return data;
}

}  // namespace strata
