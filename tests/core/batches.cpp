#include "strata/core/batches.hpp"

#include <algorithm>
#include <numeric>

#include "strata/core/stage.hpp"
#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

Tensor range_of(int64_t n) {
  return at::arange(n, at::kLong);
}

std::vector<int64_t> list(const Tensor& t) {
  const Tensor local = t.cpu().contiguous();
  return {local.data_ptr<int64_t>(), local.data_ptr<int64_t>() + local.numel()};
}

const RandomStream kStream = random_stream(5, "shuffle", "data", "pretrain-1");

}  // namespace

TEST_CASE("every byte becomes the nearest number to byte / 255") {
  on_each([](const at::TensorOptions& options) {
    const Tensor bytes = range_of(256).to(at::kByte).view({1, 256}).to(options.device());
    const Tensor index = at::zeros({1}, at::kLong).to(options.device());
    const Tensor x =
        gather_images(bytes, index, {1, 16, 16}, c10::typeMetaToScalarType(options.dtype()));
    CHECK(x.sizes().vec() == std::vector<int64_t>{1, 1, 16, 16});
    CHECK(x.dtype() == options.dtype());
    const Tensor flat = x.cpu().flatten();
    for (int64_t b = 0; b < 256; ++b) {
      if (x.scalar_type() == at::kDouble)
        REQUIRE(flat.data_ptr<double>()[b] == static_cast<double>(b) / 255.0);
      else
        REQUIRE(flat.data_ptr<float>()[b] == static_cast<float>(b) / 255.0F);
    }
  });
}

TEST_CASE("a batch holds the rows of its index, in that order and as often") {
  on_each([](const at::TensorOptions& options) {
    const at::ScalarType dtype = c10::typeMetaToScalarType(options.dtype());
    // Row r of the images holds the byte 10 r + column, so that each value tells its place.
    const Tensor bytes = (10 * range_of(20).unsqueeze(1) + range_of(6).unsqueeze(0))
                             .to(at::kByte)
                             .to(options.device());
    const std::vector<int64_t> rows{19, 0, 7, 7, 3};
    const Tensor index = at::tensor(rows, at::kLong).to(options.device());
    const Tensor x = gather_images(bytes, index, {2, 3}, dtype).cpu().to(at::kDouble) * 255.0;
    REQUIRE(x.sizes().vec() == std::vector<int64_t>{5, 2, 3});
    for (int64_t i = 0; i < 5; ++i)
      for (int64_t column = 0; column < 6; ++column)
        CHECK(std::lround(x.flatten(1)[i][column].item<double>()) ==
              10 * rows[static_cast<size_t>(i)] + column);
    const Tensor none = gather_images(bytes, index.narrow(0, 0, 0), {2, 3}, dtype);
    CHECK(none.sizes().vec() == std::vector<int64_t>{0, 2, 3});
  });
}

TEST_CASE("a large batch, split over threads, is the small ones put together") {
  on_each([](const at::TensorOptions& options) {
    const at::ScalarType dtype = c10::typeMetaToScalarType(options.dtype());
    const Tensor bytes = (range_of(1000 * 784) * 2654435761 % 251)
                             .to(at::kByte)
                             .view({1000, 784})
                             .to(options.device());
    const Tensor index = (range_of(3000) * 7919 % 1000).to(options.device());
    const Tensor whole = gather_images(bytes, index, {1, 28, 28}, dtype);
    for (int64_t first = 0; first < 3000; first += 1000)
      CHECK(at::equal(whole.narrow(0, first, 1000),
                      gather_images(bytes, index.narrow(0, first, 1000), {1, 28, 28}, dtype)));
    // Divided on the CPU: elsewhere LibTorch multiplies by the reciprocal.
    const Tensor rows = bytes.cpu().index_select(0, index.cpu());
    CHECK(at::equal(whole.cpu(), rows.to(dtype).div(255).view_as(whole)));
  });
}

// From trajectory.py's epoch_order(), an implementation of Philox4x32-10 in Python.
TEST_CASE("an epoch's order is that of keys computed elsewhere") {
  const RandomStream stream = random_stream(11, "shuffle", "data", "pretrain-1");
  CHECK(list(epoch_order(range_of(7), stream, 1)) == std::vector<int64_t>{5, 6, 0, 1, 3, 4, 2});
  CHECK(list(epoch_order(range_of(7), stream, 2)) == std::vector<int64_t>{3, 5, 1, 0, 4, 6, 2});
}

TEST_CASE("an epoch's order is a permutation, and a pure function of stream and epoch") {
  on_each([](const at::TensorOptions& options) {
    const Tensor samples = range_of(10'000).to(options.device());
    const std::vector<int64_t> order = list(epoch_order(samples, kStream, 3));
    CHECK(order == list(epoch_order(range_of(10'000), kStream, 3)));  // the same on every device
    CHECK(order != list(epoch_order(samples, kStream, 4)));
    CHECK(order !=
          list(epoch_order(samples, random_stream(6, "shuffle", "data", "pretrain-1"), 3)));
    std::vector<int64_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == list(samples));
  });
}

TEST_CASE("a subset keeps the order that its samples have in the whole") {
  on_each([](const at::TensorOptions& options) {
    const std::vector<int64_t> whole =
        list(epoch_order(range_of(500).to(options.device()), kStream, 1));
    const Tensor subset = (range_of(100) * 5 + 2).to(options.device());
    std::vector<int64_t> kept;
    std::copy_if(whole.begin(), whole.end(), std::back_inserter(kept),
                 [](int64_t sample) { return sample % 5 == 2; });
    CHECK(list(epoch_order(subset, kStream, 1)) == kept);
    CHECK(list(epoch_order(subset.flip(0), kStream, 1)) == kept);
  });
}

// Sample 0 lands at each of 10 places equally often: chi-squared with 9 degrees of freedom exceeds
// 27.88 with probability 0.001 (published tables).
TEST_CASE("over the epochs a sample comes at every place equally often") {
  std::vector<double> seen(10, 0);
  for (uint32_t epoch = 1; epoch <= 2000; ++epoch) {
    const std::vector<int64_t> order = list(epoch_order(range_of(10), kStream, epoch));
    seen[static_cast<size_t>(std::find(order.begin(), order.end(), 0) - order.begin())] += 1;
  }
  double chi_squared = 0;
  for (const double count : seen) chi_squared += (count - 200) * (count - 200) / 200;
  CHECK(chi_squared < 27.88);
}

TEST_CASE("a stage is stored as what it is") {
  StageSpec stage;
  stage.name = "pretrain-2";
  stage.target = Target::codes;
  stage.prefix = {encoder_block(0)};
  stage.blocks = {encoder_block(1), decoder_block(1)};
  stage.trains = {decoder_block(1)};
  stage.loss = slot<Loss>("mse");
  stage.optimizer = slot<Optimizer>("{type: sgd, lr: 0.5}");
  stage.metrics = {slot<Metric>("reconstruction_error")};
  stage.epochs = 3;
  Json dump = stage.dump();
  const Json optimizer = dump["settings"]["optimizer"];
  dump["settings"].erase("optimizer");
  const Json expected = Json::parse(R"({"name": "pretrain-2", "kind": "pretrain", "target": "codes",
        "prefix": ["encoder.0"], "blocks": ["encoder.1", "decoder.1"], "trains": ["decoder.1"],
        "settings": {"loss": {"type": "mse"}, "epochs": 3, "corruption": null, "penalties": [],
                     "freeze": [], "early_stopping": null, "keep": "last",
                     "metrics": [{"type": "reconstruction_error"}]}})");
  for (const auto& [key, value] : expected.items()) {
    CAPTURE(key);
    CHECK(dump.at(key) == value);
  }
  CHECK(optimizer.at("lr") == 0.5);
  CHECK(optimizer.at("momentum") == 0);  // its default
}
