#pragma once
// Values to go back to, and the choice of an epoch. Implemented in selection.cpp.
#include <optional>
#include <vector>

#include "strata/core/stage.hpp"
#include "strata/core/tensor.hpp"

namespace strata {

/// Tensors' values at one moment, to go back to. It owns copies of the values and refers to the
/// tensors themselves; taking them anew allocates nothing.
class Snapshot {
 public:
  /// The tensors must be the same, in the same order, every time.
  void take(const std::vector<Parameter>& tensors);
  /// Puts the values back; does nothing where none were taken.
  void restore() const;
  /// The copies under their tensors' names, shared; none where none were taken.
  std::vector<Parameter> values() const;
  bool empty() const { return values_.empty(); }

 private:
  std::vector<Parameter> tensors_;
  std::vector<Tensor> values_;
};

/// Follows the figure that a stage's end or kept epoch is chosen by, and keeps the best tensors
/// where the settings ask for them.
class Selection {
 public:
  /// Refers to both, which must outlive it.
  Selection(const StageSpec& spec, const std::vector<Parameter>& tensors);

  /// True where the stage is to end here.
  bool ends_after(const EpochResult& epoch);

  /// Where the choice stands, and the best parameters so far (snapshot().values()).
  Json state() const;
  const Snapshot& snapshot() const { return values_; }
  /// Goes on from a state(); where it kept parameters, they are those of snapshot(), to be filled.
  void restore(const Json& state);

  /// Puts the best tensors back; the index of the epoch that they are from, `last` where none
  /// were kept.
  size_t finish(size_t last);

 private:
  const StageSpec& spec_;
  const std::vector<Parameter>& tensors_;
  std::optional<Figure> figure_;
  BestSoFar best_;
  Snapshot values_;
  size_t kept_ = 0;
};

}  // namespace strata
