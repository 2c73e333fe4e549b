#include "strata/support/protobuf.hpp"

#include <cstring>

namespace strata {
namespace {

// How a value is laid out, as its key says.
constexpr int kVarint = 0, kEightBytes = 1, kLengthAndBytes = 2, kFourBytes = 5;

/// As it lies in memory: little-endian, as the format is.
template <class T>
std::string raw(const T* values, size_t count) {
  std::string bytes(count * sizeof(T), '\0');
  if (count > 0) std::memcpy(bytes.data(), values, bytes.size());
  return bytes;
}

}  // namespace

void ProtoFields::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

void ProtoFields::key(int field, int wire_type) {
  varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(wire_type));
}

ProtoFields& ProtoFields::integer(int field, int64_t value) {
  key(field, kVarint);
  varint(static_cast<uint64_t>(value));
  return *this;
}

ProtoFields& ProtoFields::float32(int field, float value) {
  key(field, kFourBytes);
  bytes_ += raw(&value, 1);
  return *this;
}

ProtoFields& ProtoFields::float64(int field, double value) {
  key(field, kEightBytes);
  bytes_ += raw(&value, 1);
  return *this;
}

ProtoFields& ProtoFields::text(int field, const std::string& value) {
  key(field, kLengthAndBytes);
  varint(value.size());
  bytes_ += value;
  return *this;
}

ProtoFields& ProtoFields::packed(int field, const std::vector<double>& values) {
  return text(field, raw(values.data(), values.size()));
}

}  // namespace strata
