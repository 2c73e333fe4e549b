#pragma once

namespace strata {

/// What a layer's mirror says of itself where it is of another kind than the layer: what it does,
/// as it is called in lists of layers ("upsample", which undoes max_pool2d). A mirror that does not
/// say so is called "mirror of max_pool2d".
class NamedMirror {
 public:
  virtual ~NamedMirror() = default;
  virtual const char* type() const = 0;
};

}  // namespace strata
