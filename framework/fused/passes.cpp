#include "strata/fused/passes.hpp"

#include <omp.h>

#include <algorithm>
#include <type_traits>

#include "strata/core/batches_kernel.hpp"
#include "strata/fused/pass_loops.hpp"

namespace strata {
namespace {

constexpr int64_t kMostChunks = 32;           // that rows are parted into
constexpr int64_t kFewestRows = 8;            // of a chunk
constexpr int64_t kSmall = 16384;             // elements that one thread passes over
constexpr int64_t kPiece = int64_t{1} << 14;  // of a parameter, updated by one thread

int64_t rows_per_chunk(int64_t rows) {
  return std::max(kFewestRows, (rows + kMostChunks - 1) / kMostChunks);
}

int64_t chunks_of(int64_t rows) {
  const int64_t size = rows_per_chunk(rows);
  return (rows + size - 1) / size;
}

/// Calls body(slope) with the activation's.
template <class T, class Body>
auto with_slope(Pointwise activation, const Body& body) {
  switch (activation) {
    case Pointwise::tanh:
      return body(TanhSlope<T>());
    case Pointwise::sigmoid:
      return body(SigmoidSlope<T>());
    case Pointwise::relu:
      return body(ReluSlope<T>());
    default:
      return body(IdentitySlope<T>());
  }
}

}  // namespace

/// Calls body(chunk) for each, on threads where there is enough to do.
template <class T, class E>
template <class Body>
void Passes<T, E>::each(int64_t chunks, int64_t elements, const Body& body) {
  ++counts_.passes;
  const int threads =
      elements < kSmall ? 1 : static_cast<int>(std::min<int64_t>(omp_get_max_threads(), chunks));
  if (threads == 1) {
    for (int64_t chunk = 0; chunk < chunks; ++chunk) body(chunk);
    return;
  }
  ++counts_.regions;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t chunk = 0; chunk < chunks; ++chunk) body(chunk);
}

template <class T, class E>
T* Passes<T, E>::partial_sums(int64_t chunks, int64_t columns) {
  const auto size = static_cast<size_t>(chunks * columns);
  if (partial_.size() < size) {
    ++counts_.allocations;
    partial_.resize(size);
  }
  return partial_.data();
}

template <class T, class E>
void Passes<T, E>::finish_sums(int64_t chunks, int64_t columns, T* sums, bool add) const {
  if (sums == nullptr) return;
  if (!add) std::fill_n(sums, columns, T(0));
  for (int64_t chunk = 0; chunk < chunks; ++chunk)
    add_to(columns, partial_.data() + chunk * columns, sums);
}

/// The sum of body(first row, rows, column sums of the chunk or null) over all chunks.
template <class T, class E>
template <class Rows>
double Passes<T, E>::rows_of_loss(int64_t rows, int64_t columns, T* sums, bool add_sums,
                                  const Rows& body) {
  const int64_t chunks = chunks_of(rows), size = rows_per_chunk(rows);
  T* const partial = sums == nullptr ? nullptr : partial_sums(chunks, columns);
  if (values_.size() < static_cast<size_t>(chunks)) values_.resize(kMostChunks);
  each(chunks, rows * columns, [&](int64_t chunk) {
    T* const own = partial == nullptr ? nullptr : partial + chunk * columns;
    if (own != nullptr) std::fill_n(own, columns, T(0));
    values_[static_cast<size_t>(chunk)] =
        body(chunk * size, std::min(size, rows - chunk * size), own);
  });
  finish_sums(chunks, columns, sums, add_sums);
  double sum = 0;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) sum += values_[static_cast<size_t>(chunk)];
  return sum;
}

template <class T, class E>
void Passes<T, E>::gather_images(const uint8_t* bytes, const int64_t* index, int64_t rows,
                                 int64_t columns, T* out, E* factors) {
  const GatherImages<T> images{bytes, index, columns};
  const int64_t size = rows_per_chunk(rows);
  each(chunks_of(rows), rows * columns, [&](int64_t chunk) {
    for (int64_t row = chunk * size; row < std::min(rows, (chunk + 1) * size); ++row) {
      scale_image(columns, images.image(row), out + row * columns);
      if (factors != nullptr) convert(columns, out + row * columns, factors + row * columns);
    }
  });
}

template <class T, class E>
void Passes<T, E>::gather_rows(const T* from, const int64_t* row_of, const int64_t* index,
                               int64_t rows, int64_t columns, T* out, E* factors) {
  const int64_t size = rows_per_chunk(rows);
  each(chunks_of(rows), rows * columns, [&](int64_t chunk) {
    for (int64_t row = chunk * size; row < std::min(rows, (chunk + 1) * size); ++row) {
      std::copy_n(from + row_of[index[row]] * columns, columns, out + row * columns);
      if (factors != nullptr) convert(columns, out + row * columns, factors + row * columns);
    }
  });
}

template <class T, class E>
void Passes<T, E>::spoil(const UniformCorruption<T>& corruption, const NoiseCounter& noise,
                         int64_t rows, const T* from, T* out, E* factors) {
  const int64_t size = rows_per_chunk(rows), columns = noise.features;
  each(chunks_of(rows), rows * columns, [&](int64_t chunk) {
    for (int64_t row = chunk * size; row < std::min(rows, (chunk + 1) * size); ++row) {
      const int64_t at = row * columns;
      spoil_row(corruption, UniformNoise<T>{noise}, noise.element(at), columns, from + at,
                out + at);
      if (factors != nullptr) convert(columns, out + at, factors + at);
    }
  });
}

template <class T, class E>
void Passes<T, E>::to_factors(const T* from, int64_t count, E* factors) {
  each((count + kPiece - 1) / kPiece, count, [&](int64_t piece) {
    const int64_t first = piece * kPiece;
    convert(std::min(kPiece, count - first), from + first, factors + first);
  });
}

template <class T, class E>
template <class N>
void Passes<T, E>::rectify(N* values, int64_t rows, int64_t columns) {
  const int64_t size = rows_per_chunk(rows);
  each(chunks_of(rows), rows * columns, [&](int64_t chunk) {
    const int64_t first = chunk * size;
    rectify_values<T>(std::min(size, rows - first) * columns, values + first * columns);
  });
}

template <class T, class E>
double Passes<T, E>::element_loss(ElementLoss loss, Pointwise last, int64_t rows, int64_t columns,
                                  const T* output, const T* target, T factor, E* delta, T* sums,
                                  bool add_sums) {
  const auto run = [&](auto of_loss) {
    return with_slope<T>(last, [&](auto slope) {
      return rows_of_loss(rows, columns, sums, add_sums, [&](int64_t first, int64_t n, T* own) {
        const int64_t at = first * columns;
        return delta == nullptr ? loss_values(of_loss, n * columns, output + at, target + at)
                                : loss_rows(of_loss, slope, n, columns, output + at, target + at,
                                            factor, delta + at, own);
      });
    });
  };
  return loss == ElementLoss::squared_error ? run(SquaredError<T>())
                                            : run(BinaryCrossEntropyLoss<T>());
}

template <class T, class E>
double Passes<T, E>::label_loss(Pointwise last, bool normalize, int64_t rows, int64_t classes,
                                T* scores, const int64_t* labels, T factor, E* delta, T* sums,
                                bool add_sums) {
  return with_slope<T>(last, [&](auto slope) {
    return rows_of_loss(rows, classes, sums, add_sums, [&](int64_t first, int64_t n, T* own) {
      const int64_t at = first * classes;
      return label_rows(slope, normalize, n, classes, scores + at, labels + first, factor,
                        delta == nullptr ? nullptr : delta + at, own);
    });
  });
}

template <class T, class E>
void Passes<T, E>::through_activation(Pointwise activation, const CodeGradient<T>& code,
                                      int64_t rows, int64_t columns, const E* outputs,
                                      const T* gradient, E* delta, T* sums, bool add_sums) {
  with_slope<T>(activation, [&](auto slope) {
    return rows_of_loss(rows, columns, sums, add_sums, [&](int64_t first, int64_t n, T* own) {
      const int64_t at = first * columns;
      if (code.of_unit == nullptr && code.of_sign == T(0))
        slope_rows(slope, n, columns, outputs + at, gradient + at, delta + at, own);
      else
        code_slope_rows(slope, code, n, columns, outputs + at, gradient + at, delta + at, own);
      return 0.0;
    });
  });
}

template <class T, class E>
double Passes<T, E>::code_sums(int64_t rows, int64_t columns, const E* code, T* means) {
  const double sum =
      rows_of_loss(rows, columns, means, false, [&](int64_t first, int64_t n, T* own) {
        return code_rows<T>(n, columns, code + first * columns, own);
      });
  if (means != nullptr)
    for (int64_t j = 0; j < columns; ++j) means[j] /= static_cast<T>(rows);
  return sum;
}

/// Calls body(parameter, first, count) for each piece of each parameter; pieces are numbered
/// through all of them.
template <class T, class E>
template <class Body>
void Passes<T, E>::each_piece(const std::vector<Updated>& parameters, const Body& body) {
  int64_t pieces = 0, elements = 0;
  for (const Updated& p : parameters) {
    pieces += (p.count + kPiece - 1) / kPiece;
    elements += p.count;
  }
  each(pieces, elements, [&](int64_t number) {
    int64_t piece = number;
    for (const Updated& p : parameters) {
      const int64_t own = (p.count + kPiece - 1) / kPiece;
      if (piece < own) {
        body(p, piece * kPiece, std::min(kPiece, p.count - piece * kPiece), number);
        return;
      }
      piece -= own;
    }
  });
}

template <class T, class E>
void Passes<T, E>::update(const std::vector<Updated>& parameters, const SgdUpdate<T>& by) {
  each_piece(parameters, [&](const Updated& p, int64_t first, int64_t n, int64_t) {
    if (p.first == nullptr)
      sgd_values(by, n, p.gradient + first, p.value + first);
    else
      momentum_values(by, n, p.gradient + first, p.value + first, p.first + first);
  });
}

template <class T, class E>
void Passes<T, E>::update(const std::vector<Updated>& parameters, const AdamUpdate<T>& by) {
  each_piece(parameters, [&](const Updated& p, int64_t first, int64_t n, int64_t) {
    adam_values(by, n, p.gradient + first, p.value + first, p.first + first, p.second + first);
  });
}

template <class T, class E>
double Passes<T, E>::squares(const std::vector<Updated>& parameters) {
  int64_t pieces = 0;
  for (const Updated& p : parameters) pieces += (p.count + kPiece - 1) / kPiece;
  if (values_.size() < static_cast<size_t>(pieces)) values_.resize(static_cast<size_t>(pieces));
  each_piece(parameters, [&](const Updated& p, int64_t first, int64_t n, int64_t number) {
    values_[static_cast<size_t>(number)] = square_values(n, p.gradient + first);
  });
  double sum = 0;
  for (int64_t i = 0; i < pieces; ++i) sum += values_[static_cast<size_t>(i)];
  return sum;
}

const char* pass_variant() {
#ifdef STRATA_PASS_VARIANTS
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
  return "x86-64";
#else
  return "as built";
#endif
}

template class Passes<float, float>;
template class Passes<double, double>;
template class Passes<float, BFloat16>;
template void Passes<float, float>::rectify(float*, int64_t, int64_t);
template void Passes<double, double>::rectify(double*, int64_t, int64_t);
template void Passes<float, BFloat16>::rectify(float*, int64_t, int64_t);
template void Passes<float, BFloat16>::rectify(BFloat16*, int64_t, int64_t);

}  // namespace strata
