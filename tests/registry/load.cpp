// Plugin libraries from tests/registry/plugins, most of them broken: each refused in one clear
// message.
#include "strata/registry/load.hpp"

#include <doctest/doctest.h>
#include <elf.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "folder.hpp"
#include "strata/registry/registry.hpp"
#include "strata/registry/stamp.hpp"
#include "strata/registry/trial.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"

using namespace strata;
namespace fs = std::filesystem;

namespace {

const fs::path kPlugins = fs::path(STRATA_BINARY_DIR) / "tests" / "plugins";

fs::path library(const std::string& name) {
  return kPlugins / ("lib" + name + ".so");
}

/// Why a library is refused, without the library's path; and that nothing of it stays.
std::string refusal(const fs::path& path) {
  const auto datasets = Registry::instance().names("dataset");
  const size_t loaded = loaded_plugins().size();
  std::string message = "was loaded";
  try {
    load_plugin(path, ".");
  } catch (const UserError& e) {
    message = e.what();
  }
  CHECK(Registry::instance().names("dataset") == datasets);
  CHECK(Registry::instance().problems().empty());
  CHECK(loaded_plugins().size() == loaded);
  const std::string prefix = "plugin " + fs::weakly_canonical(path).string() + ": ";
  return message.rfind(prefix, 0) == 0 ? message.substr(prefix.size()) : message;
}

/// A changed copy of the good library.
fs::path altered(const std::string& name, const std::function<void(std::string&)>& change) {
  std::string bytes = read_file(library("good"));
  change(bytes);
  write_file_atomically(library(name), bytes);
  return library(name);
}

/// A copy whose stamp says something else; `value` is as long as what it replaces.
fs::path stamped(const std::string& name, const std::string& key, const std::string& value) {
  return altered(name, [&](std::string& bytes) {
    const size_t at = bytes.find(key + "=");
    REQUIRE(at != std::string::npos);
    bytes.replace(at + key.size() + 1, value.size(), value);
  });
}

std::string own(const std::string& key) {
  const std::string stamp = read_stamp(read_file(library("good")));
  const size_t begin = stamp.find(key + "=") + key.size() + 1;
  return stamp.substr(begin, stamp.find('\n', begin) - begin);
}

const std::string kAnew = "; build it anew against this strata";

}  // namespace

TEST_CASE("A library that does not fit, or is none, is refused before its code runs") {
  CHECK(refusal(stamped("other_interface", "strata's interface", "9")) ==
        "it was built for strata's interface 9, and this strata has 2" + kAnew);
  const std::string torch = own("LibTorch");
  CHECK(refusal(stamped("other_torch", "LibTorch", "0")) ==
        "it was built for LibTorch 0" + torch.substr(1) + ", and this strata has " + torch + kAnew);
  const std::string abi = own("C++ ABI");
  CHECK(abi.substr(0, 9) == "libstdc++");
  CHECK(refusal(stamped("other_abi", "C++ ABI", "libfooc++")) ==
        "it was built for C++ ABI libfooc++" + abi.substr(9) + ", and this strata has " + abi +
            kAnew);
  CHECK(refusal(stamped("checked", "containers", "odd")) ==
        "it was built for containers odd" + own("containers").substr(3) + ", and this strata has " +
            own("containers") + kAnew);
  CHECK(refusal(altered("no_note",
                        [](std::string& bytes) {
                          bytes[bytes.find("strata's interface=") - 8] = 'S';  // the note's owner
                        })) ==
        "it is a shared library, but no plugin of strata: it has no stamp (plugins are built with "
        "strata_add_plugin)");
  CHECK(refusal(altered("text", [](std::string& b) { b = "int main() {}\n"; })) ==
        "it is no shared library (no ELF file)");
  CHECK(refusal(altered("empty", [](std::string& b) { b.clear(); })) ==
        "it is no shared library (no ELF file)");
  CHECK(refusal(altered("half", [](std::string& b) { b.resize(b.size() / 2); })) ==
        "it is cut off: its sections pass the end of the file");
  CHECK(refusal(altered("other_machine", [](std::string& b) { b[18] = EM_S390; })) ==
        "it is built for another processor than this one");
  CHECK(refusal(altered("object", [](std::string& b) { b[16] = ET_REL; })) ==
        "it is an ELF file, but no shared library");
}

TEST_CASE("A library whose code fails while it is loaded is refused, and the process lives on") {
  CHECK(refusal(library("missing_symbol")) ==
        "it needs 'strata::written_by_nobody(double)', which neither it nor strata defines");
  CHECK(refusal(library("throws_in_constructor")) ==
        "it threw an exception while it was loaded: no table");
  CHECK(refusal(library("aborts")) == "its code crashed while it was loaded (Aborted)");
  CHECK(refusal(library("exits")) ==
        "its code ended the process while it was loaded (exit code 7)");
  CHECK(refusal(library("throws_in_registration")) ==
        "dataset 'throwing' of libthrows_in_registration.so threw while it was registered: no "
        "declaration today");
  CHECK(refusal(library("bad_default")) ==
        "dataset 'bad_default' of libbad_default.so: the default of 'noise', -1.0, is not at least "
        "0");
  CHECK(refusal(library("declares_twice")) ==
        "dataset 'twice' of libdeclares_twice.so: parameter 'count' is declared twice; dataset "
        "'no_choice' of libdeclares_twice.so: the default of 'kind', \"oval\", is not one of "
        "round, square");
  CHECK(refusal(library("registers_nothing")) ==
        "it registers no component; a plugin ends in STRATA_REGISTER(...)");
  CHECK(refusal(library("name_taken")) ==
        "dataset 'mnist' of libname_taken.so is registered already, by strata itself");
  // Asked again, the answer is the same, though the library is still open.
  CHECK(refusal(library("name_taken")) ==
        "dataset 'mnist' of libname_taken.so is registered already, by strata itself");
}

TEST_CASE("The trial ends in its time, and ends what the library has started") {
  CHECK(try_to_open(library("hangs"), std::chrono::seconds(1)) ==
        "it was not loaded within 1 seconds");
  CHECK(try_to_open(library("leaves_a_process")).empty());
  const pid_t left = waitpid(-1, nullptr, WNOHANG);
  CHECK(left == -1);  // no child, not even one that hangs
  CHECK(errno == ECHILD);
}

TEST_CASE("A library that crashes when it is opened again says so, and what crashed") {
  const testing::TemporaryFolder folder("crashes");
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    setenv("STRATA_TEST_MARK", (folder / "mark").c_str(), 1);
    load_plugin(library("later"), ".");
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  char part[500];
  for (ssize_t n = 0; (n = read(ends[0], part, sizeof part)) > 0;)
    said.append(part, static_cast<size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(said == "strata: error: plugin " + library("later").string() +
                    ": its code crashed while it was loaded: Segmentation fault\n");
}

TEST_CASE("What is loaded is what was checked") {
  const testing::TemporaryFolder folder("replaced");
  fs::copy_file(library("later"), folder / "liblater.so");
  const std::string before = sha256_hex(read_file(folder / "liblater.so"));
  setenv("STRATA_TEST_MARK", (folder / "mark").c_str(), 1);
  setenv("STRATA_TEST_REPLACED", (folder / "liblater.so").c_str(), 1);
  CHECK(refusal(folder / "liblater.so") == "it was replaced while it was loaded; load it again");
  CHECK(sha256_hex(read_file(folder / "liblater.so")) != before);
  unsetenv("STRATA_TEST_REPLACED");
  unsetenv("STRATA_TEST_MARK");
}

TEST_CASE("A library that others may write to is loaded with a warning") {
  const testing::TemporaryFolder folder("open");
  fs::copy_file(library("made_for_all"), folder / "libmade_for_all.so");
  fs::permissions(folder.path, fs::perms::all);
  const PluginLibrary open = load_plugin(folder / "libmade_for_all.so", ".");
  CHECK(open.warning == "plugin " + (folder / "libmade_for_all.so") + ": others may write to " +
                            folder.path.string() + ", and so have their code run");
}

TEST_CASE("A library that is not there") {
  CHECK(refusal("build/libnone.so") ==
        "plugin 'build/libnone.so': there is no file ./build/libnone.so");
  CHECK(refusal(kPlugins) == "plugin '" + kPlugins.string() + "': " + kPlugins.string() +
                                 " is a folder; a library is expected");
  unsetenv("STRATA_PLUGIN_PATH");
  CHECK(refusal("swish") ==
        "plugin 'swish': STRATA_PLUGIN_PATH, the folders in which names are looked up, is not set; "
        "set it, or give the library's path");
  setenv("STRATA_PLUGIN_PATH", kPlugins.c_str(), 1);
  CHECK(refusal("goood").rfind("plugin 'goood': there is no libgoood.so in " + kPlugins.string() +
                                   " (STRATA_PLUGIN_PATH); did you mean 'good'? Known: aborts, ",
                               0) == 0);
  unsetenv("STRATA_PLUGIN_PATH");
}

TEST_CASE("Whatever the bytes are, reading the stamp gives it or refuses") {
  const std::string good = read_file(library("good"));
  const std::string stamp = read_stamp(good);
  CHECK(stamp.rfind("strata's interface=2\nLibTorch=", 0) == 0);
  int refused = 0;
  for (size_t size = 0; size < good.size(); size += 1 + size / 64) {
    try {
      read_stamp(std::string_view(good).substr(0, size));
    } catch (const UserError&) {
      ++refused;
      continue;
    }
    FAIL_CHECK("taken, though cut off after ", size);
  }
  CHECK(refused > 100);
  for (size_t at = 0; at < 2048; ++at) {  // the headers and the notes, each byte at its extreme
    std::string bytes = good;
    bytes[at] = static_cast<char>(0xff);
    try {
      read_stamp(bytes);
    } catch (const UserError&) {
      ++refused;
    }
  }
  CHECK(refused > 200);
}

// Last: from here on it stays.
TEST_CASE("A good library is loaded once, and its component is one like any other") {
  const PluginLibrary plugin = load_plugin("libgood.so", kPlugins);
  CHECK(plugin.name == "libgood.so");
  CHECK(plugin.path == fs::canonical(library("good")));
  CHECK(plugin.sha256 == sha256_hex(read_file(library("good"))));
  const ComponentInfo* info = Registry::instance().find("dataset", "made_by_plugin");
  REQUIRE(info != nullptr);
  CHECK(info->library == "libgood.so");
  CHECK(info->params.fields.at(0).name == "count");
  setenv("STRATA_PLUGIN_PATH", ("/nowhere:" + kPlugins.string()).c_str(), 1);
  CHECK(load_plugin("good", ".").path == plugin.path);
  CHECK(plugin.warning.empty());
  CHECK(loaded_plugins().size() == 2);
  fs::create_directories(kPlugins / "other");
  std::string other = read_file(library("good")) + "x";
  write_file_atomically(kPlugins / "other" / "libgood.so", other);
  CHECK(refusal(kPlugins / "other" / "libgood.so") ==
        "another plugin of that name is loaded, " + plugin.path.string());
}
