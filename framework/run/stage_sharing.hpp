#pragma once
// A run's part in the sharing of stages: where each of its stages comes from. Implemented in
// stage_sharing.cpp.
#include "strata/run/shared_stages.hpp"
#include "strata/run/stage_key.hpp"
#include "strata/train/trainer.hpp"

namespace strata {

class StageSharing {
 public:
  /// @param common  of the keys (stage_key.hpp)
  StageSharing(const Plan& plan, Json common, std::filesystem::path out)
      : plan_(plan), common_(std::move(common)), stages_(std::move(out)) {}

  /// Takes no stage of other runs.
  void take_none() { takes_ = false; }
  /// Takes none and gives none: the run's stages are not what their keys would say.
  void stay_out() { takes_ = gives_ = false; }

  /// The stage after those done, where another run has it; else it is to be trained while the
  /// source lives, which holds the claim.
  SharedStages::Source look(const std::vector<StageResult>& done, const StageSpec& spec,
                            const std::function<void()>& waiting) const;

  /// The end of a run that trained the run's last stage for fewer epochs, to go on from.
  struct Shorter {
    std::optional<ResumeFrom> from;
    std::string run;      ///< that has it; empty for none
    std::string why_not;  ///< it is there, and is not gone on from
  };
  Shorter find_shorter(const std::vector<StageResult>& done, const StageSpec& spec) const;

  /// What a stage's record says for others to find it.
  Json keys(const std::vector<StageResult>& done, const StageSpec& spec) const;
  /// Tells them that it is there: by what its record says.
  void add(const Json& recorded, const std::filesystem::path& run_folder) const;

  /// What the record says of a stage that was taken.
  static Json facts_of(const SharedStage& stage);

 private:
  std::string key(const std::vector<StageResult>& done, const StageSpec& spec,
                  bool any_length = false) const;
  bool is_last(const StageSpec& spec) const { return spec.name == plan_.stages.back().name; }

  const Plan& plan_;
  Json common_;
  SharedStages stages_;
  bool takes_ = true, gives_ = true;
};

}  // namespace strata
