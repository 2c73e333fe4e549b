#include "command/usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

/// Every option's names, with their dashes.
std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string extras_text(const CLI::App& app, const CLI::App& command) {
  const std::vector<std::string> extras = app.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& word) { return word[0] == '-'; });
  if (option == extras.end()) return fmt::format("'{}' is one argument too many", extras.at(0));
  const std::string name = option->substr(0, option->find('='));
  const std::vector<std::string> known = option_names(command);
  const std::string guess = nearest(name, known);
  const bool sets = std::find(known.begin(), known.end(), "--set") != known.end();
  return fmt::format("unknown option '{}'{}", name,
                     !guess.empty() ? fmt::format("; did you mean '{}'?", guess)
                     : sets         ? "; settings of the file are given by --set key.path=value"
                                    : "");
}

}  // namespace

void add_help_command(CLI::App& app) {
  app.add_subcommand("help", "Print the commands, or how one is used: strata help run.");
}

std::vector<std::string> expand_help(const CLI::App& app, std::vector<std::string> arguments) {
  const bool asked = !arguments.empty() && arguments[0] == "help" &&
                     (arguments.size() == 1 || arguments[1][0] != '-');
  if (asked) arguments.erase(arguments.begin());
  const CLI::App* command = &app;
  for (const std::string& word : arguments) {
    const auto commands = command->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty() || word[0] == '-') break;
    std::vector<std::string> known;
    for (const CLI::App* each : commands) known.push_back(each->get_name());
    const auto found = std::find(known.begin(), known.end(), word);
    if (found == known.end())
      throw UserError(fmt::format("unknown command '{}'{}", word, suggestion(word, known)));
    command = commands[static_cast<size_t>(found - known.begin())];
  }
  const bool bare = command->get_require_subcommand_min() > 0 &&
                    (arguments.empty() || arguments.back() == command->get_name());
  if (asked || bare) arguments.emplace_back("--help");
  return arguments;
}

std::vector<std::string> take_launcher_options(const CLI::App& app,
                                               std::vector<std::string>& arguments) {
  std::vector<std::string> options;
  const auto is = [](const char* option) {
    return [option, with = std::string(option) + "="](const std::string& word) {
      return word == option || word.rfind(with, 0) == 0;
    };
  };
  if (std::none_of(arguments.begin(), arguments.end(), is("--launcher"))) return options;
  const auto commands = app.get_subcommands(
      [&](const CLI::App* each) { return each->get_name() == arguments.front(); });
  if (commands.empty()) return options;
  std::vector<std::string> left;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const std::string name = word.substr(0, word.find('='));
    const bool own = word.rfind("--", 0) != 0 || word == "--" ||
                     commands[0]->get_option_no_throw(name) != nullptr;
    if (own) {
      left.push_back(word);
    } else if (name.size() < word.size()) {
      options.push_back(word.substr(2));
    } else if (i + 1 < arguments.size()) {
      options.push_back(word.substr(2) + "=" + arguments[++i]);
    } else {
      throw UserError(fmt::format("{} stands beside --launcher, and has no value", word));
    }
  }
  arguments = left;
  return options;
}

int end_parsing(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    std::ostringstream asked_for;
    const int code = app.exit(error, asked_for, asked_for);
    print_out(asked_for.str());
    return code;
  }
  const CLI::App* command = &app;
  std::string name = app.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands()[0];
    name += " " + command->get_name();
  }
  const bool extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  print_err("strata: error: {}\nhow it is used: {} --help\n",
            extras ? extras_text(app, *command) : error.what(), name);
  return 2;
}

std::function<std::string(const std::string&)> one_of(std::vector<std::string> known) {
  return [known = std::move(known)](const std::string& given) {
    const bool is_known = std::find(known.begin(), known.end(), given) != known.end();
    return is_known ? std::string()
                    : fmt::format("unknown value '{}'{}", given, suggestion(given, known));
  };
}

}  // namespace strata
