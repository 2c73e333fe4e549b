#include "strata/core/exported_form.hpp"
#include "strata/export/exported_model.hpp"

#ifdef ONNX_NAMESPACE
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#endif

#include <fstream>
#include <sstream>

#include "export/models.hpp"
#include "strata/export/onnx.hpp"
#include "strata/export/traced.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

#ifdef ONNX_NAMESPACE
/// Whether ONNX's own checker takes a file, and infers the sizes that the file says.
void check_onnx(const std::string& bytes, const ExportedModel& model) {
  onnx::ModelProto file;
  REQUIRE(file.ParseFromString(bytes));
  onnx::checker::check_model(file);
  file.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  onnx::shape_inference::InferShapes(file, onnx::OpSchemaRegistry::Instance(), {true, 1, true});
  const auto& shape = file.graph().output(0).type().tensor_type().shape();
  REQUIRE(shape.dim_size() == static_cast<int>(model.output().size()) + 1);
  for (size_t i = 0; i < model.output().size(); ++i)
    CHECK(shape.dim(static_cast<int>(i) + 1).dim_value() == model.output()[i]);
  const auto type =
      model.dtype == at::kDouble ? onnx::TensorProto::DOUBLE : onnx::TensorProto::FLOAT;
  CHECK(file.graph().input(0).type().tensor_type().elem_type() == type);
}
#else
void check_onnx(const std::string&, const ExportedModel&) {}  // the package libonnx-dev has it
#endif

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const UserError& e) {
    return e.what();
  }
  return "";
}

Json flat(const Tensor& values) {
  const Tensor all = values.to(at::kDouble).contiguous();
  return std::vector<double>(all.data_ptr<double>(), all.data_ptr<double>() + all.numel());
}

/// By an operation of its own, which no other program knows.
Tensor hidden_square(const Tensor& x) {
  Tensor y = at::empty_like(x);
  const float* from = x.data_ptr<float>();
  float* to = y.data_ptr<float>();
  for (int64_t i = 0; i < x.numel(); ++i) to[i] = from[i] * from[i];
  return y;
}

class Hidden : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("x squared, where nobody sees it."); }
  };
  explicit Hidden(const Params&) {}
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return hidden_square(x); }
};

class Told final : public Hidden {
 public:
  using Hidden::Hidden;
};

const ExportedForm<Told> told_exported([](const Told&, const Tensor& x) { return x * x; });

/// Known to LibTorch, not to ONNX.
class Rare final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("The digamma function of 1 + |x|."); }
  };
  explicit Rare(const Params&) {}
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return (x.abs() + 1).digamma();
  }
};

STRATA_REGISTER(Layer, Hidden, "hidden");
STRATA_REGISTER(Layer, Told, "told");
STRATA_REGISTER(Layer, Rare, "rare");

}  // namespace

TEST_CASE("Every layer, and networks of them, exports to TorchScript and ONNX") {
  const char* folder = std::getenv("STRATA_EXPORT_FOLDER");  // for who reads them back
  for (const auto& [name, model] : every_model()) {
    CAPTURE(name);
    if (name.rfind("hidden", 0) == 0 || name.rfind("rare", 0) == 0) continue;
    TracedModel traced = trace(model);
    const Tensor x = at::arange(3 * element_count(model.input()), at::kFloat)
                         .mul(1.3)
                         .sin()
                         .view(batch_shape(3, model.input()));
    const at::NoGradGuard no_grad;
    const Tensor expected = model.stack->forward(model.blocks, x, {});
    CHECK(max_difference(traced.module.forward({x}).toTensor(), expected) < 1e-5);
    const std::string onnx = to_onnx(model);
    check_onnx(onnx, model);
    if (folder == nullptr) continue;
    const std::filesystem::path place = std::filesystem::path(folder) / name;
    write_file_atomically(place.string() + ".onnx", onnx);
    write_file_atomically(place.string() + ".pt", to_torchscript(model));
    const Json said = {{"input_shape", x.sizes().vec()},
                       {"input", flat(x)},
                       {"output_shape", expected.sizes().vec()},
                       {"output", flat(expected)}};
    write_file_atomically(place.string() + ".json", said.dump());
  }
}

TEST_CASE("A layer that computes unseen says so, and what its author can do") {
  const ExportedModel model = of_layer("hidden", {6});
  const std::string expected =
      "layer layer.0 (hidden) has no export: it computes by code that LibTorch does not see; its "
      "file can say how it computes in LibTorch's operations alone (docs/exporting.md, 'A layer of "
      "your own')";
  CHECK(error_of([&] { to_torchscript(model); }) == expected);
  CHECK(error_of([&] { to_onnx(model); }) == expected);
  CHECK(error_of([&] { to_torchscript(of_layer("told", {6})); }) == "");
}

TEST_CASE("An operation that ONNX lacks is told with its layer; TorchScript has it") {
  const ExportedModel model = of_layer("rare", {6});
  CHECK(error_of([&] { to_onnx(model); }) ==
        "layer layer.0 (rare) has no export to ONNX: its aten::digamma has no form there; its file "
        "can say how it computes in LibTorch's operations alone (docs/exporting.md, 'A layer of "
        "your own')");
  CHECK(error_of([&] { to_torchscript(model); }) == "");
}

TEST_CASE("The tensors keep their names; a tied decoder brings the weights that it shares") {
  const auto names = [](const ExportedModel& model) {
    std::vector<std::string> found;
    for (const auto& p : trace(model).module.named_parameters()) found.push_back(p.name);
    std::sort(found.begin(), found.end());
    return found;
  };
  const auto models = every_model();
  CHECK(names(models.at("classifier")) == std::vector<std::string>{"encoder.0.0.bias",
                                                                   "encoder.0.0.weight",
                                                                   "head.0.bias", "head.0.weight"});
  const auto tied = names(models.at("decoder-tied-true"));
  CHECK(std::count(tied.begin(), tied.end(), "encoder.1.0.weight") == 1);
  const auto own = names(models.at("decoder-tied-false"));
  CHECK(std::count(own.begin(), own.end(), "encoder.1.0.weight") == 0);
}

TEST_CASE("float64 stays float64 where it is asked for") {
  const ExportedModel model = of_layer("{type: linear, units: 4}", {6}, at::kDouble);
  const Tensor x = at::ones({2, 6}, at::kDouble);
  const at::NoGradGuard no_grad;
  const Tensor y = trace(model).module.forward({x}).toTensor();
  CHECK(y.is_floating_point());
  CHECK(y.element_size() == 8);
  CHECK(max_difference(y, model.stack->forward(model.blocks, x, {})) == 0);
  check_onnx(to_onnx(model), model);
}
