#pragma once
// The file format of weights. Implemented in safetensors.cpp.
#include <map>
#include <string>
#include <vector>

#include "strata/core/tensor.hpp"

namespace strata {

/// The tensors in the safetensors format (version 1): eight bytes with the length of a JSON header,
/// the header with each tensor's dtype, shape and place, then their bytes, little-endian,
/// row-major. Tensors are copied to the CPU. `metadata` goes under "__metadata__".
std::string to_safetensors(const std::vector<Parameter>& tensors,
                           const std::map<std::string, std::string>& metadata = {});

/// Reads the format back; tensors lie on the CPU. Throws UserError, naming `name`, on anything that
/// the format does not allow: a bad header, unknown dtype, sizes that do not fit, bytes of no
/// tensor or two.
std::vector<Parameter> from_safetensors(const std::string& bytes, const std::string& name);

}  // namespace strata
