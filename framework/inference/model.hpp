#pragma once
// A trained model for programs: predict, encode, decode, reconstruct. Knows no LibTorch, so neither
// need they. Implemented in model.cpp.
//
//     strata::TrainedModel model("results/quickstart/32604c5d-s0");
//     strata::Rows rows = model.predict(images.data(), count);
//     int64_t best = rows.best(0);  // of the first image
//     std::cout << model.class_names()[best] << ' ' << rows.row(0)[best] << '\n';
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace strata {

struct TrainedRun;

/// Values, a row for each image.
struct Rows {
  std::vector<int64_t> shape;  ///< of one row: {10}, {1, 28, 28}
  std::vector<float> values;   ///< row after row

  int64_t size() const;   ///< values in a row
  int64_t count() const;  ///< rows
  const float* row(int64_t i) const { return values.data() + i * size(); }
  int64_t best(int64_t i) const;  ///< where in row i the largest value is
};

/// A model from its run's folder alone, wherever that lies now. Images are bytes, one image after
/// the other, each input_shape() = {channels, height, width}, channel by channel; 0 is black, 255
/// is white. They go through the model in batches of a thousand.
///
/// Any number of threads may use one model at a time. What is wrong with the run or the call is a
/// std::runtime_error that says what was expected.
///
/// A stage is named as in the record ("pretrain-2"): its weights are used. By default predict() and
/// encode() take the last stage, decode() and reconstruct() the last that learned to rebuild its
/// input.
class TrainedModel {
 public:
  /// @param run     the run's folder, or the record.json in it
  /// @param device  "auto" takes a GPU where there is one; "cpu", "cuda"
  explicit TrainedModel(const std::filesystem::path& run, const std::string& device = "auto");
  ~TrainedModel();
  TrainedModel(TrainedModel&&) noexcept;
  TrainedModel& operator=(TrainedModel&&) noexcept;

  const std::vector<int64_t>& input_shape() const;
  const std::vector<std::string>& class_names() const;
  /// The stages that were trained, in order.
  std::vector<std::string> stages() const;
  /// The stage that decode() takes: `stage`, else the last that learned to rebuild its input.
  std::string rebuilding_stage(const std::string& stage = {}) const;
  /// What may surprise of the run, a line each: it did not complete, say.
  const std::vector<std::string>& notes() const;

  /// The run behind it (trained_run.hpp), for programs that know LibTorch.
  const TrainedRun& run() const;

  /// The probability of each class.
  Rows predict(const uint8_t* images, int64_t count) const;
  /// The codes. @param block  whose output: "encoder.0"; by default the innermost encoder's
  Rows encode(const uint8_t* images, int64_t count, const std::string& stage = {},
              const std::string& block = {}) const;
  /// The images, 0 to 1, that innermost codes stand for.
  Rows decode(const Rows& codes, const std::string& stage = {}) const;
  /// decode(encode(...)).
  Rows reconstruct(const uint8_t* images, int64_t count, const std::string& stage = {}) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace strata
