#include "strata/inference/evaluation.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "strata/core/batches.hpp"
#include "strata/core/corruption.hpp"
#include "strata/record/seal.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/recorder.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/evaluation.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

Slot<Corruption> corruption_of(const std::string& yaml) {
  Slot<Corruption> slot;
  if (yaml.empty()) return slot;
  Issues issues;
  Node node =
      parse_yaml_value(std::make_shared<Source>(Source{"--corrupt", yaml}), 0, yaml.size(), issues);
  set_paths(node);
  Reader(issues, Registry::instance()).read_component(node, Corruption::family, slot);
  if (!issues.ok()) throw ConfigError(issues);
  return slot;
}

/// "gaussian(std=0.3)"
std::string short_text(const Json& component) {
  std::string values;
  for (const auto& [key, value] : component.items())
    if (key != "type") values += (values.empty() ? "" : ";") + key + '=' + value.dump();
  return component.at("type").get<std::string>() + (values.empty() ? "" : '(' + values + ')');
}

/// What the figures are called after: "fashion_mnist", "mnist/train", "mnist+gaussian(std=0.3)".
/// Sets that differ in more than their name are told apart by a few digits.
std::string label_of(const LabelledImages& images, const Slot<Corruption>& corruption) {
  const Json dataset = images.dataset.dump();
  std::string label = images.dataset.type;
  if (dataset.size() > 1) label += '~' + sha256_hex(dataset.dump()).substr(0, 4);
  if (images.split != "test") label += '/' + images.split;
  if (!corruption.empty()) label += '+' + short_text(corruption.dump());
  return label;
}

/// Measures one way through a run's stack.
class Judge {
 public:
  Judge(const LabelledImages& images, const Slot<Corruption>& corruption, const at::Device& device)
      : images_(images), device_(device) {
    if (!corruption.empty()) corruption_ = make(corruption);
    const Samples& part = images.part();
    const int64_t count = part.count();
    pixels_ = at::from_blob(const_cast<uint8_t*>(part.pixels.data()),
                            {count, element_count(part.shape)}, at::kByte)
                  .to(device);
    labels_ = at::from_blob(const_cast<uint8_t*>(part.labels.data()), {count}, at::kByte)
                  .to(device, at::kLong);
    samples_ = at::tensor(images.indices, at::kLong).to(device);
  }

  /// Adds the figures of a way to the record's.
  void measure(const TrainedRun& run, const Evaluation& what, Json& record) const {
    at::NoGradGuard no_grad;
    const MetricUse use{what.target, what.target == Target::labels ? run.plan.data.classes : 0,
                        run.place};
    for (const auto& metric : what.metrics) metric->start(use);
    const auto code_end = what.blocks.begin() + static_cast<long>(code_blocks(what.blocks));
    const std::vector<std::string> encode(what.blocks.begin(), code_end);
    const std::vector<std::string> decode(code_end, what.blocks.end());
    double loss = 0;
    for (int64_t first = 0; first < samples_.size(0); first += kEvaluationBatch) {
      const int64_t n = std::min(kEvaluationBatch, samples_.size(0) - first);
      const Tensor index = samples_.narrow(0, first, n);
      const Tensor clean = gather_images(pixels_, index, images_.info.sample_shape,
                                         c10::typeMetaToScalarType(run.place.dtype()));
      const Tensor code = run.stack().forward(encode, spoilt(clean, index), {});
      const Tensor y = shaped_like(what.target, run.stack().forward(decode, code, {}), clean);
      const Tensor labels = labels_.index_select(0, index);
      const Tensor& target = what.target == Target::labels ? labels : clean;
      if (what.loss) loss += what.loss->forward(y, target).item<double>() * static_cast<double>(n);
      for (const auto& metric : what.metrics) metric->update({y, target, code, labels});
    }
    if (what.loss) {
      const FigureInfo figure = what.loss->measure(what.target);
      add(record, figure, what.target, loss / static_cast<double>(samples_.size(0)));
    }
    for (const auto& metric : what.metrics) {
      const std::map<std::string, Json> values = metric->result();
      for (const FigureInfo& figure : metric->figures(what.target))
        add(record, figure, what.target, values.at(figure.key));
    }
  }

 private:
  Tensor spoilt(const Tensor& clean, const Tensor& index) const {
    if (!corruption_) return clean;
    return corruption_->apply(clean, {random_stream(0, "evaluate", "pixels"), index});
  }

  static void add(Json& record, const FigureInfo& figure, Target target, const Json& value) {
    record["metrics"][figure.key] = value;
    record["figures"][figure.key] = figure.dump();
    record["figures"][figure.key]["of"] = target_name(target);
  }

  const LabelledImages& images_;
  at::Device device_;
  std::shared_ptr<Corruption> corruption_;
  Tensor pixels_, labels_, samples_;
};

Evaluation classified(const TrainedRun& run) {
  Evaluation what{run.classifying(), Target::labels, make(run.stage().loss), {}};
  for (const Slot<Metric>& metric : run.stage().metrics)
    what.metrics.push_back(make_metric(metric));
  return what;
}

Evaluation rebuilt(const TrainedRun& run) {
  Evaluation what{run.encoding(), Target::pixels, nullptr, {}};
  for (const std::string& block : run.decoding()) what.blocks.push_back(block);
  for (const Slot<Metric>& metric : run.stage().metrics)
    what.metrics.push_back(make_metric(metric));
  return what;
}

Json head_of(const TrainedRun& run, const LabelledImages& images,
             const Slot<Corruption>& corruption) {
  Json weights = Json::object(), files = Json::array();
  for (const Json& stage : run.record.at("stages"))
    if (stage.at("status") == "completed")
      weights[stage.at("name").get<std::string>()] = stage.at("weights").at("sha256");
  for (const DataFile& file : images.data.files)
    files.push_back({{"name", file.name}, {"sha256", file.sha256}});
  return {{"schema_version", 1},
          {"kind", "evaluation"},
          {"on", label_of(images, corruption)},
          {"of",
           {{"name", run.record.at("name")},
            {"run_id", run.record.at("run_id")},
            {"seed", run.record.at("seed")},
            {"weights", weights}}},
          {"data",
           {{"dataset", images.dataset.dump()},
            {"split", images.split},
            {"count", images.indices.size()},
            {"class_names", images.info.class_names},
            {"files", files}}},
          {"corruption", corruption.empty() ? Json() : corruption.dump()},
          {"metrics", Json::object()},
          {"figures", Json::object()}};
}

}  // namespace

Json evaluate_run(const fs::path& place, const WantedEvaluation& wanted, const at::Device& device) {
  const Slot<Corruption> corruption = corruption_of(wanted.corruption);
  const TrainedRun last = load_trained_run(place, {}, device);
  const LabelledImages images = load_images(last, wanted);
  if (images.info.classes > last.plan.data.classes)
    throw UserError(fmt::format("data set '{}' has {} classes; the model knows {}",
                                images.dataset.type, images.info.classes, last.plan.data.classes));
  Json record = head_of(last, images, corruption);
  record["notes"] = last.notes;
  for (const std::string& note : images.notes) record["notes"].push_back(note);
  const Judge judge(images, corruption, device);
  const bool classifies = last.stage().kind == StageKind::classify;
  if (classifies) judge.measure(last, classified(last), record);
  if (!classifies)
    judge.measure(last, rebuilt(last), record);
  else if (last.stages.front().spec.kind == StageKind::pretrain) {
    const TrainedRun pretrained = load_trained_run(place, {{}, StageKind::pretrain}, device);
    judge.measure(pretrained, rebuilt(pretrained), record);
  }
  record["provenance"] = provenance(device, at::get_num_threads(), {});
  record["time"] = utc_now();
  return record;
}

fs::path save_evaluation(const fs::path& run, const Json& evaluation) {
  std::string name = evaluation.at("on");
  for (char& c : name)
    if (c == '/') c = '-';
  const fs::path path = run / "evaluations" / (name + ".json");
  write_file_atomically(path, sealed_text(evaluation));
  return path;
}

}  // namespace strata
