#include "strata/support/parse_json.hpp"

#include <string>

namespace strata {
namespace {

/// Goes through a text once, without recursion, and stops where it cannot be taken.
struct FaultFinder final : nlohmann::json_sax<Json> {
  JsonFault fault;
  size_t depth = 0;

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool key(string_t& /*name*/) override { return true; }
  bool start_object(size_t /*size*/) override { return enter(); }
  bool start_array(size_t /*size*/) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(size_t place, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    fault.byte = place;
    return false;
  }
  bool enter() {
    fault.too_deep = ++depth > most_json_depth;
    return !fault.too_deep;
  }
  bool leave() {
    --depth;
    return true;
  }
};

/// Where the list or object begins that lies too deep.
size_t deep_place(std::string_view text) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[i] == '[' || text[i] == '{')) {
      if (++depth > most_json_depth) return i;
    } else if (!quoted && (text[i] == ']' || text[i] == '}')) {
      --depth;
    }
  }
  return text.size();
}

}  // namespace

std::optional<Json> parse_json(std::string_view text, JsonFault* fault) {
  FaultFinder finder;
  if (Json::sax_parse(text.begin(), text.end(), &finder))
    return Json::parse(text.begin(), text.end());
  if (finder.fault.too_deep) finder.fault.byte = deep_place(text);
  if (fault != nullptr) *fault = finder.fault;
  return std::nullopt;
}

}  // namespace strata
