#include "strata/record/reader.hpp"

#include <simdjson.h>

#include <string_view>

namespace strata {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// Where in a record a value stands, as far as a comparison cares.
enum class Part { record, stages, stage, epochs, epoch, epoch_figures, other };

Part part_of_value(Part object, std::string_view key) {
  switch (object) {
    case Part::record:
      return key == "stages" ? Part::stages : Part::other;
    case Part::stage:
      return key == "epochs" ? Part::epochs : Part::other;
    case Part::epoch:
    case Part::epoch_figures:
      return Part::epoch_figures;
    default:
      return Part::other;
  }
}

Part part_of_item(Part list) {
  return list == Part::stages ? Part::stage : list == Part::epochs ? Part::epoch : Part::other;
}

class Converter {
 public:
  explicit Converter(RecordDetail detail) : lean_(detail == RecordDetail::no_epoch_lists) {}

  Json converted(const element& value, Part part) const {
    switch (value.type()) {
      case element_type::OBJECT: {
        Json object = Json::object();
        const simdjson::dom::object members = value.get_object().value_unsafe();
        for (const auto& [key, member] : members) {
          if (lean_ && part == Part::epoch_figures && member.is_array()) continue;
          object[std::string(key)] = converted(member, part_of_value(part, key));
        }
        return object;
      }
      case element_type::ARRAY: {
        Json list = Json::array();
        const simdjson::dom::array items = value.get_array().value_unsafe();
        for (const element& item : items) list.push_back(converted(item, part_of_item(part)));
        return list;
      }
      case element_type::STRING:
        return std::string(value.get_string().value_unsafe());
      case element_type::INT64:
        return value.get_int64().value_unsafe();
      case element_type::UINT64:
        return value.get_uint64().value_unsafe();
      case element_type::DOUBLE:
        return value.get_double().value_unsafe();
      case element_type::BOOL:
        return value.get_bool().value_unsafe();
      case element_type::NULL_VALUE:
        break;
    }
    return nullptr;
  }

 private:
  bool lean_;
};

/// nlohmann's parser tells where a text is no JSON, which simdjson's does not.
struct ErrorPlace final : nlohmann::json_sax<Json> {
  size_t byte = 0;

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(size_t /*size*/) override { return true; }
  bool key(string_t& /*name*/) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t /*size*/) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t place, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    byte = place;
    return false;
  }
};

}  // namespace

std::optional<Json> parse_record(const std::string& text, RecordDetail detail, size_t& error_byte) {
  thread_local simdjson::dom::parser parser;
  const auto root = parser.parse(text);
  if (root.error() == simdjson::SUCCESS)
    return Converter(detail).converted(root.value_unsafe(), Part::record);
  ErrorPlace place;
  // It takes what simdjson does not: integers beyond 64 bits, as floating point.
  if (Json::sax_parse(text, &place)) return Json::parse(text);
  error_byte = place.byte;
  return std::nullopt;
}

}  // namespace strata
