// What the tab key offers, asked as the shells do.
#include <doctest/doctest.h>

#include "command/workplace.hpp"
#include "report/make_records.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

std::vector<std::string> offered(std::vector<std::string> words, const std::string& folder = "/") {
  words.insert(words.begin(), "__complete");
  const CommandResult result = Command(words, folder).finish();
  CHECK(result.code == 0);
  return lines_of(result.out);
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What bash makes of the words when the key is pressed after the last.
std::string in_bash(const std::string& words, const std::string& folder) {
  const std::string script = fmt::format(
      "PATH=\"$(dirname \"$STRATA_COMMAND\"):$PATH\"; source <(strata completion bash); "
      "COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
      "compopt() {{ :; }}; _strata; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
      words);
  return Command({"-c", script}, folder, {"STRATA_COMMAND=" + strata_command()}, "/bin/bash")
      .finish()
      .out;
}

}  // namespace

TEST_CASE("commands, their options, components, shells and runs are completed") {
  CHECK(offered({"com"}) == std::vector<std::string>{"compare", "completion", "components"});
  CHECK(has(offered({""}), "watch"));
  CHECK_FALSE(has(offered({""}), "__complete"));
  CHECK(offered({"compare", "--wh"}) == std::vector<std::string>{"--where"});
  CHECK(offered({"help", "ver"}) == std::vector<std::string>{"verify"});
  CHECK(has(offered({"data", ""}), "show"));
  CHECK(offered({"describe", "tan"}) == std::vector<std::string>{"tanh"});
  CHECK(has(offered({"list", "opt"}), "optimizer"));
  CHECK(offered({"completion", ""}) == std::vector<std::string>{"bash", "fish", "zsh"});
  CHECK(offered({"run", "x"}).empty());  // a file's name
  const TemporaryFolder folder("complete");
  Json record = test::make_record({});
  record["run_id"] = "1234abcd-s0";
  test::write_record(folder.path / "results", record);
  CHECK(offered({"tag", "12"}, folder.path.string()) == std::vector<std::string>{"1234abcd-s0"});
}

TEST_CASE("--set: the keys of the file, and what each may be") {
  const auto keys = offered({"run", "x.yaml", "--set", "pretrain.opt"});
  CHECK(has(keys, "pretrain.optimizer="));
  CHECK(has(keys, "pretrain.optimizer.lr="));
  CHECK(has(keys, "pretrain.optimizer.schedule.factor="));
  CHECK(offered({"run", "x.yaml", "--set", "dtype="}) ==
        std::vector<std::string>{"dtype=float32", "dtype=float64"});
  CHECK(
      has(offered({"run", "x.yaml", "--set", "pretrain.strategy=g"}), "pretrain.strategy=greedy"));
}

TEST_CASE("bash takes the script, and parts words at '='") {
  const TemporaryFolder folder("complete");
  CHECK(in_bash("strata com", folder.path.string()) == "compare\ncompletion\ncomponents\n");
  CHECK(in_bash("strata run x.yaml --set dtype = float6", folder.path.string()) == "float64\n");
  CHECK(in_bash("strata run x.yaml --set dtype =", folder.path.string()) == "float32\nfloat64\n");
}

TEST_CASE("zsh and fish take theirs, and another shell is refused by name") {
  const TemporaryFolder folder("complete");
  for (const auto& [shell, path] : std::vector<std::pair<std::string, std::string>>{
           {"zsh", "/usr/bin/zsh"}, {"fish", "/usr/bin/fish"}}) {
    const CommandResult script = run_command({"completion", shell}, folder.path.string());
    CHECK(script.code == 0);
    CHECK(contains(script.out, "strata __complete"));
    if (!std::filesystem::exists(path)) continue;
    folder.write("script", script.out);
    CHECK(Command({"-n", folder / "script"}, folder.path.string(), {}, path).finish().code == 0);
  }
  const CommandResult wrong = run_command({"completion", "bsh"}, folder.path.string());
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.err, "unknown shell 'bsh'; did you mean 'bash'?"));
}
