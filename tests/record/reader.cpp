#include "strata/record/reader.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"

using namespace strata;

TEST_CASE("a record's text is parsed as nlohmann's own parser does it") {
  const std::string text = test::make_record({}).dump();
  size_t byte = 0;
  CHECK(parse_record(text, RecordDetail::all, byte)->dump() == text);
  const char* odd = R"({"b": [[], {}, -1, 1.5e3, true, null], "a": "\u00e9\"", "b": 2})";
  CHECK(*parse_record(odd, RecordDetail::all, byte) == Json::parse(odd));
  CHECK(*parse_record(R"({"a": 123456789012345678901234567890})", RecordDetail::all, byte) ==
        Json({{"a", 123456789012345678901234567890.0}}));
}

TEST_CASE("lists among the metrics of epochs are left out, and no others") {
  const char* text = R"({
    "stages": [{"trains": ["a"], "epochs": [
      {"loss": 1, "metrics": {"test": {"matrix": [[1, {"x": [2]}], [3]], "accuracy": 0.5}}},
      {"loss": 2, "metrics": {"test": {"accuracy": 0.75, "by_class": [4, 5]}}}],
      "weights": {"shapes": [{"of": [6]}]}}],
    "metrics": {"test": {"matrix": [[7]]}}})";
  const char* left = R"({
    "stages": [{"trains": ["a"], "epochs": [
      {"loss": 1, "metrics": {"test": {"accuracy": 0.5}}},
      {"loss": 2, "metrics": {"test": {"accuracy": 0.75}}}],
      "weights": {"shapes": [{"of": [6]}]}}],
    "metrics": {"test": {"matrix": [[7]]}}})";
  size_t byte = 0;
  CHECK(*parse_record(text, RecordDetail::no_epoch_lists, byte) == Json::parse(left));
}

TEST_CASE("what is not valid JSON is told by its byte") {
  size_t byte = 0;
  CHECK(!parse_record(R"({"a": 1,})", RecordDetail::all, byte));
  CHECK(byte == 9);
  CHECK(!parse_record(R"({"a": 1e999})", RecordDetail::all, byte));  // no such number
}
