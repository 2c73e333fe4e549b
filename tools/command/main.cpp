// The command: a front without LibTorch. It parses the command line, serves what needs no
// components, and opens libstrata for the rest, after setting what must be in the environment
// before OpenMP loads.
#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "command/best.hpp"
#include "command/compare.hpp"
#include "command/completion.hpp"
#include "command/data.hpp"
#include "command/diff.hpp"
#include "command/export.hpp"
#include "command/init.hpp"
#include "command/plugin.hpp"
#include "command/report.hpp"
#include "command/rm.hpp"
#include "command/runs.hpp"
#include "command/show.hpp"
#include "command/tag.hpp"
#include "command/usage.hpp"
#include "command/use.hpp"
#include "command/verify.hpp"
#include "command/watch.hpp"
#include "engine/engine.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/free_cores.hpp"
#include "strata/support/parse_json.hpp"
#include "strata/support/print.hpp"
#include "strata/support/version.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// How threads wait, whatever the environment says. OpenMP's spin for some 20 microseconds before
/// they sleep, where every core is free: what they wait for is mostly that near. Beside other work
/// they sleep at once; OpenMP's own default, to spin on, made a step 3 to 40 times slower there.
/// OpenBLAS's yield for 2^26 cycles after each product, a tenth of a step or more, unless told.
/// Both read this when they are loaded, hence before dlopen. Blocks freed by a step are kept for
/// the next: returned to the system, they cost page faults.
void prepare_process() {
  const bool all_free = free_cores() >= static_cast<int>(std::thread::hardware_concurrency());
  setenv("OMP_WAIT_POLICY", "passive", 1);
  setenv("GOMP_SPINCOUNT", all_free ? "20000" : "0", 1);
  setenv("OPENBLAS_THREAD_TIMEOUT", "16", 1);  // 2^16 cycles
  mallopt(M_MMAP_THRESHOLD, 32 << 20);         // the largest that glibc takes
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
}

/// libstrata beside the command (build tree), or in ../lib (installed).
fs::path engine_path() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& path : {here / "libstrata.so", here.parent_path() / "lib" / "libstrata.so"})
    if (fs::exists(path)) return path;
  throw UserError(fmt::format("libstrata.so is neither in {} nor in ../lib", here.string()));
}

/// CLI11's own check says "Value two not in range".
std::function<std::string(const std::string&)> whole_number(int from, int to) {
  return [from, to](const std::string& given) {
    int value = 0;
    const char* const end = given.data() + given.size();
    const auto [stop, error] = std::from_chars(given.data(), end, value);
    const bool good = error == std::errc() && stop == end && value >= from && value <= to;
    return good ? std::string()
                : fmt::format("expected a whole number from {} to {}, got '{}'", from, to, given);
  };
}

/// An unset variable of a script, most often.
std::string not_empty(const std::string& given) {
  return given.empty() ? "expected a value, got ''" : "";
}

int call_engine(const EngineRequest& request) {
  prepare_process();
  void* library = dlopen(engine_path().c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) throw UserError(fmt::format("cannot open libstrata: {}", dlerror()));
  const auto engine = reinterpret_cast<EngineFunction>(dlsym(library, engine_symbol));
  if (engine == nullptr) throw UserError(fmt::format("libstrata does not fit: {}", dlerror()));
  return engine(request);
}

/// What `strata schema` prints.
Json schema_of_files() {
  const int file = ::memfd_create("schema", MFD_CLOEXEC), out = ::dup(STDOUT_FILENO);
  ::dup2(file, STDOUT_FILENO);
  EngineRequest request;
  request.command = EngineRequest::Command::schema;
  call_engine(request);
  ::dup2(out, STDOUT_FILENO);
  std::string text(static_cast<size_t>(::lseek(file, 0, SEEK_CUR)), '\0');
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  ::close(out);
  ::close(file);
  return parse_json(std::string_view(text).substr(0, size > 0 ? static_cast<size_t>(size) : 0))
      .value_or(Json());
}

void add_files(CLI::App& command, EngineRequest& request, const char* doc, bool required = true) {
  command.add_option("file", request.files, doc)->required(required);
  command.add_option("--set", request.overrides, "override a setting: key.path=value")
      ->allow_extra_args(false);
  command
      .add_option("--sweep", request.sweeps, "run for each value: key=v1,v2 or key=log(1e-3,1,7)")
      ->allow_extra_args(false);
  command.add_option("--seeds", request.seeds, "run once for each seed: 0-4, or 0,3,7")
      ->check(not_empty);
}

/// @param where  the condition on the runs that `show` lists
void add_engine_commands(CLI::App& app, EngineRequest& request, std::string& where,
                         bool& for_engine) {
  using Command = EngineRequest::Command;
  const auto add = [&](const char* name, const char* doc, Command which) {
    CLI::App* command = app.add_subcommand(name, doc);
    command->callback([&request, &for_engine, which] {
      request.command = which;
      for_engine = true;
    });
    command
        ->add_option("--plugin", request.plugins,
                     "library with further components; may be repeated")
        ->allow_extra_args(false);
    return command;
  };
  CLI::App* run = add("run", "Run experiments and write their records.", Command::run);
  add_files(*run, request, "experiment file (YAML)");
  run->add_flag("--keep-failed", request.keep_failed,
                "leave runs that failed or diverged as they are");
  run->add_option("--jobs", request.jobs, "how many runs go side by side, each in its own process")
      ->check(whole_number(1, 1024));
  run->add_option(
         "--launcher", request.launcher,
         "who makes the runs: a launcher's name (strata list launcher), or a file with one; "
         "its own options stand beside it, as in --launcher slurm --partition main")
      ->check(not_empty);
  run->add_flag("--wait", request.wait,
                "stay until the runs that a launcher hands on have ended, and show them");
  run->add_flag("--dry-run", request.dry_run,
                "list the runs, and where each of their stages comes from");
  run->add_option("--device", request.device, "auto, cpu or cuda; overrides the file")
      ->check(one_of({"auto", "cpu", "cuda"}));
  run->add_option("--out", request.out, "folder for the results")
      ->capture_default_str()
      ->check(not_empty);
  run->add_option("--data", request.data_folders, "folder to look for data in; may be repeated")
      ->check(CLI::ExistingDirectory)
      ->allow_extra_args(false);
  run->add_option("--threads", request.threads,
                  "threads to compute with; default: all cores granted")
      ->check(whole_number(0, 4096));
  run->add_option("--engine", request.engine,
                  "autograd: every stage by LibTorch's autograd, the reference; default: the "
                  "fastest that takes a stage")
      ->check(one_of({"auto", "autograd"}));
  run->add_flag("--again", request.again, "run anew what has finished, or was interrupted, before");
  run->add_flag("--resume-anyway", request.resume_anyway,
                "go on with an interrupted run although strata, data, plugins or machine differ");
  run->add_flag("--no-reuse", request.no_reuse,
                "train every stage, also those that another run in the results has");
  run->add_flag(
      "--verify", request.verify,
      "read the files of runs that completed before, and run anew what is not as recorded");
  run->add_flag("-q,--quiet", request.quiet, "print mistakes only");
  run->add_option("--part-of", request.part_of)->group("");  // hidden: see EngineRequest
  run->add_option("--task", request.task)->group("");        // the same

  CLI::App* check =
      add("check", "Find every mistake in experiment files, without data or GPU.", Command::check);
  add_files(*check, request, "experiment file (YAML)");
  check->add_flag("-q,--quiet", request.quiet, "print mistakes only");
  check->add_flag("--no-plugins", request.no_plugins,
                  "load no plugin, and say which libraries the files would load");

  CLI::App* show = add("show", "Print an experiment resolved (settings, stages, layers), or a run.",
                       Command::show);
  add_files(*show, request,
            "experiment file (YAML), or runs, their ids, and folders of them; results/ if none is "
            "given",
            false);
  show->add_flag("--json", request.json, "the settings as JSON; of a run, its record");
  add_where(*show, where);

  add("list", "List the components, or those of one family.", Command::list)
      ->add_option("family", request.component, "layer, loss, optimizer, ...")
      ->type_name("COMPONENT");
  add("describe", "Explain a component or a key of the file; without a name, list what there is.",
      Command::describe)
      ->add_option("name", request.component,
                   "a component (layer/linear, sgd), a family (layer), a part or key of the file "
                   "(experiment, data, pretrain.stages, epochs); default: lists what there is")
      ->type_name("COMPONENT");
  const auto of_launches = [&](const char* name, const char* doc, Command which) {
    add(name, doc, which)
        ->add_option("folder", request.files,
                     "folder of results, or of an experiment's in it; default: results")
        ->expected(1);
  };
  of_launches("status", "Tell how the runs stand that a launcher has handed on.", Command::status);
  of_launches("cancel", "End the runs that a launcher has handed on; what is done stays.",
              Command::cancel);
  add("schema", "Print the JSON Schema of experiment files, for editors.", Command::schema);
  add("components", "Print the documentation of keys and components as Markdown.",
      Command::components);
}

int run_command_line(int argc, char** argv) {
  CLI::App app{"strata runs deep-learning experiments from YAML files and compares them.",
               "strata"};
  app.require_subcommand(1);
  app.set_version_flag("-V,--version",
                       fmt::format("strata {} ({})", strata::build_version, strata::build_commit));
  EngineRequest request;
  request.command_line.assign(argv, argv + argc);
  bool for_engine = false;
  std::string where;
  int exit_code = 0;  // of the commands that need no engine; parsing runs them
  add_engine_commands(app, request, where, for_engine);
  add_init_command(app, exit_code);
  add_compare_command(app, exit_code);
  add_report_command(app, exit_code);
  add_best_command(app, exit_code);
  add_diff_command(app, exit_code);
  add_tag_commands(app, exit_code);
  add_rm_command(app, exit_code);
  add_watch_command(app, exit_code);
  add_verify_command(app, exit_code);
  add_data_command(app, exit_code);
  add_plugin_command(app, request, for_engine);
  add_export_command(app, request, for_engine);
  add_completion_command(app, exit_code);
  add_use_commands(app, request, for_engine);
  add_help_command(app);
  if (argc > 1 && argv[1] == std::string_view("__complete")) {
    for (const std::string& word : completions(app, {argv + 2, argv + argc}, schema_of_files))
      print_out("{}\n", word);
    return 0;
  }
  std::vector<std::string> arguments = protect_tags(app, expand_help(app, {argv + 1, argv + argc}));
  request.launcher_options = take_launcher_options(app, arguments);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& e) {
    return end_parsing(app, e);
  }
  if (!for_engine) return exit_code;
  if (show_runs(request, where)) return 0;
  return call_engine(request);
}

}  // namespace
}  // namespace strata

int main(int argc, char** argv) {
  strata::guard_streams();
  int exit_code = 0;
  try {
    exit_code = strata::run_command_line(argc, argv);
  } catch (...) {
    exit_code = strata::report_current_exception();
  }
  return strata::checked_exit_code(exit_code);
}
