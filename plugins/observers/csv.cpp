#include <fmt/format.h>

#include "strata/core/observer.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace {

/// A row for each epoch, split and figure: what a spreadsheet or pandas pivots as it likes.
class Csv final : public Observer {
 public:
  struct Params {
    std::string file = "figures.csv";
    static void declare(Declare<Params>& d) {
      d.doc("Writes the figures of each epoch to a CSV file in the run's folder.");
      d.add("file", &Params::file, "the file's name");
      d.check([](const Params& p, Check& check) {
        if (p.file.empty() || p.file.find('/') != std::string::npos)
          check.error("file", "expected the name of a file, without a folder");
      });
    }
  };
  explicit Csv(const Params& params) : file_(params.file) {}

  void run_started(const ObservedRun& run) override {
    path_ = run.folder / file_;
    text_ = "stage,epoch,split,figure,value\n";
    write_file_atomically(path_, text_);
  }

  void stage_resumed(const StageSpec& stage, const StageResult& so_far) override {
    for (const EpochResult& epoch : so_far.epochs) epoch_done(stage, epoch);
  }

  void stage_restored(const StageEnd& end) override { stage_resumed(end.result.spec, end.result); }

  void epoch_done(const StageSpec& stage, const EpochResult& epoch) override {
    const auto add = [&](const std::string& split, const std::string& figure, const Json& value) {
      if (value.is_number())
        text_ +=
            fmt::format("{},{},{},{},{}\n", stage.name, epoch.epoch, split, figure, value.dump());
    };
    add("train", "loss", epoch.loss);
    add("train", "learning_rate", epoch.learning_rate);
    for (const auto& [split, figures] : epoch.metrics.items())
      for (const auto& [figure, value] : figures.items()) add(split, figure, value);
    write_file_atomically(path_, text_);
  }

 private:
  std::string file_, text_;
  std::filesystem::path path_;
};

STRATA_REGISTER(Observer, Csv, "csv");

}  // namespace
}  // namespace strata
