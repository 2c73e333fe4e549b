#include "command/tag.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "command/runs.hpp"
#include "strata/report/comparing/flags.hpp"
#include "strata/report/reading/run_tags.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

struct TagArguments {
  RunChoice choice;  ///< the places hold "+good" and "-old" too
};

struct TagChanges {
  std::vector<std::string> add, remove;
};

/// Takes "+good" and "-old" out of the places. A place that begins so is written ./+good.
TagChanges take_changes(std::vector<std::string>& places) {
  TagChanges changes;
  std::vector<std::string> left, wrong;
  for (const std::string& word : places) {
    if (word.empty() || (word[0] != '+' && word[0] != '-')) {
      left.push_back(word);
      continue;
    }
    (word[0] == '+' ? changes.add : changes.remove).push_back(word.substr(1));
    if (const std::string fault = tag_fault(word.substr(1)); !fault.empty()) wrong.push_back(fault);
  }
  for (const std::string& tag : changes.add)
    if (std::count(changes.remove.begin(), changes.remove.end(), tag) > 0)
      wrong.push_back(fmt::format("'{0}' is given as +{0} and as -{0}", tag));
  if (!wrong.empty()) throw UserError(fmt::format("{}", fmt::join(wrong, "\n")));
  if (changes.add.empty() && changes.remove.empty())
    throw UserError(
        "expected +TAG to add a tag or -TAG to take one away: strata tag RUN +good -old");
  places = std::move(left);
  return changes;
}

/// Whether anything changed.
bool change_tags(const std::filesystem::path& folder, const TagChanges& changes) {
  RunTags said = read_tags(folder);
  const std::vector<std::string> before = said.tags;
  auto& tags = said.tags;
  for (const std::string& tag : changes.remove)
    tags.erase(std::remove(tags.begin(), tags.end(), tag), tags.end());
  for (const std::string& tag : changes.add)
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  std::sort(tags.begin(), tags.end());
  if (tags == before) return false;
  write_tags(folder, said);
  return true;
}

void require_choice(const char* command, const RunChoice& choice) {
  if (choice.places.empty() && choice.where.empty())
    throw UserError(fmt::format("{} takes runs, or --where for those in results/", command));
}

void tag(RunChoice choice) {
  const TagChanges changes = take_changes(choice.places);
  require_choice("tag", choice);
  size_t changed = 0, all = 0;
  for (const ComparedRun& run : read_runs(choice).runs) {
    ++all;
    changed += change_tags(run.path.parent_path(), changes) ? 1 : 0;
  }
  print_out("{} of {} changed\n", changed, counted(all, "run", "runs"));
}

struct NoteArguments {
  std::string place, text;
};

void note(const NoteArguments& arguments) {
  const std::vector<ComparedRun> runs = read_runs({{arguments.place}, {}}).runs;
  if (runs.size() != 1)
    throw UserError(fmt::format("note takes one run: '{}' holds {}; many share a tag: strata tag",
                                arguments.place, runs.size()));
  const std::filesystem::path folder = runs[0].path.parent_path();
  RunTags said = read_tags(folder);
  said.note = arguments.text;
  write_tags(folder, said);
  print_out("{}: {}\n", folder.string(), arguments.text.empty() ? "no note" : arguments.text);
}

}  // namespace

std::vector<std::string> protect_tags(const CLI::App& app, std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] != "tag") return arguments;
  const CLI::App* command = app.get_subcommand("tag");
  std::vector<std::string> options = {"tag"}, words;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      words.insert(words.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                   arguments.end());
      break;
    }
    if (word != "-h" && word.rfind("--", 0) != 0) {
      words.push_back(word);
      continue;
    }
    options.push_back(word);
    const CLI::Option* option = command->get_option_no_throw(word);
    if (option != nullptr && option->get_items_expected_max() > 0 && i + 1 < arguments.size())
      options.push_back(arguments[++i]);
  }
  if (!words.empty()) options.emplace_back("--");
  options.insert(options.end(), words.begin(), words.end());
  return options;
}

void add_tag_commands(CLI::App& app, int& exit_code) {
  const auto tagged = std::make_shared<TagArguments>();
  CLI::App* command =
      app.add_subcommand("tag", "Gives runs tags, or takes them away: strata tag RUN +good -old.");
  add_run_choice(*command, tagged->choice);
  command->callback([tagged, &exit_code] {
    tag(tagged->choice);
    exit_code = 0;
  });
  const auto noted = std::make_shared<NoteArguments>();
  command = app.add_subcommand("note", "Keeps a note on a run, beside its record.");
  command->add_option("run", noted->place, "A run: its record, folder or id")
      ->required()
      ->type_name("RUN");
  command->add_option("text", noted->text, "The note; '' takes it away")
      ->required()
      ->type_name("TEXT");
  command->callback([noted, &exit_code] {
    note(*noted);
    exit_code = 0;
  });
}

}  // namespace strata
