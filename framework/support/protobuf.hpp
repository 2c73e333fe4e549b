#pragma once
#include <cstdint>
#include <string>
#include <vector>

// Writing protocol buffers, the form of TensorBoard's and ONNX's files. Implemented in
// protobuf.cpp.

namespace strata {

/// A message, field after field. A field that is given again is a further value of a repeated one.
class ProtoFields {
 public:
  ProtoFields& integer(int field, int64_t value);
  ProtoFields& float32(int field, float value);
  ProtoFields& float64(int field, double value);
  ProtoFields& text(int field, const std::string& value);  ///< or bytes
  ProtoFields& message(int field, const ProtoFields& value) { return text(field, value.bytes_); }
  ProtoFields& packed(int field, const std::vector<double>& values);

  const std::string& bytes() const { return bytes_; }

 private:
  void key(int field, int wire_type);
  void varint(uint64_t value);

  std::string bytes_;
};

}  // namespace strata
