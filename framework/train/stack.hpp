#pragma once
// Every layer of a run in its place, and passes through them. Implemented in stack.cpp.
#include <string>
#include <vector>

#include "strata/core/layer.hpp"
#include "strata/core/stage.hpp"

namespace strata {

/// A layer at its place in a block.
struct PlacedLayer {
  std::string name;  ///< "encoder.0.1"
  std::string type;  ///< "tanh"; of a mirror, what it does: "upsample"
  std::shared_ptr<Layer> layer;
  ComponentRef ref;  ///< what built it; of a mirror, what built the layer that it undoes
  Shape input, output;
  int64_t parameters = 0;  ///< how many numbers it learns
  std::string tied_to;     ///< the layer whose weights it shares, transposed; empty for none
  bool mirrors = false;    ///< it is a mirror: no file names it
  Json mirror;             ///< of a mirror, Layer::written_out(); else null
  bool trains = false;     ///< in the stage that is being trained
};

/// Layers that stay together: one pair's encoder or decoder, or the head.
struct Block {
  std::string name;
  std::vector<PlacedLayer> layers;
  Shape input, output;
  Range input_range, output_range;
  int64_t parameters() const;
};

/// Every encoder/decoder pair and the head, for the whole run. Stages only refer to its blocks, so
/// what one stage trained, the next goes on with.
///
/// Life: blocks are added (shapes are inferred, LayerError thrown, nothing allocated), then build()
/// draws all parameters, then forward().
class Stack {
 public:
  /// The layers named by the references, fed with `input`. A LayerError thrown, by which a layer
  /// refuses its input, carries no position; `failed`, where given, is set to the index of the
  /// layer at fault. What else a layer throws becomes a ComponentError.
  const Block& add(const std::string& name, const std::vector<ComponentRef>& layers,
                   const Shape& input, const Range& input_range, const LayerContext& context,
                   size_t* failed = nullptr);

  /// The mirror of an encoder: its transforms undone in reverse order, each followed by the
  /// activation whose range is that of the values it rebuilds -- the one that made them, or, for
  /// images, the one that ends_decoder() for [0, 1]. `before` are the blocks that feed the encoder,
  /// outermost first. `failed`, where given, is set to the index of the encoder's layer that throws
  /// a LayerError, past the last one where its mirror does not fit.
  const Block& add_mirror(const std::string& name, const Block& encoder,
                          const std::vector<const Block*>& before,
                          const MirrorContext& context = {}, size_t* failed = nullptr);

  /// Draws every parameter: a pure function of seed and the parameter's name.
  void build(uint64_t seed, at::ScalarType dtype, at::Device device);

  const Block& block(const std::string& name) const;
  bool has(const std::string& name) const;
  const std::vector<std::shared_ptr<Block>>& blocks() const { return blocks_; }

  /// x: {batch, input...} through the blocks, in order. Throws RunError, with the layer's name,
  /// where one throws or gives another shape than it inferred.
  Tensor forward(const std::vector<std::string>& blocks, Tensor x,
                 const ForwardContext& context) const;

  /// The first layer on that way whose output is not finite, described; "" where all are.
  std::string first_not_finite(const std::vector<std::string>& blocks, Tensor x,
                               const ForwardContext&) const;

  /// What the layers on that way say when a gradient of ones is sent back through each alone, in
  /// training, the last first: "" where each passes a finite one on, else the first fault, with the
  /// layer described.
  std::string backward_fault(const std::vector<std::string>& blocks, Tensor x,
                             const ForwardContext&) const;

  /// The parameters of these blocks, in order, each once. After build().
  std::vector<Parameter> parameters(const std::vector<std::string>& blocks) const;
  /// Their buffers likewise.
  std::vector<Parameter> buffers(const std::vector<std::string>& blocks) const;
  /// Both: all that these blocks learned.
  std::vector<Parameter> tensors(const std::vector<std::string>& blocks) const;

  /// From now on the layers of these blocks train and may write their buffers, and no others; nor
  /// do those that `frozen` names, or whose block it names.
  void let_train(const std::vector<std::string>& blocks, const std::vector<std::string>& frozen);

 private:
  Block& place(std::shared_ptr<Block> block, const LayerContext& context, size_t* failed);

  std::vector<std::shared_ptr<Block>> blocks_;
  std::vector<Parameter> parameters_, buffers_;
};

}  // namespace strata
