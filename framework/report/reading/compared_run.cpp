#include "strata/report/reading/compared_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "strata/record/record.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/reading/record_shape.hpp"
#include "strata/report/reading/shown_record.hpp"
#include "strata/report/reading/stage_settings.hpp"
#include "strata/report/settings/value_text.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/lock.hpp"
#include "strata/support/sha256.hpp"

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

class Extraction {
 public:
  Extraction(const std::filesystem::path& path, const Json& record) : record_(record) {
    run_.path = path;
    run_.name = json_text(record["name"]);
    run_.run_id = json_text(record["run_id"]);
    run_.status = json_text(record["status"]);
    run_.error = json_text(json_at(record, {"error"}));
    run_.start = json_text(json_at(record, {"timing", "start"}));
    run_.dataset = json_text(json_at(record, {"data", "dataset"}));
    run_.seed = record["seed"].get<int64_t>();
    pixel_variance_ = json_number(json_at(record, {"data", "pixels", "variance"}));
  }

  ComparedRun run() {
    read_settings();
    read_stages();
    read_metrics();
    add_data_facts();
    add_config_facts();
    add_version_facts();
    read_outcome();
    return std::move(run_);
  }

 private:
  void read_settings() {
    Json config = record_["config"];
    for (const char* key : {"name", "seed", "seeds", "sweep", "images"}) config.erase(key);
    for (const char* part : {"pretrain", "classify"})
      if (json_at(config, {part}).is_object()) config[part].erase("metrics");
    if (json_at(config, {"pretrain", "strategy", "type"}) == "none")  // which uses none of the rest
      config["pretrain"] = {{"strategy", config["pretrain"]["strategy"]}};
    else if (json_at(config, {"pretrain"}).is_object())
      settle_stages(config["pretrain"], run_.pretraining_stages = pretraining_stages(record_));
    run_.settings = config.dump();
    run_.settings_id = nlohmann::json(config).dump();  // keys sorted
    if (run_.dataset.empty()) {
      const Json& dataset = json_at(config, {"data", "dataset"});
      run_.dataset = json_text(dataset.is_object() ? json_at(dataset, {"type"}) : dataset);
    }
  }

  void add_metric(const std::string& name, const Json& value, const std::string& unit = {}) {
    if (!value.is_number() || !std::isfinite(value.get<double>())) return;
    run_.metrics[name] = value.get<double>();
    if (!unit.empty()) run_.units[name] = unit;
  }

  void add_fact(const char* category, std::string key, std::string value, std::string scope = {}) {
    if (!value.empty())
      run_.facts.push_back({category, std::move(key), std::move(value), std::move(scope)});
  }

  std::string error_unit(const std::string& target) const {
    return target == "pixels" ? "pixels of " + run_.dataset : target;
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
      trained[curve.kind].add(curve.stage, static_cast<int64_t>(curve.losses.size()));
      read_last_epoch(stage, curve);
      const Json& selection = json_at(stage, {"selection"});
      if (json_at(selection, {"split"}) == "test") {
        run_.test_choice += fmt::format("{}{} in {}", run_.test_choice.empty() ? "" : ", ",
                                        json_text(json_at(selection, {"rule"})), curve.stage);
        run_.chose_in_pretraining |= curve.kind == "pretrain";
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
    const std::string of = curve.target == "labels" ? "" : " of " + error_unit(curve.target);
    const std::string unit = ValueText().text(json_at(stage, {"settings", "loss"})) + of;
    std::string added;
    for (Json penalty : json_at(stage, {"settings", "penalties"})) {
      const std::string weight = json_text(json_at(penalty, {"weight"}));
      penalty.erase("weight");
      added += fmt::format(" + {} {}", weight, ValueText().text(penalty));
    }
    add_metric("loss." + curve.stage, json_at(epochs.back(), {"loss"}), unit + added);
    if (curve.target == "pixels" && curve.loss == "mse" && added.empty() && pixel_variance_ > 0)
      add_metric("relative_loss." + curve.stage,
                 json_number(json_at(epochs.back(), {"loss"})) / pixel_variance_);
    const Json& test = json_at(epochs.back(), {"metrics", "test"});
    for (const auto& term : json_at(epochs.back(), {"terms"}).items())
      if (!test.contains(term.key()))  // the test split's nll stays that
        add_metric(term.key() + '.' + curve.stage, term.value(),
                   term.key() == curve.loss ? unit : "");
    for (const auto& metric : test.items())
      add_error_or_figure(metric.key(), "", "." + curve.stage, metric.value(), curve.target);
  }

  void add_error_or_figure(const std::string& name, const std::string& before,
                           const std::string& after, const Json& value, const std::string& target) {
    const bool is_error = name == "reconstruction_error";
    add_metric(before + name + after, value, is_error ? error_unit(target) : "");
    if (is_error && target == "pixels" && pixel_variance_ > 0)
      add_metric(before + "relative_error" + after, json_number(value) / pixel_variance_);
  }

  void read_metrics() {
    const Json& names = json_at(record_, {"data", "class_names"});
    for (const auto& split : json_at(record_, {"metrics"}).items()) {
      const std::string before = split.key() == "test" ? "" : split.key() + ".";
      for (const auto& metric : split.value().items()) {
        const Json& value = metric.value();
        add_error_or_figure(metric.key(), before, "", value, "pixels");  // through all pairs
        if (!value.is_array()) continue;
        for (size_t c = 0; c < value.size(); ++c)
          add_metric(before + metric.key() + '.' +
                         (c < names.size() ? json_text(names[c]) : std::to_string(c)),
                     value[c]);
      }
    }
    add_metric("training_seconds", json_at(record_, {"timing", "training_seconds"}));
    add_metric("seconds", json_at(record_, {"timing", "seconds"}));
    add_metric("peak_memory_bytes", json_at(record_, {"peak_memory_bytes"}));
    add_metric("parameters", json_at(record_, {"model", "parameters"}));
  }

  void read_outcome() {
    std::string text;
    for (const StageCurve& curve : run_.curves) {
      run_.began |= !curve.losses.empty();
      text += fmt::format("{} {}\n", curve.stage, fmt::join(curve.losses, " "));
    }
    for (const auto& [name, value] : run_.metrics)
      if (!is_cost(name)) text += fmt::format("{} {}\n", name, value);
    if (run_.began && run_.status == "completed") run_.outcome = sha256_hex(text);
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
    double commonest = 0, samples = 0;
    for (const Json& count : json_at(test, {"class_counts"})) {
      commonest = std::max(commonest, json_number(count));
      samples += json_number(count);
    }
    const double share = commonest / samples;  // NaN of no samples
    run_.guessing = share + 3 * std::sqrt(share * (1 - share) / samples);
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

bool contains_any(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words)
    if (text.find(word) != std::string::npos) return true;
  return false;
}

/// @param run  says that it is running
void find_killed(ComparedRun& run) {
  const auto folder = std::filesystem::canonical(run.path).parent_path();
  if (FolderLock::held(folder)) return;
  const ReachedPlace place = place_reached(folder);
  run.status = "killed";
  run.began |= place.began;
  run.reached = place.text;
}

}  // namespace

ComparedRun compared_run(const std::filesystem::path& path, const Json& record) {
  return Extraction(path, record).run();
}

FoundRuns read_compared_runs(const std::vector<std::string>& places) {
  namespace fs = std::filesystem;
  for (const std::string& place : places)
    if (fs::is_regular_file(place)) refuse_experiment(place);
  const auto paths = find_records(places);
  std::vector<ComparedRun> read(paths.size());
  const auto wrong = read_records(paths, [&](size_t i, Json&& record) {
    check_shape(paths[i], record);
    read[i] = compared_run(paths[i], record);
    if (read[i].status == "running") find_killed(read[i]);
  });
  std::set<fs::path> named;
  for (const std::string& place : places)
    if (fs::is_regular_file(place)) named.insert(fs::canonical(place));
  std::vector<std::string> refused;
  for (const auto& [i, error] : wrong)
    if (wrong.size() == paths.size() || named.count(fs::weakly_canonical(paths[i])) != 0)
      refused.push_back(error);
  if (!refused.empty()) throw UserError(fmt::format("{}", fmt::join(refused, "\n")));
  FoundRuns found;
  for (size_t i = 0; i < paths.size(); ++i) {
    const auto error = wrong.find(i);
    if (error == wrong.end())
      found.runs.push_back(std::move(read[i]));
    else
      found.unreadable.push_back({paths[i], error->second});
  }
  return found;
}

int better_direction(const std::string& metric) {
  if (contains_any(metric, {"accuracy", "sensitivity", "specificity", "precision", "recall", "f1",
                            "samples_per_second"}))
    return 1;
  if (contains_any(metric,
                   {"error", "loss", "nll", "entropy", "mse.", "bce.", "seconds", "memory"}))
    return -1;
  return 0;
}

bool is_cost(const std::string& metric) {
  return contains_any(metric, {"second", "memory", "parameters"});
}

bool is_of_pretraining(const std::string& metric) {
  return contains_any(metric, {"reconstruction_error", "relative_error", ".pretrain"});
}

}  // namespace strata
