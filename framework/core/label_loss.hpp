#pragma once
// What the losses of classifiers share: labels that are smoothed, and classes that weigh more.
// Implemented in label_loss.cpp.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/loss.hpp"

namespace strata {

/// `class_weights: balanced`, or `class_weights: {cat: 2, dog: 0.5}`, 1 for classes not named.
struct ClassWeights {
  bool balanced = false;
  std::map<std::string, double> named;
};

template <>
struct Codec<ClassWeights> {
  static constexpr ParamType type{ParamType::Kind::map, nullptr, nullptr, &Codec<double>::type};
  static void parse(const Node& n, ClassWeights& v, Reader& r, const Constraints& c);
  static void complete(ClassWeights&, Reader&, const Place&) {}
  static Json dump(const ClassWeights& v) { return v.balanced ? Json("balanced") : Json(v.named); }
};

/// What losses against labels take.
struct LabelLossParams {
  std::optional<double> label_smoothing;
  std::optional<ClassWeights> class_weights;

  template <class D>
  static void declare_common(D& d) {
    d.add(
         "label_smoothing", &LabelLossParams::label_smoothing,
         "share of each label that is spread over all classes alike (Szegedy et al. 2016); default "
         "none")
        .min(0)
        .below(1);
    d.add("class_weights", &LabelLossParams::class_weights,
          "how much a sample of each class counts: a map of names and numbers, 1 where none is "
          "given; or balanced, which makes the classes of the training set count alike")
        .known_as({"class_weight", "weight"})
        .choices({"balanced"})
        .min(0);
  }
};

/// A loss against labels: the mean over samples of a weight times a value at the label.
class LabelLoss : public Loss {
 public:
  void prepare(const LossData& data) override;

 protected:
  explicit LabelLoss(const LabelLossParams& params) : params_(params) {}

  /// Why it does not suit, whatever the output is; `name` is the loss's own.
  std::optional<std::string> label_objection(const LossUse& use, const std::string& name) const;

  /// True where labels and samples are taken as they are.
  bool plain() const { return smoothing() == 0 && !params_.class_weights; }

  /// Of a figure that is `key` where plain().
  FigureInfo measure_as(const std::string& key) const;

  /// values: {batch, classes}.
  Tensor mean_at_labels(const Tensor& values, const Tensor& labels) const;

 private:
  double smoothing() const { return params_.label_smoothing.value_or(0); }

  LabelLossParams params_;
  Tensor weights_;  // {classes}; undefined where all count alike
};

}  // namespace strata
