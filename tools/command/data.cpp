#include "command/data.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "strata/composition/compose.hpp"
#include "strata/data/published.hpp"
#include "strata/data/search.hpp"
#include "strata/registry/load.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

bool needs_parameters(const ComponentInfo& info) {
  return std::any_of(info.params.fields.begin(), info.params.fields.end(),
                     [](const Field& field) { return field.required; });
}

std::shared_ptr<Dataset> create(const ComponentInfo& info, const void* params) {
  return std::static_pointer_cast<Dataset>(info.create(params));
}

// The component at data.dataset of an experiment's file (of its first run, where it sweeps).
std::shared_ptr<Dataset> dataset_of_file(const std::string& path) {
  Issues issues;
  const Composition composition = compose(path, {}, issues);
  if (!issues.ok()) throw ConfigError(issues);
  const Node& tree = composition.runs.at(0).root;
  load_listed_plugins(tree, issues);
  const Node* node = find_path(tree, "data.dataset");
  if (node == nullptr) throw UserError(path + ": there is no data.dataset in this file");
  ComponentRef ref;
  Reader reader(issues, Registry::instance());
  reader.read_component(*node, Dataset::family, ref);
  if (!issues.ok()) throw ConfigError(issues);
  return create(*ref.info, ref.params.get());
}

uint64_t size_on_disk(const FoundSet& found) {
  uint64_t size = 0;
  for (const std::string& path : found.paths) {
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    if (!error) size += bytes;
  }
  return size;
}

void list_row(const std::string& name, const std::string& state, const std::string& size,
              const std::string& where) {
  print_out("{:<18}{:<12}{:>10}  {}\n", name, state, size, where);
}

void list_published(const PublishedSet& set, const std::vector<std::string>& folders) {
  const std::vector<FoundSet> all = find_published(set, folders);
  if (all.empty()) {
    list_row(set.name, "not found", "", fmt::format("`strata data fetch {}` gets it", set.name));
  }
  bool used = false;
  for (const FoundSet& found : all) {
    const bool reads = found.complete() && !used;
    used = used || reads;
    const std::string state = !found.complete() ? "incomplete" : reads ? "complete" : "also here";
    std::string where = fmt::format("{} ({})", found.folder, found.origin);
    if (!found.complete()) where += fmt::format(", lacks {}", fmt::join(found.missing, ", "));
    list_row(set.name, state, size_text(size_on_disk(found)), where);
  }
}

void warn_of_missing_folders() {
  for (const SearchFolder& folder : search_folders({}))
    if (folder.is_mistaken())
      print_err("strata: warning: STRATA_DATA names '{}': no such folder\n", folder.path);
}

void list_datasets(const std::vector<std::string>& folders) {
  warn_of_missing_folders();
  list_row("data set", "state", "size", "where");
  for (const std::string& name : Registry::instance().names(Dataset::family)) {
    const ComponentInfo& info = *Registry::instance().find(Dataset::family, name);
    if (needs_parameters(info)) {
      list_row(name, "declared", "", "the experiment's file names its files");
      continue;
    }
    const auto dataset = create(info, info.make_params().get());
    if (dataset->published() != nullptr) {
      list_published(*dataset->published(), folders);
    } else {
      list_row(name, "built in", "", "needs no file");
    }
  }
}

// Checks every copy of the set that is there; returns how many were sound, and counts flaws.
int verify_copies(const PublishedSet& set, const std::vector<std::string>& folders, int& flaws) {
  int sound = 0;
  const std::vector<PublishedFile> files = set.files();
  for (const FoundSet& found : find_published(set, folders)) {
    const int before = flaws;
    for (const PublishedFile& file : files) {
      const auto path = find_data_file(found.folder, file.name);
      try {
        if (!path) throw UserError(fmt::format("{}/{}: missing", found.folder, file.name));
        verify_published(file, *path);
        print_out("{}: right\n", *path);
      } catch (const UserError& e) {
        ++flaws;
        print_out("{}\n", e.what());
      }
    }
    if (flaws == before) ++sound;
  }
  return sound;
}

int verify_datasets(std::vector<std::string> names, const std::vector<std::string>& folders) {
  warn_of_missing_folders();
  const bool all = names.empty();
  if (all) names = Registry::instance().names(Dataset::family);
  int flaws = 0, sound = 0;
  for (const std::string& name : names) {
    if (all && needs_parameters(*Registry::instance().find(Dataset::family, name))) continue;
    const auto dataset = find_dataset(name);
    if (dataset->published() == nullptr) {
      if (!all) throw UserError(fmt::format("'{}' has no files with known checksums", name));
      continue;
    }
    const int copies = verify_copies(*dataset->published(), folders, flaws);
    sound += copies;
    if (!all && copies == 0 && flaws == 0) {
      throw UserError(
          fmt::format("'{}' was not found; `strata data fetch {}` gets it", name, name));
    }
  }
  if (flaws > 0) {
    print_out("{} broken or missing\n",
              flaws == 1 ? "1 file is" : fmt::format("{} files are", flaws));
    return 2;
  }
  if (sound == 0) throw UserError("no published set was found: there is nothing to verify");
  print_out("{} verified\n", sound == 1 ? "1 data set" : fmt::format("{} data sets", sound));
  return 0;
}

struct DataArguments {
  std::vector<std::string> names;
  std::string name, png;
  FetchArguments fetch;
};

void add_folders(CLI::App& command, FetchArguments& arguments) {
  command
      .add_option("--data", arguments.folders,
                  "folder to look in before all others; may be repeated")
      ->check(CLI::ExistingDirectory)
      ->allow_extra_args(false);
}

void add_fetch(CLI::App& data, const std::shared_ptr<DataArguments>& a, int& exit_code) {
  CLI::App* fetch = data.add_subcommand("fetch", "Download a published set into the user's cache.");
  fetch->add_option("name", a->name, "the set: mnist, fashion_mnist")->required();
  fetch
      ->add_option("--mirror", a->fetch.mirrors,
                   "URL of a folder to fetch from instead of the known ones, which has the files "
                   "under their own names (train-images-idx3-ubyte.gz ...); may be repeated")
      ->allow_extra_args(false);
  fetch
      ->add_option("--cacert", a->fetch.ca_file,
                   "file of certificates to trust instead of the system's")
      ->check(CLI::ExistingFile);
  fetch
      ->add_option("--timeout", a->fetch.timeout_seconds,
                   "seconds after which a silent server is given up")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  add_folders(*fetch, a->fetch);
  fetch->callback([a, &exit_code] {
    fetch_dataset(a->name, a->fetch);
    exit_code = 0;
  });
}

}  // namespace

std::shared_ptr<Dataset> find_dataset(const std::string& name) {
  const std::string extension = fs::path(name).extension().string();
  if (extension == ".yaml" || extension == ".yml") return dataset_of_file(name);
  const ComponentInfo* info = Registry::instance().find(Dataset::family, name);
  if (info == nullptr) {
    throw UserError(fmt::format("unknown data set '{}'{}", name,
                                suggestion(name, Registry::instance().names(Dataset::family))));
  }
  if (needs_parameters(*info)) {
    throw UserError(
        fmt::format("'{}' is declared in an experiment's file: give that file's name", name));
  }
  return create(*info, info->make_params().get());
}

std::string size_text(uint64_t bytes) {
  const double kib = static_cast<double>(bytes) / 1024;
  return kib < 1024 ? fmt::format("{:.1f} KiB", kib) : fmt::format("{:.1f} MiB", kib / 1024);
}

void add_data_command(CLI::App& app, int& exit_code) {
  CLI::App* data = app.add_subcommand("data", "Find, verify, show and fetch data sets.");
  data->require_subcommand(1);
  const auto a = std::make_shared<DataArguments>();

  CLI::App* list = data->add_subcommand("list", "List the data sets and where each was found.");
  add_folders(*list, a->fetch);
  list->callback([a, &exit_code] {
    list_datasets(a->fetch.folders);
    exit_code = 0;
  });

  CLI::App* verify = data->add_subcommand("verify", "Check the files of published sets.");
  verify->add_option("names", a->names, "the sets; all that are found where none is named");
  add_folders(*verify, a->fetch);
  verify->callback([a, &exit_code] { exit_code = verify_datasets(a->names, a->fetch.folders); });

  CLI::App* show = data->add_subcommand("show", "Print what is in a set and draw some samples.");
  show->add_option("name", a->name, "a set's name, or an experiment's file (.yaml)")->required();
  show->add_option("--png", a->png, "file for the samples; NAME-samples.png where none is named");
  add_folders(*show, a->fetch);
  show->callback([a, &exit_code] {
    show_dataset(a->name, a->fetch.folders, a->png);
    exit_code = 0;
  });
  add_fetch(*data, a, exit_code);
}

}  // namespace strata
