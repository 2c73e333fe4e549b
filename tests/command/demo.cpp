// tools/demo.sh where MNIST is not on the machine. The packages, the build and the training are
// made believe; the data is found and fetched by the built command.
#include <doctest/doctest.h>

#include "command/data_place.hpp"
#include "data/server.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

// A checkout with the demo's own scripts, in which build/strata notes how it was called.
struct Demo : DataPlace {
  explicit Demo(const std::string& certificate) {
    for (const char* name : {"demo.sh", "common.sh", "packages.txt"}) {
      fs::create_directories(path / "tools");
      fs::create_symlink(fs::path(STRATA_SOURCE_DIR) / "tools" / name, path / "tools" / name);
    }
    script("bin/dpkg-query",
           "awk '/^[a-z]/ { print $1, \"installed\" }' '" STRATA_SOURCE_DIR "/tools/packages.txt'");
    for (const char* never : {"dpkg", "apt-get", "sudo"})
      script(std::string("bin/") + never, "exit 9");
    script("bin/cmake", "echo '-- chatter'; echo '-- a warning' >&2; exit ${CMAKE_FAILS:-0}");
    script("bin/ninja", "echo '[1/1] built'");
    script("build/strata",
           "echo \"$*\" >> calls\n"
           "case \"$1 $2\" in\n"
           "  'data fetch') exec '" +
               strata_command() + "' \"$@\" --cacert '" + certificate +
               "' ;;\n"
               "  'data '*) exec '" +
               strata_command() +
               "' \"$@\" ;;\n"
               "esac");
  }
  CommandResult run_demo(const std::string& https_proxy, const std::string& more = "A=B") const {
    return Command({"tools/demo.sh"}, path.string(),
                   environment({"https_proxy=" + https_proxy, more,
                                "PATH=" + (*this / "bin") + ":" + std::getenv("PATH")}),
                   "/bin/bash")
        .finish();
  }
  // The calls of strata since the last time.
  std::string calls() const {
    const std::string text = read_file(*this / "calls");
    fs::remove(path / "calls");
    return text;
  }

 private:
  void script(const std::string& name, const std::string& text) const {
    fs::permissions(write(name, "#!/bin/bash\n" + text + "\n"), fs::perms::owner_all);
  }
};

std::string experiments(const std::string& set) {
  std::string files;
  for (const char* way : {"greedy", "end-to-end", "no-pretraining"})
    files += " experiments/demo/" + set + "-" + way + ".yaml";
  return files;
}

std::string results(const std::string& set) {
  std::string folders;
  for (const char* way : {"greedy", "end-to-end", "no-pretraining"})
    folders += " results/demo-" + set + "-" + way;
  return folders;
}

}  // namespace

TEST_CASE("the demo without MNIST and without a network says so once and goes on") {
  const Demo demo(STRATA_SOURCE_DIR "/README.md");  // never read: no connection is made
  const CommandResult result = demo.run_demo("http://127.0.0.1:1");  // where nothing listens
  CHECK(result.code == 0);
  CHECK(count(result.out, "] Installing ") == 0);
  CHECK(count(result.out, "] MNIST is not on this machine: fetching it\n") == 1);
  CHECK(count(result.out,
              "] MNIST cannot be had here: going on with Fashion-MNIST and "
              "synthetic_digits (with the four MNIST files in data/mnist/, run this "
              "again)\n") == 1);
  CHECK(count(result.err, "strata: error: train-images-idx3-ubyte could not be fetched:\n") == 1);
  CHECK(demo.calls() == "data list\ndata fetch mnist\nrun" + experiments("fashion") +
                            experiments("synthetic-digits") + "\ncompare" + results("fashion") +
                            results("synthetic-digits") + "\n");
}

TEST_CASE("what CMake says is shown where it fails, and nowhere else") {
  const Demo demo(STRATA_SOURCE_DIR "/README.md");
  const CommandResult good = demo.run_demo("http://127.0.0.1:1");
  CHECK(count(good.out + good.err, "-- ") == 0);
  CHECK(count(good.out, "] Building (release, build/)\n[1/1] built\n") == 1);  // and no more
  const CommandResult bad = demo.run_demo("http://127.0.0.1:1", "CMAKE_FAILS=1");
  CHECK(bad.code == 1);
  CHECK(
      bad.err ==
      "-- chatter\n-- a warning\n\n"
      "demo.sh: error: CMake could not configure the release build (its message is above)\n"
      "demo.sh: if the folder build/ is from another place or generator, remove it; then run this "
      "again\n");
  CHECK(count(bad.out, "built") == 0);
}

TEST_CASE("the demo fetches MNIST from its first mirror, once") {
  const auto here = find_here("mnist");
  if (!here) return;
  TemporaryFolder files("mnist");
  for (const std::string& from : here->paths)
    if (fs::path(from).extension() == ".gz") {
      fs::create_symlink(from, files / fs::path(from).filename().string());
    } else {
      files.write(fs::path(from).filename().string() + ".gz", gzip(read_file(from)));
    }
  const test::Server server(files.path.string());
  const Demo demo(server.certificate());
  const std::string proxy = server.plain_mirror("");
  const CommandResult result = demo.run_demo(proxy);
  CHECK(result.code == 0);
  CHECK(count(result.out, "] MNIST is not on this machine: fetching it\n") == 1);
  CHECK(count(result.out, "mnist is complete in " + (demo / "cache/strata/data/mnist\n")) == 1);
  const std::vector<std::string> requests = server.requests();
  REQUIRE(requests.size() == 8);
  CHECK(requests[0] == "CONNECT ossci-datasets.s3.amazonaws.com:443");
  CHECK(requests[1] == "mnist train-images-idx3-ubyte.gz 0");
  const std::string work = "run" + experiments("fashion") + experiments("mnist") + "\ncompare" +
                           results("fashion") + results("mnist") + "\n";
  CHECK(demo.calls() == "data list\ndata fetch mnist\n" + work);

  CHECK(demo.run_demo(proxy).out.find("fetching") == std::string::npos);
  CHECK(demo.calls() == "data list\n" + work);
}
