#include "strata/report/reading/record_shape.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/report/reading/json_access.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

constexpr int64_t largest_count = 1'000'000;  // classes, or epochs of a stage

bool is_count(const Json& value) {
  return value.is_number_integer() && value >= 0 && value <= largest_count;
}

bool is_matrix(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json& row) {
           return row.is_array() && row.size() == value.size() &&
                  std::all_of(row.begin(), row.end(),
                              [](const Json& count) { return count.is_number_integer(); });
         });
}

bool is_list_of_objects(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_object(); });
}

}  // namespace

void check_shape(const std::filesystem::path& path, const Json& record) {
  const auto check = [&](const Json& value, bool good, const std::string& key, const char* what) {
    if (!value.is_null() && !good)
      throw UserError(fmt::format("{}: not as strata writes records: '{}' is not {}", path.string(),
                                  key, what));
  };
  const Json& classes = json_at(record, {"data", "classes"});
  check(classes, is_count(classes), "data.classes", "a number of classes");
  const Json& names = json_at(record, {"data", "class_names"});
  check(names, names.is_array(), "data.class_names", "a list");
  const Json& metrics = json_at(record, {"metrics"});
  check(metrics, metrics.is_object(), "metrics", "an object");
  for (const auto& split : metrics.items()) {
    const std::string key = "metrics." + split.key();
    check(split.value(), split.value().is_object(), key, "an object");
    for (const std::string& name : figures_of_role(record, "counts")) {
      const Json& matrix = json_at(split.value(), {name.c_str()});
      check(matrix, is_matrix(matrix), key + '.' + name, "as many lists of as many counts");
    }
  }
  for (size_t s = 0; s < record["stages"].size(); ++s) {
    const Json& stage = record["stages"][s];
    const Json &planned = json_at(stage, {"settings", "epochs"}),
               &epochs = json_at(stage, {"epochs"});
    const std::string key = fmt::format("stages[{}].epochs", s);
    check(planned, is_count(planned), fmt::format("stages[{}].settings.epochs", s),
          "a number of epochs");
    check(epochs, is_list_of_objects(epochs), key, "a list of objects");
    const Json& penalties = json_at(stage, {"settings", "penalties"});
    check(penalties, is_list_of_objects(penalties), fmt::format("stages[{}].settings.penalties", s),
          "a list of objects");
  }
}

void refuse_experiment(const std::filesystem::path& place) {
  const auto ending = place.extension();
  if (ending == ".yaml" || ending == ".yml")
    throw UserError(fmt::format(
        "{0} is an experiment file, no record of a run: strata run {1} makes its runs, whose "
        "records are in results/NAME (the file's name:)",
        place.string(), shell_word(place.string())));
}

}  // namespace strata
