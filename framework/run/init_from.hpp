#pragma once
// Beginning with the weights of another run: `init_from`. Implemented in init_from.cpp.
#include <optional>
#include <string>

#include "strata/run/finished_stage.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// The `init_from` of an experiment file.
struct InitFrom {
  std::string run;
  std::optional<std::string> stage;
  std::string layers = "encoder";
  static void declare(Declare<InitFrom>& d);
};

/// What a run begins with.
struct InitialWeights {
  FinishedStage stage;
  Json origin;  ///< as the record's `init_from`
};

/// What is wrong with the value of a key of `init_from`.
struct InitFromError : UserError {
  InitFromError(const std::string& at, const std::string& what)
      : UserError(what), path("init_from." + at) {}
  std::string path;
};

/// The stage that is named, of the run, or of the one with this seed in a folder of runs. Throws
/// InitFromError.
InitialWeights read_initial_weights(const InitFrom& from, int64_t seed);

/// Of a stack that is not built yet: throws InitFromError where it has no such layers, or the
/// weights have not all of them in the same shapes.
void check_initial_weights(const InitialWeights& weights, const InitFrom& from, const Stack& stack);

/// Gives a stack that is built, and was checked, the weights of these layers.
void take_initial_weights(const InitialWeights& weights, const InitFrom& from, const Stack& stack);

/// What of `init_from` enters the results: which weights, wherever they lie.
Json initial_content(const InitFrom& from, int64_t seed);

}  // namespace strata
