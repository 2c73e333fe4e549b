// A record as show, compare and report take it.
#include "strata/record/record.hpp"
#include "fuzz.hpp"
#include "strata/report/comparing/comparison.hpp"
#include "strata/report/reading/record_shape.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/report/rendering/show.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::File file("record.json");
  file.fill(fuzz::view(data, size));
  return fuzz::refused_or_read([&] {
    const Json record = read_record(file.path());
    check_shape(file.path(), record);
    show_run(record, 100);
    FoundRuns found = read_compared_runs({file.path()});
    const Comparison comparison = compare(std::move(found.runs), {});
    comparison_text(comparison, 100);
    comparison_json(comparison);
    comparison_csv(comparison);
  });
}
