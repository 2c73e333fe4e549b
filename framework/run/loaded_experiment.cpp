#include <fmt/format.h>

#include "strata/fused/engine.hpp"
#include "strata/run/identity.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/runner.hpp"
#include "strata/support/sha256.hpp"

namespace strata {

Json LoadedExperiment::resolved() const {
  return dump_params(param_list<Experiment>(), &settings);
}

std::string LoadedExperiment::title() const {
  return fmt::format("{} ({})", settings.name,
                     label.empty() ? fmt::format("seed {}", settings.seed) : label);
}

std::string LoadedExperiment::hash() const {
  return sha256_hex(resolved().dump());
}

std::string LoadedExperiment::own_id() const {
  return fmt::format("{}-s{}", folder_id(settings), settings.seed);
}

std::filesystem::path record_path(const LoadedExperiment& experiment,
                                  const std::filesystem::path& out) {
  return out / experiment.settings.name / experiment.run_id() / "record.json";
}

FitOptions fit_options(const Experiment& settings, const RunOptions& options) {
  FitOptions fit;
  fit.batch_size = settings.data.batch_size;
  fit.shuffle = settings.data.order == "shuffled";
  fit.seed = static_cast<uint64_t>(settings.seed);
  fit.dtype = settings.dtype == "float64" ? at::kDouble : at::kFloat;
  fit.device = choose_device(settings.device);
  fit.stop = options.stop;
  if (options.engine != "autograd")
    fit.engines = {fused_engine(matmul_precision(settings.matmul_precision))};
  return fit;
}

}  // namespace strata
