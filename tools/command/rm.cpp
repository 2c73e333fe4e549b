#include "command/rm.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <set>

#include "command/runs.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/report/comparing/flags.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/support/display.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

struct RmArguments {
  RunChoice choice;
  bool weights = false, yes = false;
};

/// The disk that removing files frees: a file goes with the last of its names.
class DiskSpace {
 public:
  /// Returns the bytes of the files that no other has counted.
  uint64_t add(const std::vector<RunFile>& files) {
    uint64_t bytes = 0;
    for (const RunFile& file : files) {
      Shared& shared = files_[{file.device, file.inode}];
      if (++shared.names == 1) bytes += file.bytes;
      shared.bytes = file.bytes;
      shared.links = file.links;
    }
    return bytes;
  }
  uint64_t freed() const { return sum(true); }
  uint64_t kept() const { return sum(false); }  ///< other runs have the files too

 private:
  struct Shared {
    uint64_t names = 0, links = 0, bytes = 0;
  };
  uint64_t sum(bool freed) const {
    uint64_t bytes = 0;
    for (const auto& [place, file] : files_)
      if ((file.names >= file.links) == freed) bytes += file.bytes;
    return bytes;
  }
  std::map<std::pair<uint64_t, uint64_t>, Shared> files_;
};

std::string size_text(uint64_t bytes) {
  const double size = static_cast<double>(bytes);
  return size < 1e6   ? fmt::format("{:.0f} kB", size / 1e3)
         : size < 1e9 ? fmt::format("{:.1f} MB", size / 1e6)
                      : fmt::format("{:.1f} GB", size / 1e9);
}

constexpr const char* kAtWork = "that a process is at work on";

/// The runs' folders.
struct Chosen {
  std::vector<fs::path> folders;
  std::map<std::string, size_t> left_out;  ///< how many, by what they are
};

Chosen choose(const RmArguments& arguments, Table& table, DiskSpace& disk) {
  const Removed what = arguments.weights ? Removed::weights : Removed::all;
  Chosen chosen;
  std::set<fs::path> seen;
  for (const ComparedRun& run : read_runs(arguments.choice).runs) {
    const fs::path folder = fs::canonical(run.path).parent_path();
    if (!seen.insert(folder).second) continue;
    if (is_at_work(folder)) {
      ++chosen.left_out[kAtWork];
    } else if (arguments.weights && run.status != "completed") {
      ++chosen.left_out["not completed, which would begin anew without its checkpoint"];
    } else {
      const auto files = files_to_remove(folder, what);
      if (arguments.weights && files.empty()) {
        ++chosen.left_out["without weights"];
        continue;
      }
      table.add({run.path.parent_path().string(), run.status, size_text(disk.add(files))});
      chosen.folders.push_back(folder);
    }
  }
  return chosen;
}

void rm(const RmArguments& arguments) {
  if (arguments.choice.places.empty() && arguments.choice.where.empty())
    throw UserError("rm takes runs, or --where for those in results/");
  Table table({{"run", {}, false}, {"status", {}, false}, {"size", {}, true}});
  DiskSpace disk;
  Chosen chosen = choose(arguments, table, disk);
  size_t removed = 0;
  for (size_t i = 0; arguments.yes && i < chosen.folders.size(); ++i) {
    if (remove_run(chosen.folders[i], arguments.weights ? Removed::weights : Removed::all))
      ++removed;
    else
      ++chosen.left_out[kAtWork];
  }
  if (!arguments.yes && table.rows() > 0)
    print_out("{}\n", text_table(table.columns, display_of(STDOUT_FILENO, 160).width));
  for (const auto& [what, count] : chosen.left_out)
    print_out("left out: {} {}\n", counted(count, "run", "runs"), what);
  const std::string shared =
      disk.kept() == 0
          ? ""
          : fmt::format(" ({} more are shared with runs that stay)", size_text(disk.kept()));
  const std::string of = arguments.weights ? "the weights of " : "";
  const std::string freed = size_text(disk.freed()) + shared;
  if (arguments.yes)
    print_out("removed {}{}: {}\n", of, counted(removed, "run", "runs"), freed);
  else if (chosen.folders.empty())
    print_out("nothing to remove\n");
  else
    print_out("would remove {}{}: {}\nNothing is removed yet: add --yes.\n", of,
              counted(chosen.folders.size(), "run", "runs"), freed);
}

}  // namespace

void add_rm_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<RmArguments>();
  CLI::App* command = app.add_subcommand(
      "rm", "Removes runs, or their weights alone; says what would go, and does it with --yes.");
  add_run_choice(*command, arguments->choice);
  command->add_flag("--weights", arguments->weights,
                    "Weights, checkpoints and end states alone: the records stay");
  command->add_flag("--yes", arguments->yes, "Do it");
  command->callback([arguments, &exit_code] {
    rm(*arguments);
    exit_code = 0;
  });
}

}  // namespace strata
