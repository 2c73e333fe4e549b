#include "strata/inference/model.hpp"

#include <cmath>
#include <thread>

#include "run/small_run.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

/// The test images of kSmallRun, all 30 of them.
const Samples& images() {
  static const Samples test =
      component<Dataset>("{type: synthetic_digits, train: 70, test: 30}")->load({}).test;
  return test;
}

/// The run, copied to where nothing but it is.
struct Moved {
  TemporaryFolder folder{"moved"};
  fs::path path = folder.path / "other name";
  Moved() { fs::copy(finished().path, path, fs::copy_options::recursive); }
};

Rows predicted(const TrainedModel& model) {
  return model.predict(images().pixels.data(), images().count());
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const UserError& e) {
    return e.what();
  }
  return "nothing was refused";
}

/// tanh(W x + b), in plain loops.
std::vector<double> tanh_layer(const fs::path& weights, const std::string& layer,
                               const std::vector<double>& x) {
  const Tensor w = tensor_of(weights, layer + ".weight"), b = tensor_of(weights, layer + ".bias");
  std::vector<double> y(static_cast<size_t>(b.size(0)));
  for (size_t i = 0; i < y.size(); ++i) {
    y[i] = b.data_ptr<double>()[i];
    for (size_t k = 0; k < x.size(); ++k) y[i] += w.data_ptr<double>()[i * x.size() + k] * x[k];
    y[i] = std::tanh(y[i]);
  }
  return y;
}

double furthest(const float* values, const std::vector<double>& expected) {
  double most = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(values[i]) - expected[i]));
  return most;
}

}  // namespace

TEST_CASE("a moved run predicts what its record says of the test set") {
  const Moved moved;
  const TrainedModel model(moved.path);
  CHECK(model.input_shape() == Shape{1, 28, 28});
  CHECK(model.stages() == std::vector<std::string>{"pretrain-1", "pretrain-2", "classify"});
  CHECK(model.class_names().size() == 10);
  CHECK(model.class_names()[7] == "7");
  CHECK(model.notes().empty());
  const Rows rows = predicted(model);
  CHECK(rows.shape == Shape{10});
  REQUIRE(rows.count() == 30);
  double right = 0, nll = 0;
  for (int64_t i = 0; i < rows.count(); ++i) {
    const int64_t label = images().labels[static_cast<size_t>(i)];
    right += rows.best(i) == label ? 1 : 0;
    nll -= std::log(static_cast<double>(rows.row(i)[label])) / 30;
    double sum = 0;
    for (int64_t c = 0; c < 10; ++c) sum += static_cast<double>(rows.row(i)[c]);
    CHECK(sum == doctest::Approx(1));
  }
  const Json& recorded = finished().record.at("metrics").at("test");
  CHECK(right / 30 == doctest::Approx(recorded.at("accuracy").get<double>()));
  CHECK(nll == doctest::Approx(recorded.at("nll").get<double>()));
  CHECK(predicted(TrainedModel(moved.path / "record.json")).values == rows.values);
}

TEST_CASE("codes are those of the stage and block asked for") {
  const TrainedModel model(finished().path);
  std::vector<double> x;
  for (size_t k = 0; k < 784; ++k) x.push_back(images().pixels[k] / 255.0);
  const auto code = [&](const std::string& stage, const std::string& block) {
    return model.encode(images().pixels.data(), images().count(), stage, block);
  };
  const fs::path weights = finished().path / "weights";
  const auto outer = tanh_layer(weights / "pretrain-1.safetensors", "encoder.0.0", x);
  CHECK(code("pretrain-1", "").shape == Shape{8});
  CHECK(furthest(code("pretrain-1", "").row(0), outer) < 1e-6);
  // "train: all" trains the outer encoder on in the second stage.
  const fs::path second = weights / "pretrain-2.safetensors";
  const auto outer2 = tanh_layer(second, "encoder.0.0", x);
  CHECK(furthest(code("pretrain-2", "encoder.0").row(0), outer2) < 1e-6);
  CHECK(furthest(code("pretrain-1", "encoder.0").row(0), outer2) > 1e-4);
  const auto inner2 = tanh_layer(second, "encoder.1.0", outer2);
  CHECK(furthest(code("pretrain-2", "").row(0), inner2) < 1e-6);
  const fs::path last = weights / "classify.safetensors";
  const auto inner = tanh_layer(last, "encoder.1.0", tanh_layer(last, "encoder.0.0", x));
  CHECK(code("", "").count() == 30);
  CHECK(furthest(code("", "").row(0), inner) < 1e-6);
}

TEST_CASE("reconstructions have the record's error, and are the codes' decoded") {
  const TrainedModel model(finished().path);
  const Rows rebuilt = model.reconstruct(images().pixels.data(), images().count());
  CHECK(rebuilt.shape == Shape{1, 28, 28});
  double error = 0;
  for (size_t i = 0; i < rebuilt.values.size(); ++i)
    error += std::pow(static_cast<double>(rebuilt.values[i]) - images().pixels[i] / 255.0, 2);
  error /= static_cast<double>(rebuilt.values.size());
  CHECK(error ==
        doctest::Approx(
            finished().record.at("/metrics/test/reconstruction_error"_json_pointer).get<double>()));
  const Rows codes = model.encode(images().pixels.data(), images().count(), "pretrain-2");
  const Rows decoded = model.decode(codes);
  REQUIRE(decoded.values.size() == rebuilt.values.size());
  for (size_t i = 0; i < decoded.values.size(); i += 97)
    CHECK(decoded.values[i] == doctest::Approx(rebuilt.values[i]).epsilon(1e-5));
  const Rows first = model.reconstruct(images().pixels.data(), 1, "pretrain-1");
  CHECK(first.values != std::vector<float>(rebuilt.row(0), rebuilt.row(1)));
}

TEST_CASE("batches and threads change no prediction") {
  const TrainedModel model(finished().path);
  std::vector<uint8_t> many;
  for (int i = 0; i < 80; ++i)  // 2400 images: three batches
    many.insert(many.end(), images().pixels.begin(), images().pixels.end());
  const Rows once = predicted(model);
  const Rows all = model.predict(many.data(), 2400);
  REQUIRE(all.count() == 2400);
  for (int64_t i = 0; i < 2400; i += 7)
    CHECK(all.row(i)[3] == doctest::Approx(once.row(i % 30)[3]).epsilon(1e-5));
  std::vector<Rows> results(4);
  std::vector<std::thread> threads;
  for (Rows& result : results)
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        result = predicted(model);
        model.reconstruct(images().pixels.data(), 3);
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const Rows& result : results) CHECK(result.values == once.values);
  CHECK(model.predict(nullptr, 0).count() == 0);
}

TEST_CASE("a stage, a code or a run that is not there is refused, with what there is") {
  const TrainedModel model(finished().path);
  const uint8_t* pixels = images().pixels.data();
  const std::string place = finished().path.string();
  CHECK(refusal([&] { model.encode(pixels, 1, "pretain-2"); }) ==
        place +
            ": unknown stage 'pretain-2'; did you mean 'pretrain-2'? Known: pretrain-1, "
            "pretrain-2, classify");
  CHECK(refusal([&] { model.encode(pixels, 1, "pretrain-1", "encoder.1"); }) ==
        place +
            ", stage 'pretrain-1': it has no code 'encoder.1'; did you mean 'encoder.0'? "
            "Known: encoder.0");
  CHECK(refusal([&] { model.reconstruct(pixels, 1, "classify"); }) ==
        place +
            ": stage 'classify' is none that learned to rebuild its input; it has pretrain-1, "
            "pretrain-2, classify");
  CHECK(refusal([&] {
          model.decode({{7}, std::vector<float>(7)});
        }) == place + ", stage 'pretrain-2': its codes are 5, got 7");
  CHECK(refusal([&] { TrainedModel(place + "/nowhere"); }) == "no such run: " + place + "/nowhere");
  CHECK((refusal([&] {
           TrainedModel{finished().folder.path};
         }).find(" is no run: there is no record.json in it") != std::string::npos));
}
