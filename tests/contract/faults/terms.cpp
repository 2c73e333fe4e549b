// Losses and penalties.
#include "contract/faults/planted.hpp"
#include "strata/core/loss.hpp"
#include "strata/core/penalty.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

constexpr const char* kScalar = "is a finite scalar for what it suits";
constexpr const char* kTermGradient = "its gradient agrees with finite differences";
constexpr const char* kTermPrecision = "float32 agrees with float64";
constexpr const char* kTermForm = "computes what its form says";

/// The mean squared error of images and codes, but for what `Fault` computes in its place.
template <class Fault>
class FaultyLoss : public Loss {
 public:
  using Params = NoParams;
  explicit FaultyLoss(const Params&) {}
  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target == Target::labels) return "no labels";
    return std::nullopt;
  }
  FigureInfo measure(Target) const override { return {"error"}; }
  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return Fault::forward(output, target);
  }
};

struct Sound {
  static Tensor forward(const Tensor& y, const Tensor& t) { return (y - t).square().mean(); }
};
class Unnamed final : public FaultyLoss<Sound> {
 public:
  using FaultyLoss::FaultyLoss;
  FigureInfo measure(Target) const override { return {}; }
};
class Speechless final : public FaultyLoss<Sound> {
 public:
  using FaultyLoss::FaultyLoss;
  std::optional<std::string> objection(const LossUse&) const override { return ""; }
};
const Plant<Loss, Unnamed> unnamed{"unnamed", "says what it suits", "measure() has no key"};
const Plant<Loss, Speechless> speechless{"speechless", "says what it suits",
                                         "it refuses without a word"};

struct PerSample {
  static Tensor forward(const Tensor& y, const Tensor& t) {
    return (y - t).square().flatten(1).mean(1);
  }
};
const Plant<Loss, FaultyLoss<PerSample>> per_sample{"per_sample", kScalar,
                                                    "1 dimensions came, a scalar was expected"};

struct HalfGradient {
  static Tensor forward(const Tensor& y, const Tensor& t) {
    const Tensor loss = Sound::forward(y, t);
    return loss / 2 + (loss / 2).detach();
  }
};
const Plant<Loss, FaultyLoss<HalfGradient>> half_gradient{"half_gradient", kTermGradient,
                                                          "gradient of the output"};

struct Clamped {  // beyond 0.9, no gradient
  static Tensor forward(const Tensor& y, const Tensor& t) {
    return (y - t).clamp(-0.9, 0.9).square().mean();
  }
};
const Plant<Loss, FaultyLoss<Clamped>> clamped_loss{
    "clamped_loss", "its gradient leads back from saturated outputs",
    "its gradient is 0, so that nothing leads back"};

struct Summed {  // where a mean over the batch is promised
  static Tensor forward(const Tensor& y, const Tensor& t) { return (y - t).square().sum(); }
};
const Plant<Loss, FaultyLoss<Summed>> summed{"summed", "is the mean over the batch",
                                             "the loss of a batch and the mean over its samples"};

struct Widened {
  static Tensor forward(const Tensor& y, const Tensor& t) {
    return Sound::forward(y.to(at::kDouble), t.to(at::kDouble));
  }
};
const Plant<Loss, FaultyLoss<Widened>> widened{"widened", kTermPrecision,
                                               "float32 goes in, Double comes out"};

struct Overwrites {
  static Tensor forward(const Tensor& y, const Tensor& t) {
    const Tensor loss = Sound::forward(y, t);
    if (!y.requires_grad()) y.mul_(0.5);
    return loss;
  }
};
const Plant<Loss, FaultyLoss<Overwrites>> overwrites{
    "overwrites", "repeats, and leaves its arguments alone", "they differ"};

class MisnamedLoss final : public FaultyLoss<Sound> {
 public:
  using FaultyLoss::FaultyLoss;
  LossForm form() const override { return {LossOp::bce}; }
};
const Plant<Loss, MisnamedLoss> misnamed_loss{"misnamed_loss", kTermForm, "they differ by up to"};

/// The square of a code, but for what `Fault` computes in its place.
template <class Fault>
class FaultyPenalty : public Penalty {
 public:
  struct Params : PenaltyParams {
    static void declare(Declare<Params>& d) {
      d.doc("Made for a test.");
      declare_common(d);
    }
  };
  explicit FaultyPenalty(const Params& params) : params_(params) {}
  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }
  Tensor forward(const PenaltyBatch& batch) const override { return Fault::forward(batch.code); }

 private:
  Params params_;
};

struct Square {
  static Tensor forward(const Tensor& a) { return a.square().mean(); }
};
struct Unreduced {
  static Tensor forward(const Tensor& a) { return a.square(); }
};
const Plant<Penalty, FaultyPenalty<Unreduced>> unreduced{"unreduced", kScalar, "3 dimensions came"};

struct HalfSquare {
  static Tensor forward(const Tensor& a) {
    return Square::forward(a) / 2 + (Square::forward(a) / 2).detach();
  }
};
const Plant<Penalty, FaultyPenalty<HalfSquare>> half_square{"half_square", kTermGradient,
                                                            "gradient of the code"};

/// As kl_sparsity once was: what is pushed to the end stays there.
struct DeadEnd {
  static Tensor forward(const Tensor& a) { return a.clamp(-0.99, 0.99).square().mean(); }
};
const Plant<Penalty, FaultyPenalty<DeadEnd>> dead_end{
    "dead_end", "its gradient leads back from saturated codes",
    "its gradient is 0, so that nothing leads back"};

struct WideSquare {
  static Tensor forward(const Tensor& a) { return Square::forward(a.to(at::kDouble)); }
};
const Plant<Penalty, FaultyPenalty<WideSquare>> wide_square{"wide_square", kTermPrecision,
                                                            "float32 goes in, Double comes out"};

class MisnamedPenalty final : public FaultyPenalty<Square> {
 public:
  using FaultyPenalty::FaultyPenalty;
  PenaltyForm form() const override { return {PenaltyOp::l1}; }
};
const Plant<Penalty, MisnamedPenalty> misnamed_penalty{"misnamed_penalty", kTermForm,
                                                       "value: they differ by up to"};

}  // namespace
