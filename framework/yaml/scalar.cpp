#include "strata/yaml/scalar.hpp"

#include <fmt/format.h>

namespace strata {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

size_t skip_digits(std::string_view text, size_t i) {
  while (i < text.size() && is_digit(text[i])) ++i;
  return i;
}

size_t skip_sign(std::string_view text, size_t i) {
  return i < text.size() && (text[i] == '+' || text[i] == '-') ? i + 1 : i;
}

bool is_integer(std::string_view text) {
  const size_t begin = skip_sign(text, 0);
  return begin < text.size() && skip_digits(text, begin) == text.size();
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_number(std::string_view text) {
  const size_t begin = skip_sign(text, 0);
  size_t i = skip_digits(text, begin);
  size_t digits = i - begin;
  if (i < text.size() && text[i] == '.') {
    const size_t end = skip_digits(text, i + 1);
    digits += end - i - 1;
    i = end;
  }
  if (digits == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    const size_t exponent = skip_sign(text, i + 1);
    i = skip_digits(text, exponent);
    if (i == exponent) return false;
  }
  return i == text.size();
}

}  // namespace

bool is_special_number(std::string_view text) {
  const std::string_view rest = text.substr(skip_sign(text, 0));
  for (const std::string_view word : {".inf", ".Inf", ".INF"})
    if (rest == word) return true;
  return text == ".nan" || text == ".NaN" || text == ".NAN";
}

ScalarKind scalar_kind(std::string_view plain) {
  for (const std::string_view word : {"true", "True", "TRUE", "false", "False", "FALSE"})
    if (plain == word) return ScalarKind::boolean;
  if (is_integer(plain)) return ScalarKind::integer;
  return is_number(plain) || is_special_number(plain) ? ScalarKind::number : ScalarKind::text;
}

ScalarKind scalar_kind(const Node& scalar) {
  return scalar.quoted ? ScalarKind::text : scalar_kind(std::string_view(scalar.scalar));
}

std::string number_text(double value) {
  return fmt::format("{}", value);
}

}  // namespace strata
