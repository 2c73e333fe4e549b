#include "strata/report/reading/compared_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "strata/record/record.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/settings/value_text.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/sha256.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

/// That the stages of one kind trained.
struct Epochs {
  int64_t total = 0;
  std::vector<int64_t> each;
  std::vector<std::string> stages;

  void add(const std::string& stage, int64_t epochs) {
    total += epochs;
    each.push_back(epochs);
    stages.push_back(stage);
  }
};

/// Keys of the configuration that change nothing of what is learned.
constexpr const char* not_of_the_result[] = {"name",      "note",      "plugins", "seed",
                                             "seeds",     "sweep",     "images",  "notes",
                                             "observers", "checkpoint"};

class Extraction {
 public:
  Extraction(const std::filesystem::path& path, const Json& record) : record_(record) {
    run_.path = path;
    run_.name = json_text(record["name"]);
    run_.run_id = json_text(record["run_id"]);
    run_.status = json_text(record["status"]);
    run_.error = json_text(json_at(record, {"error"}));
    run_.reached = json_text(json_at(record, {"reached"}));
    run_.start = json_text(json_at(record, {"timing", "start"}));
    run_.dataset = json_text(json_at(record, {"data", "dataset"}));
    run_.seed = record["seed"].get<int64_t>();
    pixel_variance_ = json_number(json_at(record, {"data", "pixels", "variance"}));
  }

  ComparedRun run() {
    read_settings();
    read_command();
    read_stages();
    read_metrics();
    for (const Json& note : json_at(record_, {"notes"})) {
      const std::string text = json_text(json_at(note, {"text"}));  // its figures follow a colon
      run_.notes.push_back({text.substr(0, text.find(':')), json_at(note, {"kind"}) == "chance"});
    }
    add_data_facts();
    add_config_facts();
    add_version_facts();
    for (const Json& tag : json_at(record_, {"tags"})) run_.tags.push_back(json_text(tag));
    run_.note = json_text(json_at(record_, {"note"}));
    run_.changed = json_text(json_at(record_, {changed_key}));
    return std::move(run_);
  }

 private:
  void read_settings() {
    Json config = record_["config"];
    for (const char* key : not_of_the_result) config.erase(key);
    Json stages = Json::array();
    for (const Json& stage : record_["stages"]) {
      const std::string kind = json_text(json_at(stage, {"kind"}));
      Json settings = json_at(stage, {"settings"});
      if (!settings.is_object() || kind.empty()) continue;
      settings.erase("metrics");
      stages.push_back({{"kind", kind}, {"settings", std::move(settings)}});
      run_.pretrained |= json_at(stage, {"target"}) != "labels";
    }
    for (auto& part : config.items())
      if (part.value().is_object()) part.value().erase("metrics");
    run_.config = config.dump();
    run_.stage_settings = stages.dump();
    run_.stages = stages.size();
    if (run_.dataset.empty()) {
      const Json& dataset = json_at(config, {"data", "dataset"});
      run_.dataset = json_text(dataset.is_object() ? json_at(dataset, {"type"}) : dataset);
    }
  }

  void read_command() {
    const Json& file = json_at(record_, {"source", "file"});
    if (!file.is_string()) return;
    run_.command = "strata run " + shell_word(file.get<std::string>());
    for (const Json& given : json_at(record_, {"source", "overrides"}))
      if (const std::string text = json_text(given); text.rfind("seed=", 0) != 0)
        run_.command += " --set " + shell_word(text);
  }

  void add_fact(const char* category, std::string key, std::string value, std::string scope = {}) {
    if (!value.empty())
      run_.facts.push_back({category, std::move(key), std::move(value), std::move(scope)});
  }

  /// What the record declares of a figure, with its value; not of the test split.
  RunFigure declared(const std::string& base, const Json& value) const {
    const Json& said = json_at(record_, {"figures", base.c_str()});
    RunFigure figure(json_number(value));
    const Json& better = json_at(said, {"better"});
    figure.better = better == "higher" ? 1 : better == "lower" ? -1 : 0;
    figure.cost = json_at(said, {"role"}) == "cost";
    figure.fraction = json_at(said, {"unit"}) == "fraction";
    figure.of_labels = json_at(said, {"of"}) == "labels";
    return figure;
  }

  void add(const std::string& name, RunFigure figure) {
    constexpr size_t most = 10'000;  // of a thousand classes there are some six thousand
    if (run_.figures.size() >= most)
      throw UserError(fmt::format("{}: not as strata writes records: it holds more than {} figures",
                                  run_.path.string(), most));
    if (std::isfinite(figure.value)) run_.figures[name] = std::move(figure);
  }

  void add_relative(const RunFigure& raw) {
    RunFigure figure = raw;
    figure.value /= pixel_variance_;
    figure.final = false;
    figure.unit.clear();
    figure.relative.clear();
    add(raw.relative, figure);
  }

  std::string pixels() const { return "pixels of " + run_.dataset; }

  /// A figure of a split, at a stage's end or at the run's; of images also over their variance.
  void add_measured(const std::string& base, const std::string& split, const std::string& after,
                    const Json& value, const std::string& target, bool by_class = false) {
    const std::string before = split == "test" ? "" : split + '.';
    RunFigure figure = declared(base, value);
    figure.of_test = split == "test";
    figure.by_class = by_class;
    if (!figure.of_labels && !figure.cost &&
        json_at(record_, {"figures", base.c_str()}).is_object())
      figure.unit = target == "pixels" ? pixels() : target;
    const bool error = figure.unit == pixels() && figure.better < 0;
    const bool relative = error && base == "reconstruction_error" && pixel_variance_ > 0;
    figure.final = figure.of_test && after.empty();
    if (relative) figure.relative = before + "relative_error" + after;
    add(before + base + after, figure);
    if (relative) add_relative(figure);
  }

  void read_stages() {
    std::map<std::string, Epochs> trained;
    for (const Json& stage : record_["stages"]) {
      StageCurve curve{json_text(json_at(stage, {"name"})),
                       json_text(json_at(stage, {"kind"})),
                       json_text(json_at(stage, {"target"})),
                       json_text(json_at(stage, {"settings", "loss", "type"})),
                       {}};
      for (const Json& epoch : json_at(stage, {"epochs"}))
        curve.losses.push_back(json_number(json_at(epoch, {"loss"})));
      run_.began |= !curve.losses.empty();
      trained[curve.kind].add(curve.stage, static_cast<int64_t>(curve.losses.size()));
      read_last_epoch(stage, curve);
      const Json& selection = json_at(stage, {"selection"});
      if (json_at(selection, {"split"}) == "test") {
        run_.test_choice += fmt::format("{}{} in {}", run_.test_choice.empty() ? "" : ", ",
                                        json_text(json_at(selection, {"rule"})), curve.stage);
        run_.chose_in_pretraining |= curve.target != "labels";
      }
      run_.curves.push_back(std::move(curve));
    }
    for (const char* kind : {"pretrain", "classify"}) {
      const std::string key = fmt::format("stages[].epochs of {}", kind);
      const Epochs& of_kind = trained[kind];
      add_fact("epochs", key, std::to_string(of_kind.total));
      if (of_kind.stages.size() > 1)
        add_fact("epochs", key, fmt::format("{}", fmt::join(of_kind.each, " + ")),
                 fmt::format("{}", fmt::join(of_kind.stages, ", ")));
    }
  }

  void read_last_epoch(const Json& stage, const StageCurve& curve) {
    const Json& epochs = json_at(stage, {"epochs"});
    if (!epochs.is_array() || epochs.empty()) return;
    const Json &last = epochs.back(), &loss = json_at(last, {"loss"});
    const bool of_labels = curve.target == "labels";
    const std::string of =
        of_labels ? "" : " of " + (curve.target == "pixels" ? pixels() : curve.target);
    std::string added;
    for (Json penalty : json_at(stage, {"settings", "penalties"})) {
      const std::string weight = json_text(json_at(penalty, {"weight"}));
      penalty.erase("weight");
      added += fmt::format(" + {} {}", weight, ValueText().text(penalty));
    }
    const Json& terms = json_at(last, {"terms"});
    const bool relative = curve.target == "pixels" && terms.size() == 1 &&
                          terms.contains("reconstruction_error") && pixel_variance_ > 0;
    const auto add_training = [&](const std::string& name, const Json& value, std::string unit) {
      RunFigure figure(json_number(value));
      figure.better = -1;
      figure.of_labels = of_labels;
      figure.unit = std::move(unit);
      if (relative && name == "loss") figure.relative = "relative_loss." + curve.stage;
      add(name + '.' + curve.stage, figure);
      if (!figure.relative.empty()) add_relative(figure);
    };
    const std::string unit = ValueText().text(json_at(stage, {"settings", "loss"})) + of;
    add_training("loss", loss, unit + added);
    for (const auto& split : json_at(last, {"metrics"}).items())
      for (const auto& metric : split.value().items())
        if (metric.value().is_number())
          add_measured(metric.key(), split.key(), '.' + curve.stage, metric.value(), curve.target);
    bool own = true;  // the loss's own term comes first
    for (const auto& term : terms.items()) {
      if (run_.figures.count(term.key() + '.' + curve.stage) == 0) {  // the test split's stays that
        if (own)
          add_training(term.key(), term.value(), unit);
        else
          add(term.key() + '.' + curve.stage, declared(term.key(), term.value()));
      }
      own = false;
    }
  }

  void read_metrics() {
    for (const Json& name : json_at(record_, {"data", "class_names"}))
      run_.classes.push_back(json_text(name));
    const auto tables = figures_of_role(record_, "counts");
    for (const auto& split : json_at(record_, {"metrics"}).items())
      for (const auto& metric : split.value().items()) {
        const Json& value = metric.value();
        if (std::count(tables.begin(), tables.end(), metric.key()) > 0)
          for (const Json& row : value)
            run_.tables[(split.key() == "test" ? "" : split.key() + '.') + metric.key()].push_back(
                row.get<std::vector<double>>());
        else if (value.is_array())
          for (size_t c = 0; c < value.size(); ++c)
            add_measured(metric.key(), split.key(), '.' + run_.class_name(c), value[c], "pixels",
                         true);
        else  // through all pairs
          add_measured(metric.key(), split.key(), "", value, "pixels");
      }
    const auto add_cost = [&](const char* name, const Json& value) {
      RunFigure figure(json_number(value));
      figure.better = -1;
      figure.cost = true;
      add(name, figure);
    };
    add_cost("training_seconds", json_at(record_, {"timing", "training_seconds"}));
    add_cost("seconds", json_at(record_, {"timing", "seconds"}));
    add_cost("peak_memory_bytes", json_at(record_, {"peak_memory_bytes"}));
    add_cost("parameters", json_at(record_, {"model", "parameters"}));
  }

  /// A split is drawn by the run's seed, but for the test split, and differs with its size. Where
  /// no size is asked for, it is the data set's.
  std::string add_split_facts(const std::string& name, const Json& split) {
    const std::string key = "data.splits." + name;
    const std::string count = json_text(json_at(split, {"count"}));
    const std::string digest = json_text(json_at(split, {"indices_sha256"})).substr(0, 12);
    const std::string seed = name == "test" ? "" : fmt::format(", seed {}", run_.seed);
    const Json& asked = json_at(record_, {"config", "data", (name + "_size").c_str()});
    add_fact("data split", key + ".count", count, run_.dataset);
    add_fact("data split", key + ".count", asked.is_number() ? count : "the data set's own");
    add_fact("data split", key + ".indices_sha256", digest,
             fmt::format("{}, {} samples{}", run_.dataset, count, seed));
    return digest;
  }

  void add_data_facts() {
    const Json& data = json_at(record_, {"data"});
    std::string train;
    for (const auto& split : json_at(data, {"splits"}).items()) {
      const std::string digest = add_split_facts(split.key(), split.value());
      if (split.key() == "train") train = digest;
    }
    const Json& test = json_at(data, {"splits", "test"});
    run_.test_data =
        fmt::format("{} {} {}", run_.dataset, json_text(json_at(test, {"class_counts"})),
                    json_text(json_at(test, {"indices_sha256"})));
    const Json& tested = json_at(test, {"count"});
    run_.test_samples = tested.is_number_integer() ? tested.get<int64_t>() : 0;
    std::string files;
    for (const Json& file : json_at(data, {"files"})) files += json_text(json_at(file, {"sha256"}));
    if (!files.empty())
      add_fact("data files", "data.files", sha256_hex(files).substr(0, 12), run_.dataset);
    add_fact("preprocessing", "data.sample_shape", json_text(json_at(data, {"sample_shape"})),
             run_.dataset);
    const Json& pixels = json_at(data, {"pixels"});
    if (pixels.is_object())
      add_fact("preprocessing", "data.pixels",
               fmt::format("mean {:.6g} and variance {:.6g}",
                           json_number(json_at(pixels, {"mean"})), pixel_variance_),
               fmt::format("{}, training split {}", run_.dataset, train));
    add_fact("metric definition", "data.classes", json_text(json_at(data, {"classes"})));
  }

  void add_config_facts() {
    const Json& config = record_["config"];
    add_fact("dtype", "config.dtype", json_text(json_at(config, {"dtype"})));
    const Json& precision = json_at(config, {"matmul_precision"});  // not in older records
    add_fact("dtype", "config.matmul_precision",
             precision.is_null() ? "highest" : json_text(precision));
    // What is learned from, how much of it, in which batches and order are settings like any other.
    static const std::set<std::string> settings = {"dataset",         "batch_size", "train_size",
                                                   "validation_size", "test_size",  "order"};
    for (const auto& item : json_at(config, {"data"}).items())
      if (settings.count(item.key()) == 0)
        add_fact("preprocessing", "config.data." + item.key(), item.value().dump());
    for (const char* part : {"pretrain", "classify"})
      for (const Json& metric : json_at(config, {part, "metrics"})) {
        const std::string type = json_text(json_at(metric, {"type"}));
        if (!type.empty())
          add_fact("metric definition", fmt::format("config.{}.metrics.{}", part, type),
                   ValueText().text(metric));
      }
  }

  void add_version_facts() {
    const Json& provenance = json_at(record_, {"provenance"});
    add_fact("strata version", "provenance.strata.version",
             json_text(json_at(provenance, {"strata", "version"})));
    add_fact("strata version", "provenance.strata.commit",
             json_text(json_at(provenance, {"strata", "commit"})));
    std::string plugins;
    for (const Json& plugin : json_at(provenance, {"plugins"}))
      plugins += json_text(json_at(plugin, {"sha256"}));
    add_fact("strata version", "provenance.plugins",
             plugins.empty() ? "none" : sha256_hex(plugins).substr(0, 12));
    add_fact("library version", "provenance.libtorch",
             json_text(json_at(provenance, {"libtorch"})));
    for (const char* key : {"device", "cpu", "gpu", "threads", "build_type", "compiler"})
      add_fact("machine", fmt::format("provenance.{}", key), json_text(json_at(provenance, {key})));
    add_fact("machine", "provenance.blas", json_text(json_at(provenance, {"blas", "name"})));
    add_fact("machine", "provenance.blas.threads",
             json_text(json_at(provenance, {"blas", "threads"})));
  }

  const Json& record_;
  ComparedRun run_;
  double pixel_variance_ = 0;
};

}  // namespace

ComparedRun compared_run(const std::filesystem::path& path, const Json& record) {
  return Extraction(path, record).run();
}

std::vector<std::string> final_figures(const std::map<std::string, RunFigure>& figures) {
  std::vector<std::string> names;
  for (const auto& [name, figure] : figures)
    if (figure.final) names.push_back(name);
  const auto rank = [&](const std::string& name) {
    const RunFigure& figure = figures.at(name);
    return std::make_tuple(!figure.evaluated_on.empty(), !figure.of_labels, !figure.fraction);
  };
  std::stable_sort(names.begin(), names.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return names;
}

bool same_result(const ComparedRun& a, const ComparedRun& b) {
  const auto same_curve = [](const StageCurve& x, const StageCurve& y) {
    return x.stage == y.stage && std::equal(x.losses.begin(), x.losses.end(), y.losses.begin(),
                                            y.losses.end(), [](double p, double q) {
                                              return p == q || (std::isnan(p) && std::isnan(q));
                                            });
  };
  if (!std::equal(a.curves.begin(), a.curves.end(), b.curves.begin(), b.curves.end(), same_curve))
    return false;
  return std::all_of(a.figures.begin(), a.figures.end(), [&](const auto& figure) {
    const auto other = b.figures.find(figure.first);
    return figure.second.cost || other == b.figures.end() ||
           other->second.value == figure.second.value;
  });
}

}  // namespace strata
