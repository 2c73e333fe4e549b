#pragma once
// The observer that draws a run's pictures. Implemented in images.cpp.
#include <filesystem>
#include <functional>

#include "strata/core/observer.hpp"
#include "strata/run/device_data.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// The pictures of a run, written as PNG beside its record for `strata report`; their form and the
/// record's `images` are described in record/record.hpp. A few dozen test samples and one pass over
/// the test set: well under 2 % of a run.
class RunImages final : public Observer {
 public:
  /// `data` and `stack` outlive this; files go to `folder`/images. `drawn` is given the record's
  /// `images` whenever there are more.
  RunImages(std::filesystem::path folder, const PreparedData& data, const FitOptions& options,
            const Stack& stack, std::function<void(const Json&)> drawn);

  void stage_done(const StageEnd& end) override;
  void stage_restored(const StageEnd& end) override { stage_done(end); }

 private:
  /// After a pretraining stage: a further row of reconstructions, through the `pairs` pairs grown
  /// so far.
  void add_reconstructions(const std::string& stage, size_t pairs);

  /// When pretraining is over: the code of encoder `pairs` - 1.
  void add_codes(const std::string& stage, size_t pairs);

  /// When the run is over: the first layer's weights.
  void add_filters();

  /// After the classifier: the test samples with the largest negative log-likelihood among those
  /// classified wrong. `blocks` lead from the images to the head's output.
  void add_worst(const std::vector<std::string>& blocks);

  Tensor samples(const Tensor& index) const;
  Json write(const std::string& name, const std::vector<uint8_t>& tiles, const Shape& tile,
             int64_t columns);

  std::filesystem::path folder_;
  const PreparedData& data_;
  FitOptions options_;
  const Stack& stack_;
  std::function<void(const Json&)> drawn_;
  Tensor shown_;  ///< the test samples that are rebuilt, int64
  std::vector<uint8_t> originals_, rows_;
  Json reconstructions_, record_ = Json::object();
};

}  // namespace strata
