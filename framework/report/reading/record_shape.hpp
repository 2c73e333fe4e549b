#pragma once
// Whether a record has the form that readers rely on. Implemented in record_shape.cpp.
#include <filesystem>

#include "strata/support/json.hpp"

namespace strata {

/// Throws UserError with the path and the key where a part of a record that read_record() takes is
/// not as record.schema.json has it, and could not be shown: counts of classes and epochs, names,
/// confusion matrices.
void check_shape(const std::filesystem::path& path, const Json& record);

/// Throws UserError where a place that names a run is an experiment file, with what to do.
void refuse_experiment(const std::filesystem::path& place);

}  // namespace strata
