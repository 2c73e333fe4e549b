// Metrics and data sets.
#include "contract/faults/planted.hpp"
#include "strata/core/metric.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// The mean output, but for what a fault overrides.
class MeanOutput : public Metric {
 public:
  using Params = NoParams;
  explicit MeanOutput(const Params&) {}
  bool suits(Target target) const override { return target == Target::pixels; }
  std::vector<FigureInfo> figures(Target) const override { return {{"mean"}}; }
  void start(const MetricUse& use) override {
    sum_ = at::zeros({}, use.place);
    count_ = at::zeros({}, use.place);
  }
  void update(const MetricBatch& batch) override {
    sum_ += batch.output.sum();
    count_ += batch.output.numel();
  }
  std::map<std::string, Json> result() const override {
    return {{"mean", sum_.item<double>() / count_.item<double>()}};
  }
  std::vector<Parameter> state() const override { return {{"sum", sum_}, {"count", count_}}; }

 protected:
  Tensor sum_, count_;
};

class SuitsNothing final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  bool suits(Target) const override { return false; }
};
const Plant<Metric, SuitsNothing> suits_nothing{"suits_nothing", "suits some target",
                                                "it suits neither images, codes nor labels"};

class Infinite final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  std::map<std::string, Json> result() const override {
    return {{"mean", 1 / (0 * sum_.item<double>())}};
  }
};
const Plant<Metric, Infinite> infinite{"infinite", "has finite results by name", "'mean' is"};

/// Of the samples it averages batches, so that the short last batch counts too much.
class BatchMean final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  void update(const MetricBatch& batch) override {
    sum_ += batch.output.mean();
    count_ += 1;
  }
};
const Plant<Metric, BatchMean> batch_mean{
    "batch_mean", "gives the same however the samples are batched", "'mean': "};

class Undeclared final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  std::vector<FigureInfo> figures(Target) const override { return {}; }
};
class Miscast final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  std::vector<FigureInfo> figures(Target) const override {
    return {{"mean", Better::neither, Unit::count, FigureRole::counts}};
  }
};
const Plant<Metric, Undeclared> undeclared{"undeclared", "declares its figures",
                                           "figures() does not name 'mean'"};
const Plant<Metric, Miscast> miscast{"miscast", "declares its figures",
                                     "'mean' is said to be no one number"};

class ForgetsOne final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  std::vector<Parameter> state() const override { return {{"sum", sum_}}; }
};
const Plant<Metric, ForgetsOne> forgets_one{"forgets_one", "resumes from its state",
                                            "40 samples, and 25, saved, read and 15 more"};

class MisnamedMetric final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  MetricForm form() const override { return {MetricOp::squared_error}; }
};
const Plant<Metric, MisnamedMetric> misnamed_metric{"misnamed_metric", "counts what its form says",
                                                    "sum: they differ"};

class NeverClears final : public MeanOutput {
 public:
  using MeanOutput::MeanOutput;
  void start(const MetricUse& use) override {
    if (!sum_.defined()) MeanOutput::start(use);
  }
  std::map<std::string, Json> result() const override { return {{"mean", sum_.item<double>()}}; }
};
const Plant<Metric, NeverClears> never_clears{"never_clears", "starts afresh", "'mean': "};

template <class Fault>
class FaultyData final : public Dataset {
 public:
  using Params = NoParams;
  explicit FaultyData(const Params&) {}
  DatasetInfo info() const override { return {{1, 2, 2}, Fault::classes, {}}; }
  LoadedData load(const DataContext& context) const override {
    LoadedData data;
    data.train.shape = data.test.shape = {1, 2, 2};
    data.train.labels = data.test.labels = {0, 1};
    data.train.pixels.assign(8, Fault::pixel(context));
    data.test.pixels = data.train.pixels;
    return data;
  }
};
struct OneClass {
  static constexpr int64_t classes = 1;
  static uint8_t pixel(const DataContext&) { return 0; }
};
struct BySeed {
  static constexpr int64_t classes = 2;
  static uint8_t pixel(const DataContext& context) { return static_cast<uint8_t>(context.seed); }
};
const Plant<Dataset, FaultyData<OneClass>> one_class{"one_class", "describes its samples",
                                                     "it has 1 classes"};
const Plant<Dataset, FaultyData<BySeed>> by_seed{
    "by_seed", "loads what it describes, always the same", "for a run of another seed, it differs"};

}  // namespace
