// Products by oneDNN: its matmul, with bias and activation as post-operations. Both of its
// generations that Debian has are met here and nowhere else.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "strata/fused/product.hpp"
#include "strata/fused/threads.hpp"
#include "strata/support/errors.hpp"

#ifdef STRATA_ONEDNN
#include <dnnl.hpp>

namespace strata {
namespace {

using dnnl::memory;

memory::data_type data_type(Format format) {
  return format == Format::bfloat16 ? memory::data_type::bf16 : memory::data_type::f32;
}

memory::desc matrix(int64_t rows, int64_t columns, int64_t stride, bool transposed, Format format) {
  return {{rows, columns},
          data_type(format),
          transposed ? memory::dims{1, stride} : memory::dims{stride, 1}};
}

dnnl::engine& processor() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& stream() {
  static thread_local dnnl::stream stream(processor());
  return stream;
}

void append_pointwise(dnnl::post_ops& operations, Pointwise pointwise) {
  if (pointwise == Pointwise::none) return;
  const dnnl::algorithm algorithm = pointwise == Pointwise::tanh
                                        ? dnnl::algorithm::eltwise_tanh
                                        : dnnl::algorithm::eltwise_logistic;
#if DNNL_VERSION_MAJOR < 3
  operations.append_eltwise(1.0F, algorithm, 0.0F, 0.0F);
#else
  operations.append_eltwise(algorithm, 0.0F, 0.0F);
#endif
}

dnnl::matmul::primitive_desc describe(const ProductSpec& spec) {
  dnnl::post_ops operations;
  if (spec.accumulate) operations.append_sum(1.0F);
  append_pointwise(operations, spec.pointwise);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(operations);
  const memory::desc a =
      matrix(spec.rows, spec.inner, spec.a_row(), spec.a_transposed, spec.factors);
  const memory::desc b =
      matrix(spec.inner, spec.columns, spec.b_row(), spec.b_transposed, spec.factors);
  const memory::desc c = matrix(spec.rows, spec.columns, spec.c_row(), false, spec.result);
  const memory::desc bias =
      spec.bias ? matrix(1, spec.columns, spec.columns, false, Format::float32) : memory::desc();
#if DNNL_VERSION_MAJOR < 3
  return spec.bias
             ? dnnl::matmul::primitive_desc(dnnl::matmul::desc(a, b, bias, c), attributes,
                                            processor())
             : dnnl::matmul::primitive_desc(dnnl::matmul::desc(a, b, c), attributes, processor());
#else
#if DNNL_VERSION_MAJOR > 3 || DNNL_VERSION_MINOR >= 5
  attributes.set_deterministic(true);
#endif
  return spec.bias ? dnnl::matmul::primitive_desc(processor(), a, b, bias, c, attributes)
                   : dnnl::matmul::primitive_desc(processor(), a, b, c, attributes);
#endif
}

class OneDnnProduct final : public Product {
 public:
  OneDnnProduct(const ProductSpec& spec, const dnnl::matmul::primitive_desc& description)
      : primitive_(description),
        kernel_(description.impl_info_str()),
        a_(description.src_desc(), processor(), nullptr),
        b_(description.weights_desc(), processor(), nullptr),
        c_(description.dst_desc(), processor(), nullptr) {
    arguments_ = {
        {{DNNL_ARG_SRC, a_.get()}, {DNNL_ARG_WEIGHTS, b_.get()}, {DNNL_ARG_DST, c_.get()}}};
    if (!spec.bias) return;
    bias_ = memory(description.query_md(dnnl::query::weights_md, 1), processor(), nullptr);
    arguments_[count_++] = {DNNL_ARG_BIAS, bias_.get()};
  }

  /// By the C interface: the other one copies its arguments into a map.
  void run(const void* a, const void* b, const void* bias, void* c) override {
    a_.set_data_handle(const_cast<void*>(a));
    b_.set_data_handle(const_cast<void*>(b));
    c_.set_data_handle(c);
    if (bias_) bias_.set_data_handle(const_cast<void*>(bias));
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(primitive_.get(), stream().get(), count_, arguments_.data()),
        "oneDNN could not multiply");
  }

  std::string library() const override {
    return fmt::format("oneDNN {} {}", onednn_version(), kernel_);
  }

 private:
  dnnl::matmul primitive_;
  std::string kernel_;
  memory a_, b_, c_, bias_;
  std::array<dnnl_exec_arg_t, 4> arguments_{};
  int count_ = 3;
};

}  // namespace

std::unique_ptr<Product> make_onednn_product(const ProductSpec& spec) {
  if (spec.factors == Format::float64) return nullptr;
  try {
    const EngineThreads one(1);
    const dnnl::matmul::primitive_desc description = describe(spec);
    if (std::string(description.impl_info_str()).rfind("ref", 0) == 0) return nullptr;
    return std::make_unique<OneDnnProduct>(spec, description);
  } catch (const dnnl::error& e) {
    if (e.status == dnnl_unimplemented) return nullptr;
    throw RunError(fmt::format("oneDNN: {}", e.what()));
  }
}

std::string onednn_version() {
  const dnnl_version_t& version = *dnnl_version();
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

bool multiplies_bfloat16() {
  return __builtin_cpu_supports("avx512bf16") != 0;
}

}  // namespace strata

#else

namespace strata {

std::unique_ptr<Product> make_onednn_product(const ProductSpec&) {
  return nullptr;
}

std::string onednn_version() {
  return "";
}

bool multiplies_bfloat16() {
  return false;
}

}  // namespace strata
#endif
