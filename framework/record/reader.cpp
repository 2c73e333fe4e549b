#include "strata/record/reader.hpp"

#include <simdjson.h>

#include <new>
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

/// Which takes nothing that lies too deep for whoever walks through it.
simdjson::dom::parser make_parser() {
  simdjson::dom::parser parser;
  const auto error = parser.allocate(size_t{1} << 20, most_json_depth);  // it grows as it must
  if (error != simdjson::SUCCESS) throw std::bad_alloc();
  return parser;
}

}  // namespace

std::optional<Json> parse_record(const std::string& text, RecordDetail detail, JsonFault& fault) {
  thread_local simdjson::dom::parser parser = make_parser();
  const auto root = parser.parse(text);
  if (root.error() == simdjson::SUCCESS)
    return Converter(detail).converted(root.value_unsafe(), Part::record);
  return parse_json(text, &fault);  // which tells where a text is no JSON
}

}  // namespace strata
