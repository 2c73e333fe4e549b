#include "strata/core/layer.hpp"

#include <fmt/format.h>

namespace strata {

void expect_image(const Shape& input) {
  if (input.size() != 3)
    throw LayerError(
        fmt::format("expected an input of channels x height x width, got {}", shape_text(input)));
}

}  // namespace strata
