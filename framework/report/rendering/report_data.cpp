#include "strata/report/rendering/report_data.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "strata/record/record.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Mean and spread over seeds at each place of a list.
class Series {
 public:
  void add(size_t place, double value) {
    if (place >= values_.size()) values_.resize(place + 1);
    if (std::isfinite(value)) values_[place].push_back(value);
  }
  /// @param length  places told
  Json json(size_t length = std::numeric_limits<size_t>::max()) const {
    Json mean = Json::array(), sd = Json::array();
    size_t most = 0;
    for (size_t place = 0; place < std::min(length, values_.size()); ++place) {
      const Summary s = summarize(values_[place]);
      mean.push_back(known(s.mean));
      sd.push_back(known(s.sd));
      most = std::max(most, values_[place].size());
    }
    return {{"mean", mean}, {"sd", sd}, {"n", most}};
  }
  bool empty() const { return values_.empty(); }

 private:
  std::vector<std::vector<double>> values_;
};

struct StageSeries {
  Json head;
  std::map<std::string, Series> quantities;

  void add(const Json& stage) {
    size_t place = 0;
    for (const Json& epoch : json_at(stage, {"epochs"})) {
      const Json& metrics = json_at(epoch, {"metrics"});
      const Json& terms = json_at(epoch, {"terms"});
      std::string own = terms.empty() ? "" : terms.items().begin().key();
      for (const auto& figure : json_at(metrics, {"train"}).items())
        if (figure.value() == json_at(epoch, {"loss"})) own = figure.key();
      // Where the test split has the same quantity, the two belong beside each other.
      const bool paired = json_at(metrics, {"test", own.c_str()}).is_number() && terms.size() < 2;
      quantities[paired ? "train." + own : "loss"].add(place,
                                                       json_number(json_at(epoch, {"loss"})));
      quantities["learning_rate"].add(place, json_number(json_at(epoch, {"learning_rate"})));
      for (const auto& split : metrics.items())
        for (const auto& metric : split.value().items())
          if (metric.value().is_number() && !(split.key() == "train" && metric.key() == own))
            quantities[split.key() + '.' + metric.key()].add(place, json_number(metric.value()));
      ++place;
    }
  }
};

/// The images of a run with their bytes, where every file is one, they are of a sane size, and lie
/// in the run's folder.
bool embed_images(Json& images, const fs::path& folder) {
  uint64_t room = uint64_t{16} << 20;
  for (auto& item : images.items()) {
    Json& image = item.value();
    if (!image.is_object()) return false;
    try {
      const std::string file = json_text(json_at(image, {"file"}));
      const std::string bytes = read_file_within(folder, file, room);
      if (bytes.rfind("\x89PNG\r\n\x1a\n", 0) != 0) return false;
      room -= bytes.size();
      image["uri"] = data_uri(bytes);
    } catch (const FileError&) {
      return false;
    }
  }
  return true;
}

class GroupData {
 public:
  void add(const fs::path& path, const Json& record) try {
    if (first_.empty()) take_first(record);
    if (record["status"] != "completed") return;
    add_stages(record["stages"]);
    const Json& test = json_at(record, {"metrics", "test"});
    for (const std::string& name : figures_of_role(record, "per_class")) {
      const Json& values = json_at(test, {name.c_str()});
      if (values.empty() || (!by_class_name_.empty() && by_class_name_ != name)) continue;
      by_class_name_ = name;
      for (size_t c = 0; c < values.size(); ++c) by_class_.add(c, json_number(values[c]));
    }
    for (const std::string& name : figures_of_role(record, "counts"))
      add_confusion(json_at(test, {name.c_str()}));
    if (images_.is_null() && json_at(record, {"images"}).is_object()) {
      images_ = record["images"];
      images_read_ = embed_images(images_, path.parent_path());
    }
  } catch (const Json::exception&) {
    throw UserError(path.string() + ": not a record: its values are of other kinds");
  }

  /// @param curves  the row's: none where its runs have unlike stages
  Json json(Json head, const std::vector<StageCurve>& curves) const {
    head.update(first_);
    Json stages = Json::array();
    for (size_t s = 0; s < std::min(stages_.size(), curves.size()); ++s) {
      Json entry = stages_[s].head;
      const size_t epochs = curves[s].losses.size();
      entry["epochs"] = epochs;
      for (const auto& [name, series] : stages_[s].quantities)
        entry["series"][name] = series.json(epochs);
      stages.push_back(entry);
    }
    head["stages"] = stages;
    if (!confusion_.is_null()) head["counts"] = confusion_;
    if (!by_class_.empty()) {
      head["by_class"] = by_class_.json();
      head["by_class"]["name"] = by_class_name_;
    }
    if (images_read_) head["images"] = images_;
    return head;
  }

  bool lost_images() const { return !images_.is_null() && !images_read_; }

 private:
  void take_first(const Json& record) {
    first_["dataset"] = json_at(record, {"data", "dataset"});
    first_["classes"] = json_at(record, {"data", "class_names"});
    Json provenance = Json::array();
    for (const auto& [key, value] : flat_settings(json_at(record, {"provenance"})))
      provenance.push_back({key, value});
    provenance.push_back({"source file", json_text(json_at(record, {"source", "file"}))});
    first_["provenance"] = provenance;
  }

  void add_stages(const Json& stages) {
    for (const Json& stage : stages) {
      const std::string name = json_text(json_at(stage, {"name"}));
      auto found = std::find_if(stages_.begin(), stages_.end(),
                                [&](const StageSeries& s) { return s.head["name"] == name; });
      if (found == stages_.end()) {
        found = stages_.insert(found, StageSeries{});
        found->head = {{"name", name},
                       {"kind", json_at(stage, {"kind"})},
                       {"target", json_at(stage, {"target"})},
                       {"loss", json_at(stage, {"settings", "loss", "type"})}};
      }
      found->add(stage);
    }
  }

  void add_confusion(const Json& matrix) {
    if (!matrix.is_array()) return;
    if (confusion_.is_null()) {
      confusion_ = matrix;
      return;
    }
    for (size_t r = 0; r < std::min(matrix.size(), confusion_.size()); ++r)
      for (size_t c = 0; c < std::min(matrix[r].size(), confusion_[r].size()); ++c)
        confusion_[r][c] = confusion_[r][c].get<int64_t>() + matrix[r][c].get<int64_t>();
  }

  Json first_ = Json::object();
  std::vector<StageSeries> stages_;
  Series by_class_;
  std::string by_class_name_;
  Json confusion_, images_;
  bool images_read_ = false;
};

/// By key: the value that most rows have, of so many rows that what all say would hide what each
/// says; nothing where no value is the usual one.
std::vector<std::optional<std::string>> usual_values(const Comparison& c) {
  constexpr size_t many = 8;
  std::vector<std::optional<std::string>> usual(c.keys.size());
  for (size_t k = 0; c.groups.size() > many && k < c.keys.size(); ++k) {
    std::map<std::string, size_t> counts;
    for (const Group& group : c.groups)
      if (2 * ++counts[group.values[k]] > c.groups.size()) usual[k] = group.values[k];
  }
  return usual;
}

/// What is not usual of a row. Words by themselves, numbers and truth values with the setting's
/// name: "mnist, lr=0.1". What it lacks follows from the rest, unless there is no rest.
std::string label_of(const Comparison& c, size_t g,
                     const std::vector<std::optional<std::string>>& usual) {
  std::vector<std::string> given, lacking;
  for (size_t k = 0; k < c.keys.size(); ++k) {
    const std::string& value = c.groups[g].values[k];
    if (value == usual[k].value_or("")) continue;
    const bool word = std::isalpha(static_cast<unsigned char>(value.c_str()[0])) != 0 &&
                      value != "true" && value != "false";
    if (value.empty())
      lacking.push_back(c.key_names[k] + "=-");
    else
      given.push_back(word ? value : c.key_names[k] + '=' + value);
  }
  if (c.keys.empty()) given = c.groups[g].names;
  const auto& parts = given.empty() ? lacking : given;
  return parts.empty() ? "all as usual" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string lost_images_note(const std::vector<size_t>& rows, size_t all) {
  return fmt::format("the images of {} could not be read beside {}",
                     rows.size() == all && all > 1 ? "all rows" : rows_text(rows),
                     rows.size() == 1 ? "its record" : "their records");
}

std::string unreadable_note(const std::vector<UnreadableRecord>& records) {
  constexpr size_t most = 10;
  std::vector<std::string> errors;
  for (const UnreadableRecord& record : records)
    if (errors.size() < most) errors.push_back(record.error);
  if (records.size() > most) errors.push_back(fmt::format("and {} more", records.size() - most));
  return fmt::format("{} record{} could not be read and {} left out: {}", records.size(),
                     records.size() > 1 ? "s" : "", records.size() > 1 ? "are" : "is",
                     fmt::join(errors, "; "));
}

}  // namespace

std::string data_uri(const std::string& png) {
  std::string text(4 * ((png.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(png.data()),
                                   static_cast<int>(png.size()));
  text.resize(static_cast<size_t>(size));
  return "data:image/png;base64," + text;
}

Json report_data(const Comparison& c) {
  Json groups = Json::array(), datasets = Json::object();
  std::vector<size_t> lost;  // the rows without their images
  const auto usual = usual_values(c);
  std::set<std::string> shares;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    GroupData data;
    Json settings = Json::array();
    for (const ComparedRun* run : c.groups[g].runs) {
      const Json record = read_record(run->path);
      data.add(run->path, record);
      for (const auto& figure : json_at(record, {"figures"}).items())
        if (json_at(figure.value(), {"unit"}) == "fraction") shares.insert(figure.key());
      if (settings.empty())
        for (const auto& [key, value] : flat_settings(*run->settings))
          settings.push_back({key, value});
      if (run->status == "completed" && !datasets.contains(run->dataset))
        datasets[run->dataset] = json_at(record, {"data", "pixels"});
    }
    if (data.lost_images()) lost.push_back(g);
    groups.push_back(
        data.json({{"label", label_of(c, g, usual)}, {"settings", settings}}, c.groups[g].curves));
  }
  Json notes = Json::array();
  if (!lost.empty()) notes.push_back(lost_images_note(lost, c.groups.size()));
  if (!c.unreadable.empty()) notes.push_back(unreadable_note(c.unreadable));
  Json comparison = comparison_json(c);
  for (size_t g = 0; g < c.groups.size(); ++g)  // the page shows settings as the tables do
    for (size_t k = 0; k < c.keys.size(); ++k)
      comparison["groups"][g]["settings"][c.keys[k]] = c.groups[g].values[k];
  Json usual_json = Json::array();
  for (const auto& value : usual) usual_json.push_back(value ? Json(*value) : Json());
  return {{"comparison", comparison}, {"notes", notes},   {"short_keys", c.key_names},
          {"usual", usual_json},      {"shares", shares}, {"groups", groups},
          {"datasets", datasets}};
}

}  // namespace strata
