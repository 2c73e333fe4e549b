#include "strata/record/reader.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"

using namespace strata;

TEST_CASE("a record's text is parsed as nlohmann's own parser does it") {
  const std::string text = test::make_record({}).dump();
  JsonFault fault;
  CHECK(parse_record(text, RecordDetail::all, fault)->dump() == text);
  const char* odd = R"({"b": [[], {}, -1, 1.5e3, true, null], "a": "\u00e9\"", "b": 2})";
  CHECK(*parse_record(odd, RecordDetail::all, fault) == Json::parse(odd));
  CHECK(*parse_record(R"({"a": 123456789012345678901234567890})", RecordDetail::all, fault) ==
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
  JsonFault fault;
  CHECK(*parse_record(text, RecordDetail::no_epoch_lists, fault) == Json::parse(left));
}

TEST_CASE("what is not valid JSON is told by its byte") {
  JsonFault fault;
  CHECK(!parse_record(R"({"a": 1,})", RecordDetail::all, fault));
  CHECK(fault.byte == 9);
  CHECK(!parse_record(R"({"a": 1e999})", RecordDetail::all, fault));  // no such number
}

TEST_CASE("what lies too deep is refused before anything recurses over it") {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  JsonFault fault;
  CHECK(parse_record(nested(most_json_depth), RecordDetail::all, fault));
  for (const size_t depth : {most_json_depth + 1, size_t{20'000}, size_t{200'000}}) {
    CHECK(!parse_record(nested(depth), RecordDetail::all, fault));
    CHECK(fault.too_deep);
    CHECK(fault.byte == most_json_depth);
  }
  const std::string quoted = R"({"a": "[[\"[", "b": )" + nested(300) + "}";
  CHECK(!parse_record(quoted, RecordDetail::all, fault));
  CHECK(fault.byte == quoted.find("[[[") + most_json_depth - 1);
}
