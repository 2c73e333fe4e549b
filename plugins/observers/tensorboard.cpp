#include <ATen/ops/histc.h>
#include <ATen/ops/isfinite.h>

#include <array>
#include <chrono>
#include <cstring>
#include <map>

#include "strata/core/observer.hpp"
#include "strata/support/files.hpp"
#include "strata/support/protobuf.hpp"

namespace strata {
namespace {

/// CRC-32C (Castagnoli), rotated and shifted as the format asks for.
uint32_t masked_crc(const std::string& bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> made{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78U : 0);
      made[i] = crc;
    }
    return made;
  }();
  uint32_t crc = ~0U;
  for (const char byte : bytes) crc = table[(crc ^ static_cast<uint8_t>(byte)) & 0xff] ^ crc >> 8;
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

template <class T>
std::string little_endian(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

/// An event as the file holds it: its length, the length's checksum, the event, its checksum.
std::string framed(const std::string& event) {
  const std::string length = little_endian(uint64_t{event.size()});
  return length + little_endian(masked_crc(length)) + event + little_endian(masked_crc(event));
}

/// The whole events that a file begins with, each in its frame.
std::vector<std::string> frames_of(const std::string& file) {
  constexpr size_t before = 12, around = 16;  // bytes of a frame that are no event
  std::vector<std::string> frames;
  for (size_t at = 0; file.size() - at >= around; at += frames.back().size()) {
    uint64_t length = 0;
    std::memcpy(&length, file.data() + at, sizeof(length));
    if (length > file.size() - at - around) break;
    std::string frame = file.substr(at, length + around);
    if (framed(frame.substr(before, length)) != frame) break;
    frames.push_back(std::move(frame));
  }
  return frames;
}

/// The values of one event.
class Summary {
 public:
  void scalar(const std::string& tag, const Json& value) {
    if (value.is_number()) add(ProtoFields().text(1, tag).float32(2, value.get<float>()));
  }

  /// Of what is finite; in 30 buckets of one width.
  void histogram(const std::string& tag, const Tensor& tensor) {
    const Tensor all = tensor.detach().flatten().to(at::kCPU, at::kDouble);
    const Tensor values = all.masked_select(at::isfinite(all));
    if (values.numel() == 0) return;
    const double low = values.min().item<double>(), high = values.max().item<double>();
    const int64_t buckets = low < high ? 30 : 1;
    std::vector<double> limits, counts;
    const Tensor counted = at::histc(values, buckets, low, high);
    for (int64_t i = 0; i < buckets; ++i) {
      limits.push_back(low +
                       (high - low) * static_cast<double>(i + 1) / static_cast<double>(buckets));
      counts.push_back(counted[i].item<double>());
    }
    add(ProtoFields().text(1, tag).message(5, ProtoFields()
                                                  .float64(1, low)
                                                  .float64(2, high)
                                                  .float64(3, static_cast<double>(values.numel()))
                                                  .float64(4, values.sum().item<double>())
                                                  .float64(5, values.square().sum().item<double>())
                                                  .packed(6, limits)
                                                  .packed(7, counts)));
  }

  /// A PNG file: its height and width follow the name of its first chunk.
  void image(const std::string& tag, const std::string& png) {
    if (png.size() < 24) return;
    const auto number = [&](size_t at) {
      int64_t value = 0;
      for (size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<uint8_t>(png[i]);
      return value;
    };
    add(ProtoFields().text(1, tag).message(
        4, ProtoFields().integer(1, number(20)).integer(2, number(16)).text(4, png)));
  }

  const ProtoFields& fields() const { return fields_; }

 private:
  void add(const ProtoFields& value) { fields_.message(1, value); }
  ProtoFields fields_;
};

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// One event for the file's version, then one for each epoch and one for the end of each stage: so
/// a run that goes on knows how many of the earlier leg's events still stand.
class TensorBoard final : public Observer {
 public:
  struct Params {
    bool histograms = true;
    static void declare(Declare<Params>& d) {
      d.doc(
          "Writes an event file for TensorBoard into the run's folder: each epoch's figures and a "
          "histogram of each parameter that trains, and the pictures after each stage.");
      d.add("histograms", &Params::histograms, "of what trains, after each epoch");
    }
  };
  explicit TensorBoard(const Params& params) : params_(params) {}

  void run_started(const ObservedRun& run) override {
    run_ = run;
    const std::filesystem::path path = run.folder / "events.out.tfevents.strata";
    if (run.resumed && file_facts(path)) earlier_ = frames_of(read_file(path));
    file_ = std::make_unique<PartFile>(path);
    file_->clear();
    if (!kept_earlier())
      append(
          framed(ProtoFields().float64(1, seconds_since_1970()).text(3, "brain.Event:2").bytes()));
  }

  void stage_started(const StageSpec&) override { forget_earlier(); }
  void stage_resumed(const StageSpec& stage, const StageResult& so_far) override {
    for (const EpochResult& epoch : so_far.epochs)
      if (!kept_earlier()) write_epoch(stage, epoch, {});
    forget_earlier();
  }
  void epoch_done(const StageSpec& stage, const EpochResult& epoch) override {
    write_epoch(stage, epoch, trained(stage));
  }
  void stage_done(const StageEnd&) override {
    const Summary pictures = new_pictures();
    write(pictures, ++stages_);
    file_->flush();
  }
  void stage_restored(const StageEnd& end) override {
    const StageResult& result = end.result;
    for (size_t i = 0; i < result.epochs.size(); ++i)
      if (!kept_earlier())  // of its parameters, only those that were kept are known
        write_epoch(result.spec, result.epochs[i],
                    i == result.kept ? trained(result.spec) : std::vector<Parameter>());
    const Summary pictures = new_pictures();
    ++stages_;
    if (!kept_earlier()) write(pictures, stages_);
  }

 private:
  /// Whether the next event is there from an earlier leg; it is kept as it was.
  bool kept_earlier() {
    if (used_ == earlier_.size()) return false;
    append(earlier_[used_++]);
    return true;
  }
  void forget_earlier() { used_ = earlier_.size(); }

  void append(const std::string& frame) { file_->append(frame.data(), frame.size()); }

  void write(const Summary& summary, int64_t step) {
    append(framed(ProtoFields()
                      .float64(1, seconds_since_1970())
                      .integer(2, step)
                      .message(5, summary.fields())
                      .bytes()));
  }

  std::vector<Parameter> trained(const StageSpec& stage) const {
    std::vector<Parameter> found;
    if (!params_.histograms || !run_.tensors) return found;
    for (const Parameter& p : run_.tensors())
      for (const std::string& block : stage.trains)
        if (names_part(block, p.name)) found.push_back(p);
    return found;
  }

  void write_epoch(const StageSpec& stage, const EpochResult& epoch,
                   const std::vector<Parameter>& parameters) {
    Summary summary;
    const auto tag = [&](const std::string& name) { return stage.name + "/" + name; };
    summary.scalar(tag("train/loss"), epoch.loss);
    summary.scalar(tag("train/learning_rate"), epoch.learning_rate);
    summary.scalar(tag("train/samples_per_second"), epoch.samples_per_second);
    for (const auto& [split, figures] : epoch.metrics.items())
      for (const auto& [figure, value] : figures.items())
        summary.scalar(tag(split + "/" + figure), value);
    for (const Parameter& p : parameters) summary.histogram(tag(p.name), p.value);
    write(summary, epoch.epoch);
  }

  /// Those of the run's pictures that have changed.
  Summary new_pictures() {
    Summary summary;
    std::error_code none;  // where no pictures are drawn
    for (const auto& entry : list_folder(run_.folder / "images", none)) {
      const std::string name = entry.path().stem().string(), png = read_file(entry.path());
      if (png != pictures_[name]) summary.image("images/" + name, png);
      pictures_[name] = png;
    }
    return summary;
  }

  Params params_;
  ObservedRun run_;
  std::unique_ptr<PartFile> file_;
  std::vector<std::string> earlier_;
  size_t used_ = 0;  // of these
  int64_t stages_ = 0;
  std::map<std::string, std::string> pictures_;
};

STRATA_REGISTER(Observer, TensorBoard, "tensorboard");

}  // namespace
}  // namespace strata
