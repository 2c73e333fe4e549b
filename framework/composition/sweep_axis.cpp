#include "strata/composition/sweep_axis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

/// Whether a value says what its part (".lr", "[0].units") is, which is then not to be set besides.
bool decides(const Node& value, const std::string& part) {
  const std::string path = part.substr(part[0] == '.' ? 1 : 0);
  if (value.is_null() || find_path(value, path) != nullptr) return true;
  return path == "type" && value.is_scalar();
}

bool is_numeric(const Node& node) {
  if (!node.is_scalar()) return false;
  const ScalarKind kind = scalar_kind(node);
  return kind == ScalarKind::integer || kind == ScalarKind::number;
}

/// 0.001 and 1e-3 are the same.
bool same_value(const Node& a, const Node& b) {
  if (is_numeric(a) && is_numeric(b))
    return std::strtod(a.scalar.c_str(), nullptr) == std::strtod(b.scalar.c_str(), nullptr);
  return flow_text(a) == flow_text(b);
}

/// Settles one zip, see settle_zip().
class Settling {
 public:
  Settling(Group zip, const std::vector<Override>& set, const std::vector<Axis>& swept)
      : zip_(std::move(zip)) {
    for (const Axis& axis : zip_) {
      sets_.push_back(nullptr);
      for (const Override& override : set)
        if (undoes(override, axis)) sets_.back() = &override;  // the last one holds
      swept_.push_back(nullptr);
      for (const Axis& other : swept)
        if (clash(other, axis)) swept_.back() = &other;
    }
  }

  Group settle(std::vector<std::string>& notes, Issues& issues) {
    std::vector<size_t> open;
    for (size_t k = 0; k < zip_.size(); ++k)
      if (sets_[k] == nullptr && swept_[k] == nullptr) open.push_back(k);
    if (open.size() == zip_.size()) return std::move(zip_);
    if (!open.empty() && !reduce(open, notes, issues)) return {};
    for (size_t k = 0; k < zip_.size(); ++k) {
      if (sets_[k] != nullptr)
        notes.push_back(gives_way(zip_[k], "--set " + sets_[k]->text()));
      else if (swept_[k] != nullptr && swept_[k]->path != zip_[k].path)
        notes.push_back(gives_way(zip_[k], swept_[k]->origin.source->name + " " + swept_[k]->path));
    }
    Group left;
    for (const size_t k : open) left.push_back(std::move(zip_[k]));
    return left;
  }

 private:
  /// The value that --set gives key k, nullptr where it gives only a part of it.
  const Node* given(size_t k) const {
    const std::string& whole = sets_[k]->path;
    if (whole == zip_[k].path) return &sets_[k]->value;
    if (!is_within(zip_[k].path, whole)) return nullptr;
    const std::string rest = zip_[k].path.substr(whole.size());
    return find_path(sets_[k]->value, rest.substr(rest[0] == '.' ? 1 : 0));
  }

  bool fits(size_t point) const {
    for (size_t k = 0; k < zip_.size(); ++k) {
      if (sets_[k] == nullptr) continue;
      const Node* value = given(k);
      if (value == nullptr || !same_value(*value, zip_[k].values[point])) return false;
    }
    return true;
  }

  /// Leaves of the open keys the values that belong to those that --set gives.
  bool reduce(const std::vector<size_t>& open, std::vector<std::string>& notes, Issues& issues) {
    for (size_t k = 0; k < zip_.size(); ++k)
      if (swept_[k] != nullptr) return refuse(open, swept_[k]->origin, true, issues);
    const size_t points = zip_[0].values.size();
    std::vector<std::string> left;
    for (const size_t k : open) {
      std::vector<Node> kept;
      for (size_t i = 0; i < points; ++i)
        if (fits(i)) kept.push_back(zip_[k].values[i]);
      if (kept.empty()) return refuse(open, first_set().origin, false, issues);
      zip_[k].values = std::move(kept);
      for (const Node& value : zip_[k].values)
        left.push_back(fmt::format("{}={}", zip_[k].path, flow_text(value)));
    }
    notes.push_back(fmt::format("{}: note: of the {} points of the zip, {} leaves {}: {}",
                                zip_[0].origin.text(), points, set_text(),
                                zip_[open[0]].values.size(), fmt::join(left, ", ")));
    return true;
  }

  const Override& first_set() const {
    return **std::find_if(sets_.begin(), sets_.end(), [](const Override* set) { return set; });
  }

  /// "--set a=1 --set b=2"
  std::string set_text() const {
    std::vector<std::string> texts;
    for (const Override* set : sets_)
      if (set != nullptr && std::count(texts.begin(), texts.end(), "--set " + set->text()) == 0)
        texts.push_back("--set " + set->text());
    return fmt::format("{}", fmt::join(texts, " "));
  }

  bool refuse(const std::vector<size_t>& open, const Origin& at, bool swept, Issues& issues) const {
    std::vector<std::string> keys, others, how;
    for (size_t k = 0; k < zip_.size(); ++k) {
      const bool is_open = std::count(open.begin(), open.end(), k) > 0;
      (is_open ? others : keys).push_back(quote(zip_[k].path));
      how.push_back(fmt::format("{}{}=...", swept ? "--sweep zip:" : "--set ", zip_[k].path));
    }
    issues.error(at, "sweep.zip",
                 fmt::format("{} change{} together with {} ({}){}; give all keys of the zip: {}",
                             fmt::join(keys, " and "), keys.size() == 1 ? "s" : "",
                             fmt::join(others, " and "), zip_[open[0]].origin.text(),
                             swept ? "" : ", and none of the points there is of " + set_text(),
                             fmt::join(how, " ")));
    return false;
  }

  Group zip_;
  std::vector<const Override*> sets_;  ///< what --set gives each key, or nullptr
  std::vector<const Axis*> swept_;     ///< what takes its place on the command line, or nullptr
};

}  // namespace

bool clash(const Axis& a, const Axis& b) {
  const Axis& whole = a.path.size() < b.path.size() ? a : b;
  const Axis& part = &whole == &a ? b : a;
  if (!is_within(part.path, whole.path)) return false;
  if (part.path == whole.path) return true;
  const std::string rest = part.path.substr(whole.path.size());
  return std::any_of(whole.values.begin(), whole.values.end(),
                     [&](const Node& value) { return decides(value, rest); });
}

bool undoes(const Override& set, const Axis& axis) {
  return is_within(axis.path, set.path) || clash(axis, {set.path, set.origin, {set.value}});
}

std::string gives_way(const Axis& axis, const std::string& other) {
  return fmt::format("{}: note: the sweep of {} ({} value{}) gives way to {}", axis.origin.text(),
                     quote(axis.path), axis.values.size(), axis.values.size() == 1 ? "" : "s",
                     other);
}

bool have_as_many(const Group& zip, Issues& issues) {
  for (const Axis& axis : zip) {
    if (axis.values.size() == zip[0].values.size()) continue;
    issues.error(
        axis.origin, "sweep.zip",
        fmt::format("{} has {} values, {} has {}; what is zipped has as many", quote(axis.path),
                    axis.values.size(), quote(zip[0].path), zip[0].values.size()));
    return false;
  }
  return true;
}

Group settle_zip(Group zip, const std::vector<Override>& set, const std::vector<Axis>& swept,
                 std::vector<std::string>& notes, Issues& issues) {
  if (zip.empty()) return zip;
  return Settling(std::move(zip), set, swept).settle(notes, issues);
}

}  // namespace strata
