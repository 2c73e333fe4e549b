// Plugin libraries that misbehave, and one that is built anew, through the command.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "command/command.hpp"
#include "folder.hpp"
#include "strata/record/record.hpp"
#include "strata/support/files.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

/// A folder with the library and an experiment on one of its data sets.
struct PluginPlace {
  TemporaryFolder folder{"plugins"};
  explicit PluginPlace(const std::string& dataset) {
    fs::copy_file(STRATA_BINARY_DIR "/tests/plugins/libmisbehaves.so",
                  folder.path / "libmisbehaves.so");
    write_file_atomically(folder.path / "f.yaml",
                          "name: f\nplugins: [libmisbehaves.so]\ndevice: cpu\nimages: false\n"
                          "data: {dataset: " +
                              dataset +
                              ", batch_size: 20}\nencoder: [[{type: linear, units: 2}]]\n"
                              "classify: {epochs: 1}\n");
  }
  CommandResult strata(const std::vector<std::string>& arguments) const {
    return run_command(arguments, folder.path);
  }
  Json record() const {
    return read_record(find_records({(folder.path / "results").string()}).at(0));
  }
};

bool mentions(const std::string& text, const std::string& part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a library that was built anew runs anew: its old numbers are another's") {
  const PluginPlace place("stripes");
  const std::string library = (place.folder.path / "libmisbehaves.so").string();
  CHECK(place.strata({"run", "f.yaml"}).code == 0);
  CHECK(mentions(place.strata({"run", "f.yaml"}).err, "completed before; --again runs it anew"));
  write_file_atomically(library, read_file(library) + "x");
  const CommandResult again = place.strata({"run", "f.yaml"});
  CHECK(again.code == 0);
  CHECK(mentions(again.err, "made with other plugins; this run goes beside it, into results/f/"));
  std::set<std::string> libraries;
  for (const auto& path : find_records({(place.folder.path / "results").string()}))
    libraries.insert(read_record(path)["provenance"]["plugins"][0]["sha256"].get<std::string>());
  CHECK(libraries.size() == 2);
  CHECK(mentions(place.strata({"run", "f.yaml"}).err, "completed before"));
}

TEST_CASE("exit() in a plugin is no success") {
  const PluginPlace place("exits_in_load");
  const CommandResult run = place.strata({"run", "f.yaml"});
  CHECK(run.code == 1);
  CHECK(mentions(run.err,
                 "\nstrata: error: code of a component ended the process with exit()\n  record: "
                 "results/f/"));
  CHECK(place.record()["status"] == "failed");
  CHECK(place.record()["error"] == "code of a component ended the process with exit()");
  const CommandResult side_by_side =
      place.strata({"run", "f.yaml", "--seeds", "0-1", "--jobs", "2"});
  CHECK(side_by_side.code == 1);

  const PluginPlace other("exits_when_made");
  const CommandResult check = other.strata({"check", "f.yaml"});
  CHECK(check.code == 1);
  CHECK(check.out == "");
  CHECK(mentions(check.err, "error: the command did not end: code of a plugin called exit()"));
}

TEST_CASE("plugin check tells a component that ends its process") {
  const PluginPlace place("stripes");
  const CommandResult check = place.strata({"plugin", "check", "libmisbehaves.so"});
  CHECK(check.code == 1);
  CHECK(mentions(check.out,
                 "in the check after the last one above it ended the process (exit "
                 "code 0)"));
  CHECK(mentions(check.out,
                 "in the check after the last one above it crashed (Segmentation "
                 "fault)"));
  CHECK(mentions(check.out, "FAILED   something that is no std::exception was thrown"));
}

TEST_CASE("a crash closes the record, and still ends the process as a crash does") {
  const PluginPlace place("crashes_in_load");
  const CommandResult run = place.strata({"run", "f.yaml"});
  CHECK(run.code == 128 + SIGSEGV);
  CHECK(mentions(run.err,
                 "\nstrata: error: the run crashed: Segmentation fault\n  record: results/f/"));
  const Json record = place.record();
  CHECK(record["status"] == "failed");
  CHECK(record["error"] == "its process crashed: Segmentation fault");
  CHECK(record["timing"]["end"].is_string());
}

TEST_CASE("whatever is thrown ends in one sentence") {
  const PluginPlace place("throws_a_number");
  const CommandResult run = place.strata({"run", "f.yaml"});
  CHECK(run.code == 1);
  CHECK(place.record()["error"] ==
        "dataset 'throws_a_number' of libmisbehaves.so: load(): something that is no "
        "std::exception was thrown");
}

TEST_CASE("a new plugin's name may not be one that strata has") {
  const PluginPlace place("stripes");
  const CommandResult made = place.strata({"plugin", "new", "layer", "tanh"});
  CHECK(made.code == 2);
  CHECK(mentions(made.err, "strata itself has a layer 'tanh'; choose another name"));
  CHECK_FALSE(fs::exists(place.folder.path / "tanh"));
  CHECK(place.strata({"plugin", "new", "layer", "mnist"}).code == 0);  // a data set's name
}
