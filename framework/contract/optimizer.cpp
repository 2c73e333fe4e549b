#include "strata/core/optimizer.hpp"

#include <ATen/core/grad_mode.h>

#include <map>
#include <set>

#include "strata/contract/checks.hpp"
#include "strata/contract/form.hpp"

namespace strata {
namespace {

/// Two parameters on the way down a quadratic, f(w) = |w - goal|^2 / 2, whose gradient is w - goal.
class Descent {
 public:
  explicit Descent(const ComponentRef& ref, at::ScalarType dtype = at::kDouble)
      : optimizer_(std::static_pointer_cast<Optimizer>(ref.info->create(ref.params.get()))) {
    for (const char* name : {"encoder.0.0.weight", "encoder.0.0.bias"}) {
      parameters_.push_back({name, random_tensor({3, 4}, name, -1, 1, dtype)});
      goals_.push_back(random_tensor({3, 4}, std::string(name) + ".goal", 2, 3, dtype));
    }
    optimizer_->start(parameters_);
    rate_ = at::full({}, ref.dump().at("lr").get<double>(), dtype);
  }

  void step(size_t given = 2) {
    for (size_t i = 0; i < given; ++i) parameters_[i].value.mutable_grad() = gradient(i);
    at::NoGradGuard no_grad;
    optimizer_->step(rate_);
    for (const Parameter& p : parameters_) p.value.mutable_grad() = Tensor();
  }
  void steps(int count) {
    for (int i = 0; i < count; ++i) step();
  }

  double value() const {
    double sum = 0;
    for (size_t i = 0; i < parameters_.size(); ++i)
      sum += 0.5 * (parameters_[i].value - goals_[i]).square().sum().item<double>();
    return sum;
  }
  void set_rate(double rate) { rate_.fill_(rate); }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::vector<Parameter> state() const { return optimizer_->state(); }
  OptimizerForm form() const { return optimizer_->form(); }
  Tensor gradient(size_t i) const { return parameters_[i].value.detach() - goals_[i]; }
  double rate() const { return rate_.item().toDouble(); }

  /// Everything that a checkpoint holds, copied.
  std::vector<Tensor> snapshot() const {
    std::vector<Tensor> all;
    for (const Parameter& p : parameters_) all.push_back(p.value.clone());
    for (const Parameter& p : state()) all.push_back(p.value.clone());
    return all;
  }
  void restore(const std::vector<Tensor>& all) {
    size_t i = 0;
    for (const Parameter& p : parameters_) p.value.copy_(all[i++]);
    for (const Parameter& p : state()) p.value.copy_(all[i++]);
  }

 private:
  std::shared_ptr<Optimizer> optimizer_;
  std::vector<Parameter> parameters_;
  std::vector<Tensor> goals_;
  Tensor rate_;
};

void check_descends(const ComponentRef& ref) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    Descent descent(ref, dtype);
    const double start = descent.value();
    descent.step();
    const double first = descent.value();
    require(first < start, "a step takes a quadratic from {:g} to {:g}", start, first);
    descent.steps(49);
    require(descent.value() < first, "50 steps take a quadratic from {:g} to {:g}", first,
            descent.value());
  }
}

void check_in_place(const ComponentRef& ref) {
  Descent descent(ref);
  const void* before = descent.parameters()[0].value.data_ptr();
  descent.steps(2);
  require(descent.parameters()[0].value.data_ptr() == before, "it replaces a parameter's storage");
  Descent partial(ref);
  const Tensor kept = partial.parameters()[1].value.clone();
  partial.step(1);
  require_same_bits(partial.parameters()[1].value, kept, "a parameter without a gradient");
  Descent still(ref);
  const Tensor start = still.parameters()[0].value.clone();
  still.set_rate(0);
  still.step();
  require_same_bits(still.parameters()[0].value, start, "a parameter after a step of rate 0");
}

void check_state_names(const ComponentRef& ref) {
  Descent descent(ref);
  std::set<std::string> names;
  for (const Parameter& p : descent.state()) {
    require(names.insert(p.name).second, "'{}' names two tensors of its state", p.name);
    require(p.name.rfind("encoder.0.0.", 0) == 0, "'{}' does not begin with its parameter's name",
            p.name);
  }
}

void check_resumes(const ComponentRef& ref) {
  Descent whole(ref), resumed(ref);
  whole.steps(5);
  const auto saved = whole.snapshot();
  whole.steps(5);
  resumed.restore(saved);
  resumed.steps(5);
  const auto expected = whole.snapshot(), got = resumed.snapshot();
  for (size_t i = 0; i < expected.size(); ++i)
    require_same_bits(got[i], expected[i], "ten steps, and five, saved, read and five more");
}

void check_repeats(const ComponentRef& ref) {
  Descent a(ref), b(ref);
  a.steps(5);
  b.steps(5);
  require_same_bits(a.parameters()[0].value, b.parameters()[0].value, "the same five steps, twice");
}

void check_form(const ComponentRef& ref) {
  Descent descent(ref);
  const OptimizerForm form = descent.form();
  if (form.op == OptimizerOp::opaque) throw CheckSkipped("it says none");
  const Parameter& w = descent.parameters()[0];
  ComputedUpdates expected(form, w.value);
  for (int k = 0; k < 5; ++k) {
    expected.step(descent.gradient(0), descent.rate());
    descent.step();
    require_close(w.value, expected.value, 1e-12, fmt::format("w after {} steps", k + 1));
  }
  std::map<std::string, Tensor> state;
  for (const Parameter& p : descent.state()) state[p.name] = p.value;
  for (const auto& [name, value] : expected.state) {
    const auto it = state.find(w.name + "." + name);
    require(it != state.end(), "its form has a state '{}', which it lacks", name);
    require_close(it->second, value, 1e-12, name);
  }
}

void check_optimizer(const ComponentRef& ref, Checks& checks) {
  checks.run("descends a quadratic", [&] { check_descends(ref); });
  checks.run("updates in place, at the rate given", [&] { check_in_place(ref); });
  checks.run("names its state", [&] { check_state_names(ref); });
  checks.run("resumes bit for bit from its state", [&] { check_resumes(ref); });
  checks.run("repeats bit for bit", [&] { check_repeats(ref); });
  checks.run("computes what its form says", [&] { check_form(ref); });
}

void use_optimizer(const ComponentRef& ref) {
  Descent(ref).steps(2);
}

const FamilyChecks optimizer_checks(Optimizer::family, check_optimizer, use_optimizer);

}  // namespace
}  // namespace strata
