#pragma once
// The family `layer`, and what a layer is given: shapes, parameters, the place of a pass in a run.
// train/stack.cpp calls it; contract in contract/layer.cpp.
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "strata/core/form.hpp"
#include "strata/core/initializer.hpp"
#include "strata/core/tensor.hpp"

namespace strata {

/// The values that a layer's output can take.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  bool bounded() const { return std::isfinite(low) && std::isfinite(high); }
  bool within(const Range& other) const { return low >= other.low && high <= other.high; }
  bool operator==(const Range& other) const { return low == other.low && high == other.high; }
};

/// A layer cannot take its input, or its parameters are wrong for it. what() says what was expected
/// and what came, without a position; the caller adds file, line and key.
class LayerError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a layer may know of its place when it infers its shapes.
struct LayerContext {
  /// The number of classes, at the end of a classifier's head: from its last transform on.
  std::optional<int64_t> classes;
};

/// Creates a layer's tensors. Implemented by the stack, which owns them.
class ParameterFactory {
 public:
  virtual ~ParameterFactory() = default;
  /// A parameter in the run's dtype on the run's device, drawn by the initializer; `name` is local
  /// to the layer ("weight"). The same name always gets the same values, whatever else the run
  /// holds.
  virtual Tensor parameter(const std::string& name, const Shape& shape, const Initializer& init,
                           int64_t fan_in, int64_t fan_out) = 0;

  /// A tensor that is no parameter and yet part of what was learned (a running mean): likewise in
  /// the run's dtype on its device, each element `value` at first. forward() writes into it in
  /// place, where ForwardContext::update_buffers says so. It is saved, kept, put back and frozen
  /// with the layer's parameters.
  virtual Tensor buffer(const std::string& name, const Shape& shape, double value) = 0;
};

/// What a forward pass may depend on besides its input.
///
/// A layer that draws random numbers takes its place from noise_place() (core/noise.hpp), not from
/// the numbers below: a step that is captured once and replayed on a device reads epoch and step
/// there, from a tensor that noise_place() hands on.
struct ForwardContext {
  bool training = false;        ///< false: the result is a pure function of input and parameters
  bool update_buffers = false;  ///< while training, and where the layer itself trains
  uint64_t seed = 0;  ///< with what follows, the place of this pass in the run, from which every
  std::string stage;  ///< random number is derived (support/random.hpp)
  std::string layer;  ///< "encoder.0.1"
  uint32_t epoch = 0;
  uint32_t step = 0;
  Tensor samples;  ///< int64 {batch}: the samples' numbers, or undefined where they have none
  std::map<std::string, Tensor>* sides = nullptr;  ///< of give()

  /// Hands a tensor besides the output ("mean") to the stage's penalties; does nothing where none
  /// looks.
  void give(const std::string& name, const Tensor& value) const {
    if (sides != nullptr) (*sides)[layer + "." + name] = value;
  }
};

/// What is asked of a mirror besides undoing a layer.
struct MirrorContext {
  bool tied = false;  ///< it shares the layer's weights, transposed, instead of having its own
};

/// One layer of a stack: shapes without tensors first, then parameters, then passes.
///
/// Life: constructed from its Params; configure() once; build(); then, where the run trains,
/// build() again and forward() any number of times. Gradients come from autograd, so forward() is
/// made of differentiable ATen operations, or of an autograd Function of its own, and never writes
/// into its input.
class Layer {
 public:
  static constexpr const char* family = "layer";
  virtual ~Layer() = default;

  enum class Role {
    transform,    ///< has an output of free range (linear, convolution)
    activation,   ///< element by element; sets the range of its output
    passthrough,  ///< moves or selects values: the range of its output is that of its input
  };
  virtual Role role() const = 0;

  /// The shape of an output sample for an input sample's; kept for later calls. Throws LayerError.
  virtual Shape configure(const Shape& input, const LayerContext& context) = 0;

  /// The range of the outputs; for role passthrough, of any input in [0, 1] or the like, unchanged.
  virtual Range range() const { return {}; }

  /// Asks for the parameters and keeps what it gets. Called after configure(): first with a factory
  /// that only counts and returns undefined tensors, then, where the run trains, with one that
  /// draws them.
  virtual void build(ParameterFactory&) {}

  /// x: {batch, input shape...} -> {batch, output shape...}, same dtype and device.
  virtual Tensor forward(const Tensor& x, const ForwardContext& context) const = 0;

  /// The layer that undoes this one's change of shape in a decoder, not yet configured; its input
  /// is this one's output and its output must be this one's input shape. Called after configure().
  /// nullptr with role activation or passthrough: nothing to undo. A transform without a mirror
  /// throws LayerError: its decoder must be written out. A mirror may refer to this layer, which
  /// outlives it. A layer with weights that it cannot share, where context.tied asks for it, throws
  /// LayerError too.
  virtual std::shared_ptr<Layer> mirror(const MirrorContext&) const { return nullptr; }

  /// Of a mirror, which no file names: how a file would write it out ({"type": "conv2d", "kernel":
  /// 3, ...}), from which `show` and the record have it. Called after configure().
  virtual Json written_out() const { return nullptr; }

  /// Called after build(), and before it by who asks for the operation alone.
  virtual LayerForm form() const { return {}; }

  /// True for the activation that a decoder ends in where data of exactly this layer's range() is
  /// to be rebuilt (sigmoid, for pixels in [0, 1]). At most one layer for each range says so.
  virtual bool ends_decoder() const { return false; }
};

/// Throws LayerError where a sample is no {channels, height, width}.
void expect_image(const Shape& input);

/// An activation with no parameters: shape in = shape out.
class Activation : public Layer {
 public:
  Role role() const override { return Role::activation; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
};

}  // namespace strata
