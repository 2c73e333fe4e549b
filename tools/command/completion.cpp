#include "command/completion.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "command/plugin.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

using Words = std::vector<std::string>;

const std::map<std::string, const char*>& scripts() {
  static const std::map<std::string, const char*> all = {
      {"bash", R"(_strata() {
  local IFS=$'\n'
  COMPREPLY=($(strata __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _strata strata
)"},
      {"fish",
       R"(complete -c strata -a '(strata __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
)"},
      {"zsh", R"(#compdef strata
_strata() {
  local -a found
  found=("${(@f)$(strata __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $found ]]; then
    if [[ ${#found} == 1 && $found == *= ]]; then compadd -S '' -- $found; else compadd -- $found; fi
  else
    _files
  fi
}
compdef _strata strata
)"},
  };
  return all;
}

/// Bash parts a word at "=": "lr", "=", "0.1" are one. Returns what was cut off the last word.
std::string join_parted(Words& words) {
  Words joined;
  bool parted = false;
  for (const std::string& word : words) {
    const bool after = parted;
    parted = word == "=" && !joined.empty();
    if ((parted || after) && !joined.empty())
      joined.back() += word;
    else
      joined.push_back(word);
  }
  const bool cut = words.size() != joined.size() &&
                   (words.back() == "=" || (words.size() > 1 && words[words.size() - 2] == "="));
  words = std::move(joined);
  return cut ? words.back().substr(0, words.back().rfind('=') + 1) : "";
}

/// The settings that a schema of experiment files knows, with the values that each may take.
class SettingNames {
 public:
  explicit SettingNames(const Json& schema) : schema_(schema) {
    walk(json_at(schema, {"definitions", "experiment"}), "", 0);
  }
  const std::map<std::string, std::set<std::string>>& all() const { return values_; }

 private:
  void walk(const Json& node, const std::string& key, int depth) {
    constexpr int deep = 4;  // pretrain.optimizer.schedule.factor
    if (const Json& ref = json_at(node, {"$ref"}); ref.is_string()) {
      const std::string path = ref.get<std::string>(), name = path.substr(path.rfind('/') + 1);
      if (name != "reference") walk(json_at(schema_, {"definitions", name.c_str()}), key, depth);
      return;
    }
    for (const Json& value : json_at(node, {"enum"})) values_[key].insert(json_text(value));
    if (json_at(node, {"type"}) == "boolean") values_[key].insert({"true", "false"});
    for (const Json& choice : json_at(node, {"anyOf"})) walk(choice, key, depth);
    for (const auto& property : json_at(node, {"properties"}).items()) {
      if (depth == deep || property.key() == "type") continue;
      const std::string inner = key.empty() ? property.key() : key + '.' + property.key();
      values_[inner];
      walk(property.value(), inner, depth + 1);
    }
  }

  const Json& schema_;
  std::map<std::string, std::set<std::string>> values_;
};

Words settings(const std::string& current, const std::function<Json()>& schema) {
  const Json known = schema();
  const SettingNames names(known);
  Words words;
  const size_t equals = current.find('=');
  for (const auto& [key, values] : names.all()) {
    if (equals == std::string::npos) words.push_back(key + '=');
    if (equals != std::string::npos && key == current.substr(0, equals))
      for (const std::string& value : values) words.push_back(key + '=' + value);
  }
  return words;
}

/// "tanh" and "layer/tanh", and the families.
Words components() {
  std::set<std::string> words;
  for (const std::string& name : own_components()) {
    words.insert(name.substr(0, name.find('/')));
    words.insert(name.substr(name.find('/') + 1));
  }
  return {words.begin(), words.end()};
}

/// The ids of the runs in results/.
Words run_ids() {
  Words ids;
  std::error_code error;
  for (const auto& name : list_folder("results", error))
    for (const auto& run : list_folder(name.path(), error))
      if (file_facts(run.path() / "record.json")) ids.push_back(run.path().filename().string());
  return ids;
}

Words option_names(const CLI::App& command) {
  Words names;
  for (const CLI::Option* option : command.get_options())
    if (!option->get_group().empty())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The option that takes the last word, or nullptr.
const CLI::Option* option_before(const CLI::App& command, const Words& words) {
  if (words.size() < 2 || words[words.size() - 2].rfind('-', 0) != 0) return nullptr;
  const CLI::Option* option = command.get_option_no_throw(words[words.size() - 2]);
  return option != nullptr && option->get_items_expected_max() > 0 ? option : nullptr;
}

bool takes(const CLI::Option& option, const char* what) {
  return option.get_type_name().find(what) != std::string::npos;
}

Words of_command(const CLI::App& command, const Words& words, const std::function<Json()>& schema) {
  const std::string& current = words.back();
  if (const CLI::Option* option = option_before(command, words)) {
    const std::string name = option->get_name();
    if (name == "--set" || name == "--sweep") return settings(current, schema);
    return {};
  }
  if (current.rfind('-', 0) == 0) return option_names(command);
  Words found;
  for (const CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; }))
    found.push_back(each->get_name());
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    Words more;
    if (takes(*option, "RUN")) more = run_ids();
    if (takes(*option, "COMPONENT")) more = components();
    if (takes(*option, "SHELL"))
      for (const auto& script : scripts()) more.push_back(script.first);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

}  // namespace

std::vector<std::string> completions(const CLI::App& app, Words words,
                                     const std::function<Json()>& schema) {
  if (words.empty()) words.emplace_back();
  const std::string cut = join_parted(words);
  const CLI::App* command = &app;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "help" && command == &app) continue;
    const auto inner = command->get_subcommands(
        [&](const CLI::App* each) { return each->get_name() == words[i]; });
    if (inner.empty()) break;
    command = inner[0];
  }
  Words found;
  for (const std::string& word : of_command(*command, words, schema))
    if (word.rfind(words.back(), 0) == 0) found.push_back(word.substr(cut.size()));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void add_completion_command(CLI::App& app, int& exit_code) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "completion", "Prints what makes the tab key complete strata's commands in a shell.");
  command->footer(
      "bash: source <(strata completion bash), in ~/.bashrc\n"
      "zsh:  source <(strata completion zsh), in ~/.zshrc after compinit\n"
      "fish: strata completion fish > ~/.config/fish/completions/strata.fish");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check([](const std::string& given) {
        Words known;
        for (const auto& script : scripts()) known.push_back(script.first);
        return scripts().count(given) != 0
                   ? std::string()
                   : "unknown shell '" + given + "'" + suggestion(given, known);
      })
      ->type_name("SHELL");
  command->callback([shell, &exit_code] {
    print_out(std::string_view(scripts().at(*shell)));
    exit_code = 0;
  });
}

}  // namespace strata
