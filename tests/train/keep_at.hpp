#pragma once
// A stage's state at one moment, and what two trainings are compared by.
#include "strata/train/safetensors.hpp"
#include "train/small.hpp"

namespace strata::testing {

/// Keeps the state at one moment, as a file would hold it.
class KeepAt final : public Checkpointing {
 public:
  explicit KeepAt(int moment) : moment_(moment) {}
  bool due(bool) override { return moments_++ == moment_; }
  void save(const StageSpec&, const TrainingState& state) override {
    json_ = state.dump().dump();
    bytes_ = to_safetensors(state.tensors);
  }
  bool kept() const { return !bytes_.empty(); }
  int moments() const { return moments_; }
  ResumeFrom resume() const {
    ResumeFrom from{TrainingState::parse(Json::parse(json_), "state.json"), "state.json"};
    from.state.tensors = from_safetensors(bytes_, "tensors");
    return from;
  }

 private:
  int moment_, moments_ = 0;
  std::string json_, bytes_;
};

/// Without what a clock says.
inline Json figures(const StageResult& result) {
  Json all = Json::array();
  for (EpochResult epoch : result.epochs) {
    epoch.seconds = epoch.samples_per_second = 0;
    all.push_back(dump_epoch(epoch));
  }
  return {{"epochs", all}, {"kept", result.kept}};
}

}  // namespace strata::testing
