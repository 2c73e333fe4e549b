#include "strata/run/init_from.hpp"

#include "run/small_run.hpp"
#include "strata/run/identity.hpp"

using namespace strata;
using namespace strata::testing;

namespace fs = std::filesystem;

namespace {

/// Another run that begins with these weights and trains the head alone, so that the encoder stays.
std::string beginning_with(const std::string& run, const std::string& more = "") {
  return fmt::format(
      "name: second\nseed: 3\ninit_from: {{run: {}{}}}\n"
      "data: {{dataset: {{type: synthetic_digits, train: 50, test: 20}}, batch_size: 25}}\n"
      "encoder:\n  - [{{type: linear, units: 8}}, tanh]\n  - [{{type: linear, units: 5}}, tanh]\n"
      "classify: {{epochs: 1, train: head}}\n",
      run, more);
}

Tensor begun_with(const fs::path& out, const std::string& text) {
  const RunOutcome outcome = run(text, out);
  REQUIRE(outcome.status == "completed");
  return tensor_of(outcome.record.parent_path() / "weights/classify.safetensors",
                   "encoder.1.0.weight");
}

}  // namespace

TEST_CASE("A run begins with another's weights, as the stage that is named left them") {
  const TemporaryFolder out("init");
  const fs::path weights = finished().path / "weights";
  for (const char* stage : {"pretrain-2", "classify"}) {
    const Tensor begun = begun_with(
        out.path, beginning_with(finished().path.string(), std::string(", stage: ") + stage));
    CHECK(at::equal(begun,
                    tensor_of(weights / (std::string(stage) + ".safetensors"), "encoder.1.0.weight")
                        .to(at::kFloat)));
  }
}

TEST_CASE("Of a folder of runs, the one with the same seed is taken; the last stage by default") {
  const TemporaryFolder out("init");
  const Tensor begun = begun_with(out.path, beginning_with(finished().path.parent_path().string()));
  CHECK(at::equal(begun,
                  tensor_of(finished().path / "weights/classify.safetensors", "encoder.1.0.weight")
                      .to(at::kFloat)));
}

TEST_CASE("The record says where the weights come from, and keeps to its schema") {
  const TemporaryFolder out("init");
  const RunOutcome outcome =
      run(beginning_with(finished().path.string(), ", layers: encoder.0"), out.path);
  const Json record = read_record(outcome.record);
  CHECK(record["init_from"] ==
        Json{{"run", finished().path.string()},
             {"run_id", finished().record["run_id"]},
             {"stage", "classify"},
             {"layers", "encoder.0"},
             {"sha256", finished().record["stages"][2]["weights"]["sha256"]}});
  check_schema(outcome.record);
  CHECK(finished().record.count("init_from") == 0);
}

TEST_CASE("Which weights a run begins with is part of what it is, where they lie is not") {
  const TemporaryFolder out("init");
  fs::copy(finished().path, out.path / "moved", fs::copy_options::recursive);
  const auto content = [](const std::string& text) {
    return content_of(load_good(text).experiment.settings, {}, {});
  };
  const Json own = content(beginning_with(finished().path.string()));
  CHECK(content(beginning_with(out / "moved")) == own);
  CHECK(content(beginning_with(finished().path.string(), ", stage: pretrain-2")) != own);
  CHECK(content(beginning_with(finished().path.string(), ", layers: encoder.0")) != own);
  const std::string drawn = with(beginning_with("R"), "init_from: {run: R}\n", "");
  CHECK(content(drawn) != own);
}

TEST_CASE("Mistakes are told at their place") {
  const std::string run = finished().path.string();
  const auto mistake = [&](const std::string& text) { return mistakes(text); };
  CHECK(mistake(beginning_with("nowhere")) ==
        Lines{"3:18: no such run: nowhere (at init_from.run)"});
  CHECK(mistake(beginning_with(run, ", stage: pretrain-3")) ==
        Lines{fmt::format("3:{}: {} has no trained stage 'pretrain-3'; did you mean 'pretrain-1'? "
                          "Known: pretrain-1, pretrain-2, classify (at init_from.stage)",
                          run.size() + 27, run)});
  CHECK(mistake(beginning_with(run, ", layers: encodr")) ==
        Lines{fmt::format("3:{}: no layers with weights are called 'encodr'; did you mean "
                          "'encoder'? Known: encoder, encoder.0, encoder.1, head (at "
                          "init_from.layers)",
                          run.size() + 28)});
  CHECK(mistake(with(beginning_with(run), "units: 5", "units: 6")) ==
        Lines{fmt::format("3:12: encoder.1.0.weight is 6x8 here, and 5x8 in {}, stage 'classify' "
                          "(at init_from.layers)",
                          run)});
  CHECK(mistake(with(beginning_with(run), "units: 5}, tanh]",
                     "units: 5}, tanh]\n  - [{type: linear, units: 4}, tanh]")) ==
        Lines{fmt::format("3:12: there is no encoder.2.0.weight in {}, stage 'classify' (at "
                          "init_from.layers)",
                          run)});
  CHECK(
      mistake(with(beginning_with(finished().path.parent_path().string()), "seed: 3", "seed: 4")) ==
      Lines{fmt::format("3:18: no run in {} has the seed 4; those there have 3 (at init_from.run)",
                        finished().path.parent_path().string())});
}
