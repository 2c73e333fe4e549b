#pragma once
// The family `loss`, and what a stage's output is compared with. Names in stage.cpp; contract in
// contract/loss.cpp.
#include <optional>
#include <string>
#include <vector>

#include "strata/core/figure.hpp"
#include "strata/core/layer.hpp"

namespace strata {

/// What a stage's output is compared with.
enum class Target {
  pixels,  ///< the images, {batch, sample shape...}, values in [0, 1]
  codes,   ///< the stage's own input, which is the output of its frozen prefix
  labels,  ///< {batch}, int64, 0 ... classes - 1
};
const char* target_name(Target target);

/// What a loss is asked to judge; known before anything trains.
struct LossUse {
  Target target = Target::pixels;
  std::optional<Range> output;        ///< of the stage's last layer; nothing where it is not known,
  std::optional<Range> target_range;  ///< because layers do not fit; of the target's values
  std::vector<std::string> class_names{};  ///< class_labels(), of labels
};

/// What classes are called in settings: by their names, or "0", "1" ... where they have none.
std::vector<std::string> class_labels(int64_t classes, const std::vector<std::string>& names);

/// What a loss against labels may know of the training set.
struct LossData {
  std::vector<int64_t> class_counts;     ///< samples of each class
  std::vector<std::string> class_names;  ///< class_labels()
  at::TensorOptions place;               ///< dtype and device of the outputs
};

/// How far an output is from its target.
class Loss {
 public:
  static constexpr const char* family = "loss";
  virtual ~Loss() = default;

  /// Why the loss does not suit this use ("needs log-probabilities: ..."), or nothing where it
  /// does.
  virtual std::optional<std::string> objection(const LossUse& use) const = 0;

  /// The figure that its mean over a split is, in training and afterwards. A quantity has one name,
  /// whichever loss computes it: cross_entropy of scores is the nll of their log-probabilities; and
  /// errors of pixels and of codes are two quantities.
  virtual FigureInfo measure(Target target) const = 0;

  /// Called before a stage is trained whose target is labels.
  virtual void prepare(const LossData&) {}

  /// A scalar: the mean over the batch (and, for pixels and codes, over the elements of a sample).
  virtual Tensor forward(const Tensor& output, const Tensor& target) const = 0;

  virtual LossForm form() const { return {}; }
};

}  // namespace strata
