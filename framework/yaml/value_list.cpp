#include "strata/yaml/value_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "strata/yaml/text.hpp"

namespace strata {
namespace {

Node plain_value(const Node& like, std::string text) {
  Node node = like;
  node.scalar = std::move(text);
  node.quoted = false;
  return node;
}

double to_number(std::string_view text) {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && rest == text.data() + text.size() ? value : std::nan("");
}

std::string_view trim(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

bool is_call(const Node& node) {
  return node.is_scalar() &&
         (node.scalar.rfind("log(", 0) == 0 || node.scalar.rfind("lin(", 0) == 0);
}

/// "0-4". A quoted text is a value like any other.
std::optional<std::pair<int64_t, int64_t>> range(const Node& node) {
  if (!node.is_scalar() || node.quoted || node.scalar[0] == '-') return std::nullopt;
  int64_t first = 0, last = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  const auto [dash, error] = std::from_chars(node.scalar.data(), end, first);
  if (error != std::errc() || dash == end || *dash != '-') return std::nullopt;
  const auto [rest, second_error] = std::from_chars(dash + 1, end, last);
  if (second_error != std::errc() || rest != end || last < 0) return std::nullopt;
  return std::pair(first, last);
}

/// Evenly spaced numbers, or numbers with evenly spaced logarithms. The ends are as they were
/// written; those between lose the noise of rounding, so that lin(0, 1, 11) has a 0.3.
std::vector<std::string> spaced(bool log, std::string_view from, std::string_view to, int count) {
  const double first = to_number(from), last = to_number(to);
  std::vector<std::string> numbers{std::string(from)};
  for (int i = 1; i < count - 1; ++i) {
    const double t = static_cast<double>(i) / (count - 1);
    numbers.push_back(log ? fmt::format("{:.6g}", first * std::pow(last / first, t))
                          : fmt::format("{:.12g}", first + (last - first) * t));
  }
  numbers.emplace_back(to);
  return numbers;
}

/// What is wrong with "log(from, to, count)", or "".
std::string check_call(bool log, std::string_view text,
                       const std::vector<std::string_view>& parts) {
  if (text.back() != ')')
    return fmt::format("expected {}(from, to, count), in quotes where it stands between brackets",
                       log ? "log" : "lin");
  if (parts.size() != 3) return "expected three numbers: from, to, count";
  for (const std::string_view part : parts)
    if (!std::isfinite(to_number(part))) return fmt::format("{} is no number", quote(part));
  const double count = to_number(parts[2]);
  if (count < 2 || count > kMostSweptRuns || count != std::floor(count))
    return fmt::format("the count must be an integer from 2 to {}", kMostSweptRuns);
  if (log && (to_number(parts[0]) <= 0 || to_number(parts[1]) <= 0))
    return "both ends must be above 0";
  return {};
}

void add_call(const Node& node, const std::string& path, std::vector<Node>& values,
              Issues& issues) {
  const std::string_view text = node.scalar;
  const std::string_view inner = text.substr(4, text.size() - 5);
  const bool log = text[1] == 'o';
  std::vector<std::string_view> parts;
  for (const auto& [offset, length] : split_at_commas(inner))
    parts.push_back(trim(inner.substr(offset, length)));
  const std::string problem = check_call(log, text, parts);
  if (!problem.empty())
    return issues.error(node.origin, path, fmt::format("{}: {}", quote(text), problem));
  for (std::string& number : spaced(log, parts[0], parts[1], static_cast<int>(to_number(parts[2]))))
    values.push_back(plain_value(node, std::move(number)));
}

/// Appends the values that a node stands for, or the node itself.
void add_values(const Node& node, const std::string& path, std::vector<Node>& values,
                Issues& issues) {
  if (is_call(node)) return add_call(node, path, values, issues);
  const auto bounds = range(node);
  if (!bounds) return values.push_back(node);
  const auto [first, last] = *bounds;
  if (last < first || last - first >= static_cast<int64_t>(kMostSweptRuns))
    return issues.error(
        node.origin, path,
        fmt::format("the range {} must rise, to at most {} values", node.scalar, kMostSweptRuns));
  for (int64_t i = first; i <= last; ++i) values.push_back(plain_value(node, std::to_string(i)));
}

}  // namespace

bool is_cut_call(const Node& node) {
  return is_call(node) && node.scalar.back() != ')';
}

std::vector<Node> values_of(const Node& node, const std::string& path, Issues& issues) {
  std::vector<Node> values;
  if (node.is_sequence()) {
    for (const Node& item : node.items) add_values(item, path, values, issues);
    if (node.items.empty()) issues.error(node.origin, path, "no values to sweep");
  } else if (is_call(node) || range(node)) {
    add_values(node, path, values, issues);
  } else {
    issues.error(node.origin, path,
                 "expected a list of values, a range such as 0-4, lin(from, to, count) or "
                 "log(from, to, count), got " +
                     node.describe());
  }
  return values;
}

std::vector<Node> argument_values(const std::shared_ptr<const Source>& source, size_t begin,
                                  Issues& issues) {
  std::vector<Node> values;
  for (const auto& [offset, length] : split_at_commas(source->text.substr(begin))) {
    const int errors = issues.errors();
    const Node value = parse_yaml_value(source, begin + offset, length, issues);
    if (issues.errors() > errors) continue;
    if (value.is_null() && value.scalar.empty()) {
      issues.error(value.origin, {}, "a value is missing here");
    } else {
      add_values(value, {}, values, issues);
    }
  }
  return values;
}

std::vector<std::pair<size_t, size_t>> split_at_commas(std::string_view text) {
  std::vector<std::pair<size_t, size_t>> parts;
  size_t begin = 0;
  int depth = 0;
  char quoted_by = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted_by != 0) {
      if (c == '\\' && quoted_by == '"') ++i;
      if (c == quoted_by) quoted_by = 0;
    } else if (c == '"' || c == '\'') {
      quoted_by = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.emplace_back(begin, i - begin);
      begin = i + 1;
    }
  }
  parts.emplace_back(begin, text.size() - begin);
  return parts;
}

}  // namespace strata
