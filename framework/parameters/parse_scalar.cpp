#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "strata/parameters/hints.hpp"
#include "strata/parameters/params.hpp"
#include "strata/yaml/scalar.hpp"
#include "strata/yaml/source_line.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

size_t skip_sign(std::string_view text) {
  return !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
}

/// from_chars takes no '+'.
std::string_view without_plus(std::string_view text) {
  return text.substr(!text.empty() && text[0] == '+' ? 1 : 0);
}

std::string without_leading_zeros(const std::string& text) {
  const size_t sign = skip_sign(text);
  const size_t first = std::min(text.find_first_not_of('0', sign), text.size() - 1);
  return text.substr(0, sign) + text.substr(first);
}

/// "010" is 8 to some readers of YAML and 10 to others.
bool refuse_leading_zeros(const Node& node, Reader& reader) {
  if (scalar_kind(node.scalar) != ScalarKind::integer ||
      without_leading_zeros(node.scalar) == node.scalar)
    return false;
  reader.error(node,
               fmt::format("{} begins with a zero, which some readers of YAML take for octal; "
                           "write {}",
                           node.scalar, without_leading_zeros(node.scalar)));
  return true;
}

/// Whether commas part groups of three digits, as in 1,000,000.
bool groups_thousands(std::string_view digits) {
  for (size_t comma = digits.find(','); comma != std::string_view::npos;) {
    const size_t next = std::min(digits.find(',', comma + 1), digits.size());
    if (next - comma != 4) return false;
    comma = digits.find(',', next);
  }
  return true;
}

/// "; write 31" for 0x1F, 0o37, 0b11111 and 1_000; "" for anything else.
std::string decimal_hint(std::string_view text) {
  const size_t sign = skip_sign(text);
  const std::string minus = sign == 1 && text[0] == '-' ? "-" : "";
  const std::string_view digits = text.substr(sign);
  const auto convert = [&](std::string_view part, int base) -> std::string {
    uint64_t value = 0;
    const char* end = part.data() + part.size();
    const auto [rest, error] = std::from_chars(part.data(), end, value, base);
    if (error != std::errc() || rest != end) return {};
    return fmt::format("; write {}{}", minus, value);
  };
  for (const auto& [prefix, base] : {std::pair("0x", 16), std::pair("0o", 8), std::pair("0b", 2)})
    if (digits.substr(0, 2) == prefix) return convert(digits.substr(2), base);
  std::string plain;
  for (const char c : digits)
    if (c != '_' && c != ',') plain += c;
  const bool grouped = plain.size() < digits.size() && groups_thousands(digits) &&
                       '0' <= digits[0] && digits[0] <= '9';
  return grouped ? convert(plain, 10) : "";
}

/// The double nearest to the text; none where that is no finite number, which is reported.
std::optional<double> read_double(const Node& node, Reader& reader) {
  const std::string_view text = without_plus(node.scalar);
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc())
    return value;
  reader.error(node, fmt::format("{} is outside the range of a float", node.scalar));
  return std::nullopt;
}

void check_bounds(const Node& node, double value, Reader& reader, const Constraints& c) {
  if (!c.allow(value)) reader.error(node, fmt::format("must be {}, got {}", c.text(), node.scalar));
}

void mistyped(const Node& node, const std::string& expected, Reader& reader,
              const std::string& hint = {}) {
  reader.error(node, fmt::format("expected {}, got {}{}", expected, node.describe(), hint));
}

/// Reports a value that is no scalar; of a list, why it cannot be one where that is declared.
void no_scalar(const Node& node, const std::string& expected, Reader& reader,
               const Constraints& c) {
  if (!node.is_sequence() || c.single.empty())
    return mistyped(node, expected, reader, several_hint(node));
  reader.error(node, fmt::format("expected one value, as {}; got a list of {}{}", c.single,
                                 node.items.size(), several_hint(node)));
}

/// "; write 0.5" for 0,5.
std::string comma_hint(std::string text) {
  const size_t comma = text.find(',');
  if (comma == std::string::npos) return {};
  text[comma] = '.';
  return scalar_kind(text) == ScalarKind::number ? "; write " + text : "";
}

/// Of a value that quotes make a string. A shell takes away those around it.
std::string string_hint(const Node& node) {
  const Source* source = node.origin.source.get();
  if (source == nullptr || source->name.rfind("--", 0) != 0)
    return fmt::format("; write '{}' in quotes", node.scalar);
  const bool whole = source->text == node.path + "=" + node.scalar;
  return fmt::format("; write {}\"{}'{}'\"", whole ? source->name + " " : "",
                     whole ? node.path + "=" : "", node.scalar);
}

const char* quotes_hint(const Node& node, ScalarKind at_most) {
  const ScalarKind kind = node.quoted ? scalar_kind(node.scalar) : ScalarKind::text;
  if (kind != ScalarKind::integer && kind != at_most) return "";
  const std::string_view written = source_line(node.origin).after;
  return written.find("${") < written.find(node.scalar)
             ? "; a reference inside a longer text makes a text"
             : "; leave out the quotes";
}

}  // namespace

void parse_scalar(const Node& node, bool& value, Reader& reader, const Constraints& c) {
  const std::string expected = "true or false";
  if (!node.is_scalar()) return no_scalar(node, expected, reader, c);
  if (scalar_kind(node) == ScalarKind::boolean) {
    value = node.scalar[0] == 't' || node.scalar[0] == 'T';
    return;
  }
  std::string hint;
  for (const std::string_view word : {"yes", "Yes", "YES", "on", "On", "ON", "1"})
    if (node.scalar == word) hint = "; write true";
  for (const std::string_view word : {"no", "No", "NO", "off", "Off", "OFF", "0"})
    if (node.scalar == word) hint = "; write false";
  if (node.quoted && scalar_kind(node.scalar) == ScalarKind::boolean)
    hint = "; leave out the quotes";
  mistyped(node, expected, reader, hint);
}

void parse_scalar(const Node& node, int64_t& value, Reader& reader, const Constraints& c) {
  const std::string expected = "an integer";
  if (!node.is_scalar()) return no_scalar(node, expected, reader, c);
  const ScalarKind kind = scalar_kind(node);
  if (kind == ScalarKind::integer) {
    if (refuse_leading_zeros(node, reader)) return;
    const std::string_view text = without_plus(node.scalar);
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
      return reader.error(node, fmt::format("{} does not fit into 64 bits", node.scalar));
    return check_bounds(node, static_cast<double>(value), reader, c);
  }
  if (kind != ScalarKind::number || is_special_number(node.scalar)) {
    const bool plain = kind == ScalarKind::text && !node.quoted;
    if (reader.issues.full()) return mistyped(node, expected, reader);
    const std::string hint =
        plain ? decimal_hint(node.scalar) : quotes_hint(node, ScalarKind::integer);
    return mistyped(node, expected, reader, hint.empty() ? several_hint(node) : hint);
  }
  const std::optional<double> number = read_double(node, reader);
  if (!number) return;
  if (*number != std::floor(*number)) return mistyped(node, expected, reader);
  if (std::fabs(*number) > 0x1p53)
    return reader.error(
        node, fmt::format("{} is too large to be exact; write its digits out", node.scalar));
  value = static_cast<int64_t>(*number);
  check_bounds(node, *number, reader, c);
}

void parse_scalar(const Node& node, double& value, Reader& reader, const Constraints& c) {
  const std::string expected = "a number";
  if (!node.is_scalar()) return no_scalar(node, expected, reader, c);
  const ScalarKind kind = scalar_kind(node);
  if (kind != ScalarKind::integer && kind != ScalarKind::number) {
    if (reader.issues.full()) return mistyped(node, expected, reader);
    const std::string hint = comma_hint(node.scalar) + quotes_hint(node, ScalarKind::number);
    return mistyped(node, expected, reader, hint.empty() ? several_hint(node) : hint);
  }
  if (is_special_number(node.scalar))
    return reader.error(node, fmt::format("must be finite, got {}", node.scalar));
  if (refuse_leading_zeros(node, reader)) return;
  const std::optional<double> number = read_double(node, reader);
  if (!number) return;
  value = *number;
  check_bounds(node, value, reader, c);
}

void parse_scalar(const Node& node, std::string& value, Reader& reader, const Constraints& c) {
  if (!node.is_scalar()) return no_scalar(node, "a string", reader, c);
  const bool taken = !node.reference.empty() && c.choices.empty();  // "123" of ${env:N} is its text
  if (scalar_kind(node) != ScalarKind::text && !taken)
    return c.choices.empty() ? mistyped(node, "a string", reader, string_hint(node))
                             : mistyped(node, c.text(), reader);
  value = node.scalar;
  if (!c.choices.empty() && std::count(c.choices.begin(), c.choices.end(), value) == 0)
    reader.error(node, fmt::format("unknown value {}{}", quote(value),
                                   reader.issues.full() ? "" : suggestion(value, c.choices)));
}

}  // namespace strata
