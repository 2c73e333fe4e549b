// What a stage is planned, started and updated by.
#include "contract/faults/planted.hpp"
#include "strata/core/corruption.hpp"
#include "strata/core/optimizer.hpp"
#include "strata/core/strategy.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

// ---- Initializers ----

template <class Fault>
class FaultyInitializer final : public Initializer {
 public:
  using Params = NoParams;
  explicit FaultyInitializer(const Params&) {}
  void fill(Tensor& out, const RandomStream& stream, int64_t, int64_t) const override {
    Fault::fill(out, stream);
  }
};
struct LeavesOne {
  static void fill(Tensor& out, const RandomStream&) { out.narrow(0, 1, out.size(0) - 1).fill_(1); }
};
struct CountsFills {
  static void fill(Tensor& out, const RandomStream&) {
    static double calls = 0;
    out.fill_(++calls);
  }
};
struct KnowsTheSize {
  static void fill(Tensor& out, const RandomStream&) {
    out.fill_(static_cast<double>(out.numel()));
  }
};
const Plant<Initializer, FaultyInitializer<LeavesOne>> leaves_one{
    "leaves_one", "fills every element with a finite number", "holds NaN or infinity"};
const Plant<Initializer, FaultyInitializer<CountsFills>> counts_fills{
    "counts_fills", "is a pure function of its stream", "two fills: they differ"};
const Plant<Initializer, FaultyInitializer<KnowsTheSize>> knows_the_size{
    "knows_the_size", "draws an element by its place alone", "the first 50 elements of 200"};

// ---- Optimizers ----

struct PlainParams : OptimizerParams {
  static void declare(Declare<PlainParams>& d) {
    d.doc("Made for a test.");
    declare_common(d);
  }
};

/// Plain descent, but for what `Fault` does in its place.
template <class Fault>
class FaultyOptimizer : public Optimizer {
 public:
  using Params = PlainParams;
  explicit FaultyOptimizer(const Params& params) : params_(params) {}
  const OptimizerParams& common() const override { return params_; }
  void start(std::vector<Parameter> parameters) override {
    parameters_ = std::move(parameters);
    state_.clear();
    for (const Parameter& p : parameters_)
      state_.push_back({Fault::state_name(p.name), at::zeros_like(p.value.detach())});
  }
  void step(const Tensor& rate) override {
    ++steps_;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      Tensor w = parameters_[i].value.detach();
      const Tensor g = parameters_[i].value.grad();
      if (g.defined()) Fault::update(w, g, state_[i].value, rate.item<double>(), steps_);
    }
  }
  std::vector<Parameter> state() const override { return state_; }

 private:
  Params params_;
  std::vector<Parameter> parameters_, state_;
  int steps_ = 0;
};

struct Descends {
  static std::string state_name(const std::string& parameter) { return parameter + ".momentum"; }
  static void update(Tensor& w, const Tensor& g, Tensor&, double rate, int) { w.sub_(g * rate); }
};
struct Climbs : Descends {
  static void update(Tensor& w, const Tensor& g, Tensor&, double rate, int) { w.add_(g * rate); }
};
struct OwnRate : Descends {
  static void update(Tensor& w, const Tensor& g, Tensor&, double, int) { w.sub_(g * 0.01); }
};
struct OneName : Descends {
  static std::string state_name(const std::string&) { return "encoder.0.0.momentum"; }
};
struct CountsInSecret : Descends {  // its own steps, which no state has
  static void update(Tensor& w, const Tensor& g, Tensor&, double rate, int steps) {
    w.sub_(g * (rate / steps));
  }
};
struct NeverTheSame : Descends {
  static void update(Tensor& w, const Tensor& g, Tensor&, double rate, int) {
    static double all = 0;
    w.sub_(g * (rate * (1 + 1e-9 * ++all)));
  }
};
const Plant<Optimizer, FaultyOptimizer<Climbs>> climbs{"climbs", "descends a quadratic",
                                                       "a step takes a quadratic from"};
const Plant<Optimizer, FaultyOptimizer<OwnRate>> own_rate{
    "own_rate", "updates in place, at the rate given", "after a step of rate 0"};
const Plant<Optimizer, FaultyOptimizer<OneName>> one_name{"one_name", "names its state",
                                                          "names two tensors of its state"};
const Plant<Optimizer, FaultyOptimizer<CountsInSecret>> counts_in_secret{
    "counts_in_secret", "resumes bit for bit from its state", "five, saved, read and five more"};
const Plant<Optimizer, FaultyOptimizer<NeverTheSame>> never_the_same{
    "never_the_same", "repeats bit for bit", "the same five steps, twice"};
class MisnamedOptimizer final : public FaultyOptimizer<Descends> {
 public:
  using FaultyOptimizer::FaultyOptimizer;
  OptimizerForm form() const override { return {OptimizerOp::sgd, 0.1}; }
};
const Plant<Optimizer, MisnamedOptimizer> misnamed_optimizer{
    "misnamed_optimizer", "computes what its form says", "w after 1 steps: they differ"};

// ---- Schedules ----

template <class Fault>
class FaultySchedule : public Schedule {
 public:
  using Params = NoParams;
  explicit FaultySchedule(const Params&) {}
  double rate(double base, const SchedulePoint& at, const std::vector<double>&) const override {
    return Fault::rate(base, at);
  }
  bool uses_length() const override { return false; }
};
struct Steady {
  static double rate(double base, const SchedulePoint&) { return base; }
};
struct Plunges {
  static double rate(double base, const SchedulePoint& at) {
    return base - static_cast<double>(at.epoch);
  }
};
struct Drifts {
  static double rate(double base, const SchedulePoint&) {
    static double calls = 0;
    return base + ++calls;
  }
};
struct LooksAhead {
  static double rate(double base, const SchedulePoint& at) {
    return base / static_cast<double>(at.epochs);
  }
};
class NotesElsewhere final : public FaultySchedule<Steady> {
 public:
  using FaultySchedule::FaultySchedule;
  std::vector<ScheduleNote> notes(int64_t) const override { return {{"then.epochs", "is late"}}; }
};
const Plant<Schedule, FaultySchedule<Plunges>> plunges{"plunges", "gives finite rates",
                                                       "of a base rate of 0.1 it makes -0.9"};
const Plant<Schedule, FaultySchedule<Drifts>> drifts{"drifts", "is a pure function",
                                                     "it gives two courses of rates"};
const Plant<Schedule, FaultySchedule<LooksAhead>> looks_ahead{
    "looks_ahead", "says whether it depends on the number of epochs",
    "a longer stage begins with other rates"};
const Plant<Schedule, NotesElsewhere> notes_elsewhere{
    "notes_elsewhere", "notes something of its own parameters",
    "notes() names 'then.epochs', which is no parameter"};

// ---- Corruptions ----

template <class Fault>
class FaultyCorruption : public Corruption {
 public:
  using Params = NoParams;
  explicit FaultyCorruption(const Params&) {}
  Tensor apply(const Tensor& x, const NoisePlace& place) const override {
    return Fault::apply(x, place);
  }
};
struct InPlace {
  static Tensor apply(const Tensor& x, const NoisePlace& place) {
    return x.mul_(uniform_noise(x, place));
  }
};
struct ByBatch {  // by the sample's row in the batch
  static Tensor apply(const Tensor& x, const NoisePlace&) {
    return x * at::arange(x.size(0), x.options()).view({-1, 1, 1, 1});
  }
};
struct Halves {
  static Tensor apply(const Tensor& x, const NoisePlace&) { return x / 2; }
};
class MisnamedCorruption final : public FaultyCorruption<Halves> {
 public:
  using FaultyCorruption::FaultyCorruption;
  CorruptionForm form() const override { return {CorruptionOp::masking, 0.5}; }
};
const Plant<Corruption, FaultyCorruption<InPlace>> in_place{"in_place", "spoils a copy",
                                                            "the clean images before and after"};
const Plant<Corruption, FaultyCorruption<ByBatch>> by_batch{
    "by_batch", "draws by sample and place alone", "some samples in another batch"};
const Plant<Corruption, MisnamedCorruption> misnamed_corruption{
    "misnamed_corruption", "computes what its form says", "its output: they differ"};

// ---- Strategies ----

class Endless final : public Strategy {
 public:
  using Params = NoParams;
  explicit Endless(const Params&) {}
  std::optional<StageSpec> next(const StackDescription&,
                                const std::vector<StageResult>& done) const override {
    StageSpec stage;
    stage.name = "pretrain-" + std::to_string(done.size() + 1);
    stage.blocks = stage.trains = {encoder_block(0), decoder_block(0)};
    return stage;
  }
};

/// One stage of the first pair, but for what `Fault` makes of it.
template <class Fault>
class FaultyStrategy final : public Strategy {
 public:
  using Params = NoParams;
  explicit FaultyStrategy(const Params&) {}
  std::optional<StageSpec> next(const StackDescription&,
                                const std::vector<StageResult>& done) const override {
    if (done.size() >= Fault::stages(done)) return std::nullopt;
    StageSpec stage;
    stage.name = "pretrain-" + std::to_string(done.size() + 1);
    stage.blocks = {encoder_block(0), decoder_block(0)};
    Fault::change(stage);
    stage.trains = stage.blocks;
    return stage;
  }
};
struct Crossed {
  static size_t stages(const std::vector<StageResult>&) { return 1; }
  static void change(StageSpec& stage) { stage.blocks = {decoder_block(0), encoder_block(0)}; }
};
struct Fickle {
  static size_t stages(const std::vector<StageResult>&) { return 1; }
  static void change(StageSpec& stage) {
    static int plans = 0;
    stage.name = "plan-" + std::to_string(++plans);
  }
};
struct Overruns {  // two stages where one was planned
  static size_t stages(const std::vector<StageResult>& done) {
    return !done.empty() && done.back().measured ? 2 : 1;
  }
  static void change(StageSpec&) {}
};
constexpr const char* kStages = "its stages fit stacks of 1 to 4 pairs";
const Plant<Strategy, Endless> endless_plan{"endless", kStages, "it goes on after 1000 stages"};
const Plant<Strategy, FaultyStrategy<Crossed>> crossed{
    "crossed", kStages, "stage 'pretrain-1': decoder.0 cannot follow here"};
const Plant<Strategy, FaultyStrategy<Fickle>> fickle{"fickle", "is a pure function",
                                                     "it gives two plans"};
const Plant<Strategy, FaultyStrategy<Overruns>> overruns{
    "overruns", "plans an upper bound of what it runs", "1 stages were planned for 1 pairs"};

}  // namespace
