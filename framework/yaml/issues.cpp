#include "strata/yaml/issues.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <tuple>
#include <utility>

#include "strata/support/print.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

/// The beginning of a path that is too long to be read.
std::string shown_path(const std::string& path) {
  size_t most = 200;
  if (path.size() <= most) return path;
  while ((path[most] & 0xc0) == 0x80) --most;  // inside a character
  return path.substr(0, most) + "...";
}

std::string header(const Issue& issue, const Display& display) {
  std::string text =
      display.style(Style::bold, issue.origin.source == nullptr ? "strata" : issue.origin.text());
  text += ": ";
  text += issue.warning ? display.style(Style::yellow, "warning: ")
                        : display.style(Style::red, "error: ");
  text += issue.message;
  if (!issue.path.empty()) text += " (at " + shown_path(issue.path) + ")";
  return text;
}

auto sort_key(const Issue& issue) {
  const Origin& o = issue.origin;
  return std::make_tuple(o.source == nullptr ? std::string() : o.source->name, o.line, o.column);
}

bool same(const Issue& a, const Issue& b) {
  return sort_key(a) == sort_key(b) && a.message == b.message && a.path == b.path &&
         a.warning == b.warning;
}

/// Edit distance with transpositions of neighbours ("optimal string alignment"), or `limit` + 1
/// where it is more than `limit`.
size_t edit_distance(const std::string& a, const std::string& b, size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<size_t> before, previous, row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(previous, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return std::min(row.back(), limit + 1);
}

/// Upper case and the choice of '-' or '_' are no difference in a name that was meant.
std::string plain_name(std::string word) {
  for (char& c : word) c = c == '-' ? '_' : static_cast<char>(std::tolower(c & 0xff));
  return word;
}

/// Words of others for the value of a choice.
constexpr std::pair<const char*, const char*> kSynonyms[] = {
    {"gpu", "cuda"}, {"float", "float32"}, {"single", "float32"}, {"double", "float64"}};

}  // namespace

std::string Origin::text() const {
  if (source == nullptr) return "default";
  if (line == 0) return source->name;
  return fmt::format("{}:{}:{}", source->name, line, column);
}

void Issues::error(const Origin& origin, const std::string& path, std::string message) {
  issues_.push_back({origin, std::move(message), path, false});
  ++errors_;
}

void Issues::warning(const Origin& origin, const std::string& path, std::string message) {
  issues_.push_back({origin, std::move(message), path, true});
}

std::string Issues::format(const Display& display) const {
  std::vector<Issue> sorted = issues_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Issue& a, const Issue& b) { return sort_key(a) < sort_key(b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());

  std::string text;
  const size_t printed = std::min(sorted.size(), kMostPrinted);
  for (size_t i = 0; i < printed; ++i) {
    if (i > 0) text += '\n';
    text += header(sorted[i], display);
    const Origin& origin = sorted[i].origin;
    if (origin.source != nullptr && origin.line > 0)
      text += '\n' + source_excerpt(origin.source->text, origin.line, origin.column);
  }
  if (printed < sorted.size()) text += fmt::format("\n... and {} more", sorted.size() - printed);
  return text;
}

ConfigError::ConfigError(const Issues& issues) : UserError(issues.format()) {}

int report_current_exception() {
  try {
    throw;
  } catch (const ConfigError& e) {
    print_err("{}\n", e.what());  // each mistake with its own position
    return 2;
  } catch (const UserError& e) {
    print_err("strata: error: {}\n", e.what());
    return 2;
  } catch (const std::filesystem::filesystem_error& e) {
    print_err("strata: error: {}: {}\n", e.path1().string(), e.code().message());
    return 2;
  } catch (...) {
    print_err("strata: error: {}\n", current_exception_text());
    return 1;
  }
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  constexpr size_t longest = 64;  // no known name is longer
  if (word.empty() || word.size() > longest) return {};
  const std::string wanted = plain_name(word);
  for (const auto& [synonym, name] : kSynonyms)
    if (wanted == synonym && std::count(known.begin(), known.end(), name) > 0) return name;
  std::string best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t distance = edit_distance(wanted, plain_name(candidate), best_distance);
    // A word of one or two letters has something of its own left.
    if (distance >= best_distance || distance >= word.size()) continue;
    best_distance = distance;
    best = candidate;
  }
  if (!best.empty() || wanted.size() < 3) return best;
  for (const std::string& candidate : known) {  // "fashion" for "fashion_mnist"
    if (plain_name(candidate).rfind(wanted, 0) != 0) continue;
    if (!best.empty()) return {};
    best = candidate;
  }
  return best;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  return suggestion_of(nearest(word, known), fmt::format("{}", fmt::join(known, ", ")));
}

std::string suggestion_of(const std::string& guess, const std::string& known) {
  if (known.empty()) return "; there are none";
  return guess.empty() ? "; known: " + known
                       : fmt::format("; did you mean '{}'? Known: {}", guess, known);
}

}  // namespace strata
