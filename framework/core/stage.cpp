#include "strata/core/stage.hpp"

#include <fmt/format.h>

namespace strata {

const char* target_name(Target target) {
  switch (target) {
    case Target::pixels:
      return "pixels";
    case Target::codes:
      return "codes";
    case Target::labels:
      return "labels";
  }
  return "";
}

const char* stage_kind_name(StageKind kind) {
  return kind == StageKind::pretrain ? "pretrain" : "classify";
}

std::string encoder_block(size_t pair) {
  return fmt::format("encoder.{}", pair);
}
std::string decoder_block(size_t pair) {
  return fmt::format("decoder.{}", pair);
}
std::string head_block() {
  return "head";
}

Json StageSpec::dump() const {
  Json list = Json::array();
  for (const auto& metric : metrics) list.push_back(metric.dump());
  return {{"name", name},
          {"kind", stage_kind_name(kind)},
          {"target", target_name(target)},
          {"prefix", prefix},
          {"blocks", blocks},
          {"trains", trains},
          {"loss", loss.dump()},
          {"optimizer", optimizer.dump()},
          {"metrics", list},
          {"epochs_planned", epochs}};
}

}  // namespace strata
