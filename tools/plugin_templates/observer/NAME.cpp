// Writes a line to a file when an epoch is over: an observer with a parameter, to put your own in
// the place of.
#include <fmt/format.h>

#include "strata/core/observer.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace {

class @Class@ final : public Observer {
 public:
  struct Params {
    std::string file = "@name@.txt";
    static void declare(Declare<Params>& d) {
      d.doc("Writes each epoch's loss to a text file in the run's folder.");
      d.add("file", &Params::file, "the file's name");
    }
  };
  explicit @Class@(const Params& params) : file_(params.file) {}

  void run_started(const ObservedRun& run) override { path_ = run.folder / file_; }
  void epoch_done(const StageSpec& stage, const EpochResult& epoch) override {
    text_ += fmt::format("{} {} {}\n", stage.name, epoch.epoch, epoch.loss);
    write_file_atomically(path_, text_);
  }

 private:
  std::string file_, text_;
  std::filesystem::path path_;
};

STRATA_REGISTER(Observer, @Class@, "@name@");

}  // namespace
}  // namespace strata
