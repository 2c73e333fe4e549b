#include "strata/run/progress.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "folder.hpp"
#include "strata/support/files.hpp"
#include "testing.hpp"

using namespace strata;

namespace {

StageSpec stage() {
  StageSpec spec;
  spec.name = "pretrain-1";
  spec.loss = slot<Loss>("mse");
  spec.epochs = 10;
  return spec;
}

EpochResult epoch() {
  EpochResult result;
  result.epoch = 2;
  result.loss = 0.0838379;
  result.samples_per_second = 25584.4;
  result.metrics = {{"train", {{"reconstruction_error", 0.0838379}}},
                    {"test", {{"reconstruction_error", 0.06120772}, {"counts", {1, 2}}}}};
  return result;
}

/// What is printed on standard error, which is no terminal meanwhile.
std::string printed(const std::function<void()>& print) {
  const testing::TemporaryFolder folder("progress");
  const std::string path = folder.path / "err";
  const int before = ::dup(STDERR_FILENO);
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(file, STDERR_FILENO);
  print();
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(file);
  return read_file(path);
}

}  // namespace

TEST_CASE("off a terminal, a long epoch gives a sign of life once a minute") {
  Progress::Clock::time_point now{};
  const std::string text = printed([&] {
    Progress progress("a run", {stage()}, false, 0, [&] { return now; });
    progress.stage_started(stage());
    for (int second = 1; second <= 130; ++second) {
      now += std::chrono::seconds(1);
      progress.step_done(stage(), 1, second, 1000);
    }
  });
  CHECK(text ==
        "a run\n"
        "  pretrain-1  epoch  1/10    6 %  2 h 45 min left  1 samples/s\n"
        "  pretrain-1  epoch  1/10   12 %  2 h 44 min left  1 samples/s\n");
}

TEST_CASE("off a terminal, epochs of less than a minute give none, and quiet runs never") {
  for (const bool quiet : {false, true}) {
    Progress::Clock::time_point now{};
    const std::string text = printed([&] {
      Progress progress("a run", {stage()}, quiet, 0, [&] { return now; });
      progress.stage_started(stage());
      for (int second = 1; second < (quiet ? 300 : 60); ++second) {
        now += std::chrono::seconds(1);
        progress.step_done(stage(), 1, second, 1000);
      }
    });
    CHECK(text == (quiet ? "" : "a run\n"));
  }
}

TEST_CASE("an epoch's line: one name for a quantity on every split, figures to one precision") {
  CHECK(epoch_line(stage(), epoch(), 0) ==
        "  pretrain-1  epoch  2/10  reconstruction_error 0.083838, test 0.061208  25584 samples/s");
  EpochResult small = epoch();
  small.loss = 0.00098765432;
  small.metrics["test"]["reconstruction_error"] = 12345678.9;
  CHECK(epoch_line(stage(), small, 0) ==
        "  pretrain-1  epoch  2/10  reconstruction_error 9.87654e-04, test 1.23457e+07  25584 "
        "samples/s");
  small.loss = 0;
  small.metrics = Json::object();
  CHECK(epoch_line(stage(), small, 0) ==
        "  pretrain-1  epoch  2/10  reconstruction_error 0.000000  25584 samples/s");
}

TEST_CASE("errors of codes have another name than those of pixels") {
  StageSpec codes = stage();
  codes.target = Target::codes;
  EpochResult result = epoch();
  result.metrics = Json::object();
  CHECK(epoch_line(codes, result, 0) ==
        "  pretrain-1  epoch  2/10  code_error 0.083838  25584 samples/s");
}

TEST_CASE("the lines of a run's stages are aligned, and other figures stand behind the loss") {
  StageSpec classify = stage();
  classify.name = "classify";
  classify.loss = slot<Loss>("cross_entropy");
  EpochResult result = epoch();
  result.metrics = {{"train", {{"nll", 0.0838379}, {"accuracy", 0.9}}},
                    {"validation", {{"nll", 0.3}, {"accuracy", 0.85}}},
                    {"test", {{"nll", 0.4}, {"accuracy", 0.8}, {"f1", 0.7}, {"counts", {1, 2}}}}};
  CHECK(epoch_line(classify, result, 0, 10) ==
        "  classify    epoch  2/10  nll 0.083838, validation 0.300000, test 0.400000  accuracy "
        "train 0.900000, validation 0.850000, test 0.800000  f1 test 0.700000  25584 samples/s");
  CHECK(epoch_line(classify, result, 80, 10) ==
        "  classify    epoch  2/10  nll 0.083838, validation 0.300000, test 0.400000");
}

TEST_CASE("a loss that penalties are part of is not called by the name of one term") {
  StageSpec sparse = stage();
  sparse.penalties.emplace_back("l1");
  EpochResult result = epoch();
  result.terms = {{"reconstruction_error", 0.080038}, {"l1", 3.7999}};  // without its weight, 0.001
  CHECK(epoch_line(sparse, result, 0) ==
        "  pretrain-1  epoch  2/10  loss 0.083838 (reconstruction_error 0.080038, l1 3.799900)  "
        "reconstruction_error test 0.061208  25584 samples/s");
}

TEST_CASE("a stage that ended early says when, and which epoch was kept") {
  StageResult result{stage(), true, std::vector<EpochResult>(6), 4};
  for (size_t i = 0; i < 6; ++i) result.epochs[i].epoch = static_cast<int64_t>(i) + 1;
  CHECK(ending_line(result) == "  pretrain-1  stopped early after epoch 6 of 10");
  result.spec.keep = "best";
  CHECK(ending_line(result) == "  pretrain-1  stopped early after epoch 6 of 10; kept epoch 5");
  result.spec.epochs = 6;
  CHECK(ending_line(result) == "  pretrain-1  kept epoch 5");
  result.spec.keep = "last";
  CHECK(ending_line(result) == "");
}

TEST_CASE("no line is wider than the terminal, so that it can be drawn over") {
  EpochProgress progress{12, 0.371, 25584, 65, 725, "epoch 11: nll 0.083838"};
  StageSpec spec = stage();
  spec.epochs = 100;
  CHECK(
      progress_line(spec, progress, 0) ==
      "  pretrain-1  epoch  12/100   37 %  1 min 05 s left, 12 min 05 s of the run  epoch 11: nll "
      "0.083838  25584 samples/s");
  CHECK(progress_line(spec, progress, 80) ==
        "  pretrain-1  epoch  12/100   37 %  1 min 05 s left, 12 min 05 s of the run");
  CHECK(progress_line(spec, progress, 20) == "  pretrain-1  epoch ");
  progress.stage_seconds_left = progress.seconds_left;  // the last stage
  CHECK(progress_line(spec, progress, 80) ==
        "  pretrain-1  epoch  12/100   37 %  12 min 05 s left  epoch 11: nll 0.083838");
  CHECK(progress_line(spec, progress, 60) ==
        "  pretrain-1  epoch  12/100   37 %  12 min 05 s left");
  progress.loss.clear();  // the stage's first epoch
  CHECK(progress_line(spec, progress, 80) ==
        "  pretrain-1  epoch  12/100   37 %  12 min 05 s left  25584 samples/s");
  // A line that stays loses its speed first, and the loss never.
  CHECK(epoch_line(stage(), epoch(), 80) ==
        "  pretrain-1  epoch  2/10  reconstruction_error 0.083838, test 0.061208");
  CHECK(epoch_line(stage(), epoch(), 40) ==
        "  pretrain-1  epoch  2/10  reconstruction_error 0.083838, test 0.061208");
}

TEST_CASE("time is told in two units at most, and for several runs from a minute on") {
  CHECK(duration_text(12.4) == "12 s");
  CHECK(duration_text(185) == "3 min 05 s");
  CHECK(duration_text(7800) == "2 h 10 min");
  CHECK(time_left_text(100, 0, 4) == "");
  CHECK(time_left_text(19, 1, 4) == "");                          // 57 s
  CHECK(time_left_text(100, 2, 5) == ", about 2 min 30 s left");  // 50 s each
  CHECK(time_left_text(100, 5, 5) == "");
}
