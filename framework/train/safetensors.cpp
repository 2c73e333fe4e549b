#include "strata/train/safetensors.hpp"

#include <fmt/format.h>

#include <cstring>

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

Parameter read_tensor(const std::string& key, const Json& entry, const std::string& bytes,
                      size_t data, const std::string& name) {
  const auto shape = entry.at("shape").get<std::vector<int64_t>>();
  const auto offsets = entry.at("data_offsets").get<std::vector<size_t>>();
  const at::ScalarType type = dtype_of(entry.at("dtype").get<std::string>(), name);
  for (const int64_t size : shape)
    if (size < 0 || size > (int64_t{1} << 40))
      throw UserError(fmt::format("{}: tensor '{}' has a size of {}", name, key, size));
  const size_t size = static_cast<size_t>(element_count(shape)) * c10::elementSize(type);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > bytes.size() - data ||
      offsets[1] - offsets[0] != size)
    throw UserError(
        fmt::format("{}: tensor '{}' of {} bytes does not fit its place", name, key, size));
  Tensor tensor = at::empty(shape, type);
  std::memcpy(tensor.data_ptr(), bytes.data() + data + offsets[0], size);
  return {key, tensor};
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
  try {
    const Json header = Json::parse(bytes.begin() + 8, bytes.begin() + static_cast<long>(data));
    for (const auto& [key, entry] : header.items())
      if (key != "__metadata__") tensors.push_back(read_tensor(key, entry, bytes, data, name));
  } catch (const Json::exception& e) {
    throw UserError(fmt::format("{}: not a safetensors header: {}", name, e.what()));
  }
  return tensors;
}

}  // namespace strata
