#pragma once
// A run's record: its form, and writing it. Implemented in record.cpp.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "strata/support/json.hpp"

namespace strata {

/// The record of one run, results/<name>/<run_id>/record.json. Its form is record.schema.json
/// beside this header (JSON Schema, draft 7); a record that is still being written (status
/// "running") may lack what is not known yet. A number that is not finite is written as null.
///
/// Images are optional. They lie beside the record, each a sheet of equal tiles made by
/// tile_sheet() (image.hpp), tiles in rows from the top left, one pixel apart:
///   "images": {
///     "reconstructions": {"file": "images/reconstructions.png", "tile": [28, 28], "columns": 16,
///        "rows": ["original", "pretrain-1", "pretrain-2"],   what each row of tiles is: the
///        originals
///                                                            or the stage that rebuilt them
///        "indices": [7, 2, ...], "labels": [9, 1, ...],      one a column: test sample, true class
///        "errors": [[0.061, ...], ...]},                     optional, a list for each row but the
///                                                            originals': squared error of each
///                                                            column
///     "filters": {"file": "images/filters.png", "tile": [28, 28], "columns": 20, "count": 100,
///        "layer": "encoder.0.0"},                            weights, grey is 0 (filter_bytes())
///     "worst": {"file": "images/worst.png", "tile": [28, 28], "columns": 12,
///        "samples": [{"index": 8, "true": 5, "predicted": 6, "nll": 7.31}, ...]},   worst first
///     "codes": {"file": "images/codes.png", "stage": "pretrain-2", "block": "encoder.1",
///        "units": 256, "labels": [0, 0, 1, ...], "range": [-1, 1]}
///                                                            no tiles: a row of pixels for each
///                                                            sample, sorted by class, one pixel a
///                                                            unit
///   }
/// "file" is relative to the record's folder. "tile" is [height, width].
///
/// A stage whose end or best epoch was chosen by a measurement says so, so that a figure taken on
/// the same split is not believed: "selection": {"rule": "early_stopping", "split": "validation",
/// "metric": "nll"}.
inline constexpr int64_t record_schema_version = 2;

/// A key that is in no file: where a record was changed since strata wrote it, reading adds it,
/// with what shows that (seal.hpp).
inline constexpr const char* changed_key = "changed_by_hand";

/// Reads and checks a record: JSON, a schema version that this strata reads, and the keys that name
/// the run (name, run_id, seed, status, config, stages). One of an earlier version is given the
/// form of this one; of a run that was not closed, the last epochs come from its events. Throws
/// UserError with the path and what is wrong.
Json read_record(const std::filesystem::path& path);

/// Reads many for a comparison, on the processor's threads, and hands (index, record) to `use`,
/// which is called from several threads at once. Each is checked as read_record() does, but the
/// lists among the metrics of its epochs are left out. Returns what is wrong with those that cannot
/// be read, by index: the file and why.
std::map<size_t, std::string> read_records(const std::vector<std::filesystem::path>& paths,
                                           const std::function<void(size_t, Json&&)>& use);

/// The records that the places name, sorted, each once, whatever links lead to it. A place is a
/// record's file, a folder (every record.json in it and below, links to folders followed), or a
/// pattern with * ? [ ] of such. Throws UserError naming every place where there is none.
std::vector<std::filesystem::path> find_records(const std::vector<std::string>& places);

/// The folders and JSON files that a pattern of find_records() matches, or the place itself where
/// it is none. Throws UserError where there is none.
std::vector<std::filesystem::path> expand_place(const std::string& place);

/// Text that reads well and makes small diffs: what fits a line is on one line.
std::string record_text(const Json& record);

/// Writes the record atomically, with its seal. Throws RunError as write_file_atomically() does.
void save_record(const std::filesystem::path& path, const Json& record);

}  // namespace strata
