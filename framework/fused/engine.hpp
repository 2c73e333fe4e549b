#pragma once
// The engine that runs a stage of known parts as a short list of products and passes.
// docs/engine.md explains it; implemented in fused_step.cpp, its parts in the other files of this
// folder.
#include "strata/fused/counts.hpp"
#include "strata/fused/product.hpp"
#include "strata/train/step.hpp"

namespace strata {

/// What is given up for speed when float32 matrices are multiplied, in PyTorch's terms.
enum class MatmulPrecision { highest, high, medium };
MatmulPrecision matmul_precision(const std::string& name);

/// The format that products' factors have on this processor: bfloat16 for medium, where it
/// multiplies them; high is, on a CPU, as highest.
Format factor_format(at::ScalarType dtype, MatmulPrecision precision);

/// For FitOptions::engines.
StepMaker fused_engine(MatmulPrecision precision);

/// Why a stage runs on autograd: what fused_engine() would say of it; "" where it takes the stage.
/// The stack need not be built.
std::string why_not_fused(const Stack& stack, const StageSpec& spec, const at::Device& device);

/// A step of this engine, with what it counts.
class FusedStageStep : public StageStep {
 public:
  virtual const Counts& counts() const = 0;
};

}  // namespace strata
