// Hands the runs on to a command of your own, which gets the command line of each task: a launcher
// with a parameter, to put your own in the place of.
#include <fmt/format.h>

#include "strata/core/launcher.hpp"
#include "strata/support/program.hpp"

namespace strata {
namespace {

class @Class@ final : public Launcher {
 public:
  struct Params {
    std::string submit = "batch";
    static void declare(Declare<Params>& d) {
      d.doc("Hands each task on to a command that queues it.");
      d.add("submit", &Params::submit, "the command, which a task's command line follows");
    }
  };
  explicit @Class@(const Params& params) : submit_(params.submit) {}

  bool hands_on() const override { return true; }

  Json launch(const Launch& launch) const override {
    for (const LaunchTask& task : launch.tasks) {
      std::vector<std::string> command{submit_};
      command.insert(command.end(), task.command.begin(), task.command.end());
      if (const ProgramResult told = run_program(command); told.code != 0)
        throw UserError(fmt::format("'{}' does not take a task: {}", submit_, told.err));
    }
    return {{"tasks", launch.tasks.size()}};
  }

 private:
  std::string submit_;
};

STRATA_REGISTER(Launcher, @Class@, "@name@");

}  // namespace
}  // namespace strata
