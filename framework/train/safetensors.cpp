#include "strata/train/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

struct Dtype {
  const char* name;
  at::ScalarType type;
};
constexpr Dtype kDtypes[] = {
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"I64", at::kLong}, {"U8", at::kByte}};

const char* dtype_name(at::ScalarType type) {
  for (const Dtype& dtype : kDtypes)
    if (dtype.type == type) return dtype.name;
  throw RunError(fmt::format("safetensors cannot hold dtype {}", c10::toString(type)));
}

at::ScalarType dtype_of(const std::string& text, const std::string& name) {
  for (const Dtype& dtype : kDtypes)
    if (text == dtype.name) return dtype.type;
  throw UserError(fmt::format("{}: dtype {} is not read here", name, text));
}

/// A tensor of the header, with its place among the data's bytes.
struct Entry {
  std::string name;
  at::ScalarType type;
  Shape shape;
  size_t begin, end;
};

/// shape's number of elements; nothing more than `most` is counted, so that no product overflows.
int64_t bounded_count(const Shape& shape, int64_t most, const std::string& name,
                      const std::string& file) {
  int64_t count = 1;
  for (const int64_t size : shape) {
    if (size < 0)
      throw UserError(fmt::format("{}: tensor '{}' has a size of {}", file, name, size));
    if (count > 0 && size > most / count)
      throw UserError(fmt::format("{}: tensor '{}' is larger than the file", file, name));
    count *= size;
  }
  return count;
}

Entry read_entry(const std::string& name, const Json& json, size_t data_size,
                 const std::string& file) {
  Entry entry;
  entry.name = name;
  entry.type = dtype_of(json.at("dtype").get<std::string>(), file);
  entry.shape = json.at("shape").get<Shape>();
  const int64_t count = bounded_count(entry.shape, static_cast<int64_t>(data_size) + 1, name, file);
  const size_t size = static_cast<size_t>(count) * c10::elementSize(entry.type);
  const auto offsets = json.at("data_offsets").get<std::vector<size_t>>();
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_size ||
      offsets[1] - offsets[0] != size)
    throw UserError(
        fmt::format("{}: tensor '{}' of {} bytes does not fit its place", file, name, size));
  entry.begin = offsets[0];
  entry.end = offsets[1];
  return entry;
}

/// The format wants each byte of the data to belong to exactly one tensor.
void check_coverage(std::vector<Entry> entries, size_t data_size, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  size_t taken = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0 && entries[i].begin < entries[i - 1].end)
      throw UserError(fmt::format("{}: tensors '{}' and '{}' overlap", file, entries[i - 1].name,
                                  entries[i].name));
    taken += entries[i].end - entries[i].begin;
  }
  if (taken != data_size)
    throw UserError(fmt::format("{}: the tensors take {} of the file's {} bytes of data", file,
                                taken, data_size));
}

std::vector<Entry> read_header(const std::string& bytes, size_t data, const std::string& file) {
  std::vector<Entry> entries;
  try {
    const auto header = parse_json(std::string_view(bytes).substr(8, data - 8));
    if (!header || !header->is_object())
      throw UserError(fmt::format("{}: not a safetensors header: no JSON object", file));
    for (const auto& [name, json] : header->items())
      if (name != "__metadata__")
        entries.push_back(read_entry(name, json, bytes.size() - data, file));
  } catch (const Json::exception& e) {
    throw UserError(fmt::format("{}: not a safetensors header: {}", file, e.what()));
  }
  check_coverage(entries, bytes.size() - data, file);
  return entries;
}

}  // namespace

std::string to_safetensors(const std::vector<Parameter>& tensors,
                           const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  size_t offset = 0;
  for (const Parameter& p : tensors) {
    header[p.name] = {{"dtype", dtype_name(p.value.scalar_type())},
                      {"shape", p.value.sizes().vec()},
                      {"data_offsets", {offset, offset + p.value.nbytes()}}};
    offset += p.value.nbytes();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string bytes;
  bytes.reserve(8 + text.size() + offset);
  for (uint64_t length = text.size(), i = 0; i < 8; ++i)
    bytes += static_cast<char>(length >> (8 * i) & 255);
  bytes += text;
  for (const Parameter& p : tensors) {
    const Tensor local = p.value.detach().cpu().contiguous();
    bytes.append(static_cast<const char*>(local.data_ptr()), local.nbytes());
  }
  return bytes;
}

std::vector<Parameter> from_safetensors(const std::string& bytes, const std::string& name) {
  uint64_t length = 0;
  if (bytes.size() < 8) throw UserError(fmt::format("{}: too short for safetensors", name));
  for (size_t i = 8; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length > bytes.size() - 8)
    throw UserError(
        fmt::format("{}: the header's length of {} passes the file's end", name, length));
  const size_t data = 8 + static_cast<size_t>(length);
  std::vector<Parameter> tensors;
  for (const Entry& entry : read_header(bytes, data, name)) {
    const Tensor tensor = at::empty(entry.shape, entry.type);
    if (entry.end > entry.begin)
      std::memcpy(tensor.data_ptr(), bytes.data() + data + entry.begin, entry.end - entry.begin);
    tensors.push_back({entry.name, tensor});
  }
  return tensors;
}

}  // namespace strata
