#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "engine/commands.hpp"
#include "engine/inputs.hpp"
#include "strata/report/rendering/csv.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/support/display.hpp"

namespace strata {
namespace {

/// What a model says of every image.
struct Predictions {
  const std::vector<std::string>& classes;
  std::vector<std::string> files{};
  std::vector<float> probabilities{};  // a row an image
  std::vector<int64_t> labels{};       // where they are known

  void add(const ImageBatch& batch, const Rows& rows) {
    files.insert(files.end(), batch.names.begin(), batch.names.end());
    probabilities.insert(probabilities.end(), rows.values.begin(), rows.values.end());
    labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
  }
  const float* row(size_t i) const { return &probabilities[i * classes.size()]; }
  size_t best(size_t i) const {
    return static_cast<size_t>(std::max_element(row(i), row(i) + classes.size()) - row(i));
  }
  bool labelled() const { return !labels.empty(); }
  const std::string& name(int64_t index) const { return classes[static_cast<size_t>(index)]; }
};

/// As many digits as a float has.
double plain(float value) {
  return std::stod(fmt::format("{:.7g}", value));
}

std::string as_table(const Predictions& p) {
  std::vector<Column> heads{
      {"file", {}}, {"class", {}}, {"index", {}, true}, {"probability", {}, true}};
  if (p.labelled()) heads.push_back({"label", {}});
  Table table(std::move(heads));
  size_t right = 0;
  for (size_t i = 0; i < p.files.size(); ++i) {
    const size_t best = p.best(i);
    std::vector<std::string> cells{p.files[i], p.classes[best], std::to_string(best),
                                   fmt::format("{:.4f}", p.row(i)[best])};
    if (p.labelled()) {
      cells.push_back(p.name(p.labels[i]));
      right += p.labels[i] == static_cast<int64_t>(best) ? 1 : 0;
    }
    table.add(std::move(cells));
  }
  std::string text = text_table(table.columns, display_of(STDOUT_FILENO, 160).width);
  if (p.labelled())
    text += fmt::format("{} of {} right ({:.4f})\n", right, p.files.size(),
                        static_cast<double>(right) / static_cast<double>(p.files.size()));
  return text;
}

std::string as_json(const Predictions& p) {
  Json list = Json::array();
  for (size_t i = 0; i < p.files.size(); ++i) {
    const size_t best = p.best(i);
    Json all = Json::array();
    for (size_t c = 0; c < p.classes.size(); ++c) all.push_back(plain(p.row(i)[c]));
    list.push_back({{"file", p.files[i]},
                    {"class", p.classes[best]},
                    {"index", best},
                    {"probability", all[best]},
                    {"probabilities", std::move(all)}});
    if (p.labelled()) list.back()["label"] = p.labels[i];
  }
  std::string text = "[";
  for (const Json& item : list)
    text += (text.size() == 1 ? "\n " : ",\n ") +
            item.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text + "\n]\n";
}

std::string as_csv(const Predictions& p) {
  std::vector<std::string> head{"file", "class", "index", "probability"};
  if (p.labelled()) head.emplace_back("label");
  for (const std::string& name : p.classes) head.push_back("probability of " + name);
  std::string text = csv_line(head);
  for (size_t i = 0; i < p.files.size(); ++i) {
    const size_t best = p.best(i);
    const auto number = [](float value) { return fmt::format("{:.7g}", value); };
    std::vector<std::string> fields{p.files[i], p.classes[best], std::to_string(best),
                                    number(p.row(i)[best])};
    if (p.labelled()) fields.push_back(p.name(p.labels[i]));
    for (size_t c = 0; c < p.classes.size(); ++c) fields.push_back(number(p.row(i)[c]));
    text += csv_line(std::move(fields));
  }
  return text;
}

}  // namespace

int predict_command(const EngineRequest& request) {
  const TrainedModel model = load_model(request);
  Predictions predictions{model.class_names()};
  for_each_batch(request, model, [&](const ImageBatch& batch) {
    predictions.add(batch, model.predict(batch.pixels.data(), batch.count()));
  });
  deliver(request, request.json      ? as_json(predictions)
                   : request.use.csv ? as_csv(predictions)
                                     : as_table(predictions));
  return 0;
}

}  // namespace strata
