#pragma once
// Finding and reading records. Implemented in reader.cpp.
#include <optional>
#include <string>

#include "strata/support/parse_json.hpp"

namespace strata {

/// What of a record is read.
enum class RecordDetail {
  all,
  /// Without the lists among the metrics of epochs (confusion matrices, figures by class): two
  /// thirds of a long run's record, of which a comparison needs none.
  no_epoch_lists,
};

/// The JSON of a record's text, or nothing where it is not taken; `fault` then says why and where.
std::optional<Json> parse_record(const std::string& text, RecordDetail detail, JsonFault& fault);

}  // namespace strata
