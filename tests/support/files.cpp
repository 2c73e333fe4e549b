#include "strata/support/files.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "folder.hpp"
#include "strata/support/errors.hpp"

namespace fs = std::filesystem;
using namespace strata;
using strata::testing::TemporaryFolder;

namespace {

template <class Error>
std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Runs the body in a child that may write 1000 bytes a file; the wait status.
int in_limited_child(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{0, 0}, limit{1000, 1000};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &limit);
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("a file is written whole, its folders made, and nothing is left beside it") {
  const TemporaryFolder folder("write");
  const fs::path path = folder.path / "a" / "b" / "file";
  const std::string binary("zero \0 and newline \n", 20);
  write_file_atomically(path, binary);
  CHECK(read_file(path) == binary);
  write_file_atomically(path, "");
  CHECK(read_file(path).empty());
  CHECK(entries(path.parent_path()) == 1);
}

TEST_CASE("a writer killed half-way leaves the old file") {
  const TemporaryFolder folder("killed");
  const fs::path path = folder.path / "record.json";
  write_file_atomically(path, "old");
  // Past the limit the kernel sends SIGXFSZ, which ends the process inside the write.
  const int status = in_limited_child([&] { write_file_atomically(path, std::string(5000, 'n')); });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGXFSZ);
  CHECK(read_file(path) == "old");
  write_file_atomically(path, "new");
  CHECK(read_file(path) == "new");
}

TEST_CASE("what a killed writer left is removed, and nothing else") {
  const TemporaryFolder folder("leftovers");
  const fs::path run = folder.path / "run";
  for (const char* name : {"record.json", "record.json.tmp-", "notes.tmp-3a", "weights/w", "tmp-7",
                           "record.json.tmp-0123456789abcdeg", "b.tmp-0123456789abcdef0"})
    write_file_atomically(run / name, "kept");
  fs::create_directory(run / "folder.tmp-12");
  const int status = in_limited_child(
      [&] { write_file_atomically(run / "weights" / "w", std::string(5000, 'n')); });
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(entries(run / "weights") == 2);
  write_file_atomically(run / "record.json.tmp-123", "part");  // of an earlier strata
  remove_leftovers(run);
  CHECK(entries(run / "weights") == 1);
  CHECK(read_file(run / "weights" / "w") == "kept");
  CHECK(entries(run) == 8);
  CHECK(!fs::exists(run / "record.json.tmp-123"));
  remove_leftovers(folder.path / "missing");
}

TEST_CASE("a write that fails half-way says why, and leaves the old file and nothing else") {
  const TemporaryFolder folder("failed");
  const fs::path path = folder.path / "record.json";
  write_file_atomically(path, "old");
  const int status = in_limited_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const std::string said =
        message<RunError>([&] { write_file_atomically(path, std::string(5000, 'n')); });
    _exit(said == fmt::format("cannot write {}: File too large", path.string()) ? 3 : 4);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(read_file(path) == "old");
  CHECK(entries(folder.path) == 1);
}

TEST_CASE("places that cannot be written are refused with the system's reason") {
  const TemporaryFolder folder("places");
  const fs::path file = folder.path / "file", taken = folder.path / "taken";
  write_file_atomically(file, "content");
  fs::create_directories(taken / "inner");
  CHECK(message<RunError>([&] { write_file_atomically(file / "below" / "x", "y"); }) ==
        fmt::format("cannot create folder {}: Not a directory", (file / "below").string()));
  CHECK(message<RunError>([&] { write_file_atomically(taken, "y"); }) ==
        fmt::format("cannot replace {}: it is a folder", taken.string()));
  CHECK(entries(folder.path) == 2);
}

TEST_CASE("reading says what is wrong with a path") {
  const TemporaryFolder folder("read");
  const fs::path missing = folder.path / "missing";
  CHECK(message<UserError>([&] { read_file(missing); }) ==
        fmt::format("cannot read {}: No such file or directory", missing.string()));
  CHECK(message<UserError>([&] { read_file(folder.path); }) ==
        fmt::format("cannot read {}: it is a folder, not a file", folder.path.string()));
}

TEST_CASE("a line log appends each line at once, to what is there") {
  const TemporaryFolder folder("log");
  const fs::path path = folder.path / "a" / "events.jsonl";
  LineLog first(path);
  first.append("one");
  CHECK(read_file(path) == "one\n");
  LineLog second(path);
  second.append("two");
  first.append("");
  CHECK(read_file(path) == "one\ntwo\n\n");
}
