#include "strata/fused/step_input.hpp"

#include <type_traits>

namespace strata {

template <class T, class E>
StepInput<T, E>::StepInput(const StageParts& parts, Network<T, E>& network, Passes<T, E>& passes,
                           Counts& counts)
    : parts_(parts),
      network_(network),
      passes_(passes),
      arena_(counts),
      columns_(element_count(parts.stack.block(parts.spec.blocks.front()).input)),
      labels_(arena_.template take<int64_t>(network.most_rows())),
      copies_(std::is_same_v<T, E> ? nullptr : network.input_factors()) {
  const CorruptionForm form =
      parts.corruption == nullptr ? CorruptionForm() : parts.corruption->form();
  const T rate = static_cast<T>(form.rate);
  if (form.op == CorruptionOp::masking)
    spoils_ = {rate, rate, T(0), T(0)};
  else if (form.op == CorruptionOp::salt_and_pepper)
    spoils_ = {rate, static_cast<T>(form.rate / 2), static_cast<T>(form.low),
               static_cast<T>(form.high)};
  else
    return;
  spoilt_ = arena_.template take<T>(network.most_rows() * columns_);
}

template <class T, class E>
void StepInput<T, E>::fill(const StageInput& input, const DeviceSplit& split, const Tensor& index,
                           E* factors) {
  const int64_t* const samples = index.data_ptr<int64_t>();
  const int64_t rows = index.size(0);
  if (input.codes().defined())
    passes_.gather_rows(input.codes().data_ptr<T>(), input.row_of().data_ptr<int64_t>(), samples,
                        rows, columns_, network_.input(), factors);
  else
    passes_.gather_images(split.pixels.data_ptr<uint8_t>(), samples, rows, columns_,
                          network_.input(), factors);
  const int64_t* const labels = split.labels.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows; ++i) labels_[i] = labels[samples[i]];
}

template <class T, class E>
const E* StepInput<T, E>::load(const StageInput& input, const DeviceSplit& split,
                               const Tensor& index) {
  fill(input, split, index, copies_);
  return network_.input_factors();
}

template <class T, class E>
const E* StepInput<T, E>::load(const ForwardContext& place) {
  if (parts_.corruption == nullptr) return load(parts_.input, parts_.data.train, place.samples);
  fill(parts_.input, parts_.data.train, place.samples, nullptr);
  const int64_t rows = place.samples.size(0);
  if (spoilt_ != nullptr) {
    const NoiseCounter noise{parts_.noise, place.epoch, 0, place.samples.data_ptr<int64_t>(),
                             columns_};
    passes_.spoil(spoils_, noise, rows, network_.input(), spoilt_, copies_);
    return as_factors(spoilt_);
  }
  const Shape& sample = parts_.stack.block(parts_.spec.blocks.front()).input;
  const Tensor clean =
      at::from_blob(network_.input(), batch_shape(rows, sample), parts_.options.dtype);
  corrupted_ = parts_.corrupted(clean, place).contiguous();
  const T* const values = corrupted_.data_ptr<T>();
  if (copies_ != nullptr) passes_.to_factors(values, rows * columns_, copies_);
  return as_factors(values);
}

/// Numbers, or the copies of them that products take.
template <class T, class E>
const E* StepInput<T, E>::as_factors(const T* values) const {
  if constexpr (std::is_same_v<T, E>)
    return values;
  else
    return copies_;
}

template class StepInput<float, float>;
template class StepInput<double, double>;
template class StepInput<float, BFloat16>;

}  // namespace strata
