#include "strata/inference/model.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "strata/core/batches.hpp"
#include "strata/inference/trained_run.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/errors.hpp"
#include "strata/train/evaluation.hpp"

namespace strata {
namespace {

/// Collects the rows of one batch after the other.
class RowsOf {
 public:
  explicit RowsOf(int64_t count) : count_(count) {}

  void add(const Tensor& batch) {
    const Tensor values = batch.to(at::kCPU, at::kFloat).contiguous();
    if (rows_.shape.empty()) {
      rows_.shape = values.sizes().slice(1).vec();
      rows_.values.reserve(static_cast<size_t>(count_ * rows_.size()));
    }
    const float* from = values.data_ptr<float>();
    rows_.values.insert(rows_.values.end(), from, from + values.numel());
  }
  Rows take() { return std::move(rows_); }

 private:
  int64_t count_;
  Rows rows_;
};

}  // namespace

int64_t Rows::size() const {
  return element_count(shape);
}

int64_t Rows::count() const {
  return values.empty() ? 0 : static_cast<int64_t>(values.size()) / size();
}

int64_t Rows::best(int64_t i) const {
  return std::max_element(row(i), row(i) + size()) - row(i);
}

/// The run at each of its stages that was asked for.
struct TrainedModel::Parts {
  Parts(std::filesystem::path run, const std::string& device_name)
      : place(std::move(run)),
        device(choose_device(device_name)),
        last(load_trained_run(place, {}, device)) {}

  std::filesystem::path place;
  at::Device device;
  TrainedRun last;
  std::mutex mutex;
  std::map<std::string, TrainedRun> others;  // by stage

  const TrainedRun& at_stage(const WantedStage& wanted) {
    const bool by_kind = !wanted.kind || last.stage().kind == *wanted.kind;
    if (by_kind && (wanted.name.empty() || wanted.name == last.stage().name)) return last;
    const std::string key = wanted.name.empty() ? "." : wanted.name;
    const std::lock_guard lock(mutex);
    const auto found = others.find(key);
    if (found != others.end()) return found->second;
    return others.emplace(key, load_trained_run(place, wanted, device)).first->second;
  }

  /// Through these blocks, batch by batch. `finish` makes of a batch's output what is asked for.
  template <class Finish>
  Rows pass(const TrainedRun& run, const std::vector<std::string>& blocks, const uint8_t* images,
            int64_t count, Finish finish) const {
    at::NoGradGuard no_grad;
    const Shape& sample = run.plan.data.sample_shape;
    const int64_t features = element_count(sample);
    RowsOf rows(count);
    for (int64_t first = 0; first < count; first += kEvaluationBatch) {
      const int64_t n = std::min(kEvaluationBatch, count - first);
      const Tensor bytes =
          at::from_blob(const_cast<uint8_t*>(images) + first * features, {n, features}, at::kByte)
              .to(device);
      const Tensor index = at::arange(n, at::TensorOptions(device).dtype(at::kLong));
      const Tensor x =
          gather_images(bytes, index, sample, c10::typeMetaToScalarType(run.place.dtype()));
      rows.add(finish(run.stack().forward(blocks, x, {}), n));
    }
    return rows.take();
  }
};

TrainedModel::TrainedModel(const std::filesystem::path& run, const std::string& device)
    : parts_(std::make_unique<Parts>(run, device)) {}
TrainedModel::~TrainedModel() = default;
TrainedModel::TrainedModel(TrainedModel&&) noexcept = default;
TrainedModel& TrainedModel::operator=(TrainedModel&&) noexcept = default;

const std::vector<int64_t>& TrainedModel::input_shape() const {
  return parts_->last.plan.data.sample_shape;
}

const std::vector<std::string>& TrainedModel::class_names() const {
  return parts_->last.class_names;
}

std::vector<std::string> TrainedModel::stages() const {
  std::vector<std::string> names;
  for (const StageResult& stage : parts_->last.stages) names.push_back(stage.spec.name);
  return names;
}

std::string TrainedModel::rebuilding_stage(const std::string& stage) const {
  return parts_->at_stage({stage, StageKind::pretrain}).stage().name;
}

const std::vector<std::string>& TrainedModel::notes() const {
  return parts_->last.notes;
}

const TrainedRun& TrainedModel::run() const {
  return parts_->last;
}

Rows TrainedModel::predict(const uint8_t* images, int64_t count) const {
  const TrainedRun& run = parts_->at_stage({{}, StageKind::classify});
  const Range range = run.stack().block(head_block()).output_range;
  return parts_->pass(run, run.classifying(), images, count,
                      [&](const Tensor& y, int64_t) { return probabilities(y, range); });
}

Rows TrainedModel::encode(const uint8_t* images, int64_t count, const std::string& stage,
                          const std::string& block) const {
  const TrainedRun& run = parts_->at_stage({stage, std::nullopt});
  return parts_->pass(run, run.encoding(block), images, count,
                      [](const Tensor& y, int64_t) { return y; });
}

Rows TrainedModel::decode(const Rows& codes, const std::string& stage) const {
  const TrainedRun& run = parts_->at_stage({stage, StageKind::pretrain});
  const std::vector<std::string> way = run.decoding();
  const Shape& expected = run.stack().block(run.encoding().back()).output;
  if (codes.shape != expected)
    throw UserError(fmt::format("{}: its codes are {}, got {}", run.text(), shape_text(expected),
                                shape_text(codes.shape)));
  at::NoGradGuard no_grad;
  RowsOf rows(codes.count());
  for (int64_t first = 0; first < codes.count(); first += kEvaluationBatch) {
    const int64_t n = std::min(kEvaluationBatch, codes.count() - first);
    const Tensor x =
        at::from_blob(const_cast<float*>(codes.row(first)), batch_shape(n, expected)).to(run.place);
    rows.add(run.stack().forward(way, x, {}).reshape(batch_shape(n, input_shape())));
  }
  return rows.take();
}

Rows TrainedModel::reconstruct(const uint8_t* images, int64_t count,
                               const std::string& stage) const {
  const TrainedRun& run = parts_->at_stage({stage, StageKind::pretrain});
  std::vector<std::string> way = run.encoding();
  for (const std::string& block : run.decoding()) way.push_back(block);
  return parts_->pass(run, way, images, count, [&](const Tensor& y, int64_t n) {
    return y.reshape(batch_shape(n, input_shape()));
  });
}

}  // namespace strata
