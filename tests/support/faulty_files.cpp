// Files on disks that fail, and in places where somebody has laid something else.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "faults.hpp"
#include "folder.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace fs = std::filesystem;
using namespace strata;
using strata::testing::FailingCall;
using strata::testing::TemporaryFolder;

namespace {

template <class Error>
std::string refused(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

size_t count_entries(const TemporaryFolder& folder) {
  std::error_code error;
  return list_folder(folder.path, error).size();
}

}  // namespace

TEST_CASE("whatever call of a write fails, the old file stays, alone, and the reason is told") {
  const TemporaryFolder folder("write-fails");
  const fs::path path = folder.path / "record.json";
  const std::pair<int, const char*> errors[] = {{ENOSPC, "No space left on device"},
                                                {EIO, "Input/output error"},
                                                {EDQUOT, "Disk quota exceeded"}};
  const std::pair<SystemCall, const char*> calls[] = {{SystemCall::open, "create"},
                                                      {SystemCall::write, "write"},
                                                      {SystemCall::sync, "write"},
                                                      {SystemCall::close, "write"},
                                                      {SystemCall::rename, "replace"}};
  write_file_atomically(path, "old");
  for (const auto& [error, words] : errors)
    for (const auto& [call, doing] : calls) {
      CAPTURE(doing);
      std::string said;
      {
        const FailingCall failing(call, {error}, 1, 1);
        said = refused<RunError>([&] { write_file_atomically(path, "new"); });
      }
      CHECK(said == fmt::format("cannot {} {}: {}", doing, path.string(), words));
      CHECK(read_file(path) == "old");
      CHECK(count_entries(folder) == 1);
    }
  const FailingCall failing(SystemCall::mkdir, {EDQUOT});
  CHECK(refused<RunError>([&] { write_file_atomically(folder.path / "new" / "file", "x"); }) ==
        fmt::format("cannot create folder {}: Disk quota exceeded", folder / "new"));
}

TEST_CASE("short writes and interrupted calls end in the whole file, a write of nothing fails") {
  const TemporaryFolder folder("short");
  const fs::path path = folder.path / "file";
  {
    const FailingCall failing(SystemCall::write, {0, 3});
    write_file_atomically(path, "0123456789");
  }
  CHECK(read_file(path) == "0123456789");
  for (const SystemCall call : {SystemCall::open, SystemCall::write, SystemCall::sync,
                                SystemCall::rename, SystemCall::read}) {
    const FailingCall failing(call, {EINTR}, 1, 2);
    write_file_atomically(path, "after a signal");
    CHECK(read_file(path) == "after a signal");
  }
  const FailingCall failing(SystemCall::write, {0, 0});
  CHECK(refused<RunError>([&] { write_file_atomically(path, "new"); }) ==
        fmt::format("cannot write {}: Input/output error", path.string()));
}

TEST_CASE("a folder that cannot be flushed is no failure: the file has its name") {
  const TemporaryFolder folder("flush");
  const FailingCall failing(SystemCall::sync, {EINVAL}, 2);
  write_file_atomically(folder.path / "file", "content");
  CHECK(read_file(folder.path / "file") == "content");
}

TEST_CASE("what is no regular file is neither replaced nor read") {
  const TemporaryFolder folder("kinds");
  const fs::path fifo = folder.path / "fifo", link = folder.path / "link",
                 target = folder.path / "target";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  write_file_atomically(target, "kept");
  fs::create_symlink(target, link);
  CHECK(refused<RunError>([&] { write_file_atomically(fifo, "x"); }) ==
        fmt::format("cannot replace {}: it is a pipe or a device", fifo.string()));
  CHECK(refused<RunError>([&] { write_file_atomically(link, "x"); }) ==
        fmt::format("cannot replace {}: it is a link", link.string()));
  CHECK(refused<RunError>([&] { LineLog{link}; }) ==
        fmt::format("cannot replace {}: it is a link", link.string()));
  CHECK(refused<RunError>([&] { LineLog{fifo}; }) ==
        fmt::format("cannot write {}: it is a pipe or a device", fifo.string()));
  CHECK(fs::is_symlink(link));
  CHECK(read_file(target) == "kept");
  CHECK(
      refused<UserError>([&] { read_file(fifo); }) ==
      fmt::format("cannot read {}: it is no regular file, but a pipe or a device", fifo.string()));
  CHECK(refused<UserError>([&] { read_file("/dev/zero"); }) ==
        "cannot read /dev/zero: it is no regular file, but a pipe or a device");
}

TEST_CASE("no more is read than the reader's limit") {
  const TemporaryFolder folder("limit");
  const fs::path path = folder.path / "file";
  write_file_atomically(path, "0123456789");
  CHECK(read_file(path, 10).size() == 10);
  CHECK(refused<UserError>([&] { read_file(path, 9); }) ==
        fmt::format("cannot read {}: it is larger than 9 bytes", path.string()));
  // A file that says nothing of its size, as those of /proc.
  CHECK(read_file("/proc/self/status").find("Name:") == 0);
  CHECK(refused<UserError>([&] { read_file("/proc/self/status", 20); }) ==
        "cannot read /proc/self/status: it is larger than 20 bytes");
  const FailingCall failing(SystemCall::read, {EIO});
  CHECK(refused<UserError>([&] { read_file(path); }) ==
        fmt::format("cannot read {}: Input/output error", path.string()));
}

TEST_CASE("a file that ends before its size is refused, and no part of it taken for the whole") {
  const TemporaryFolder folder("ends");
  const std::string path = folder.write("file", "0123456789");
  for (const bool later : {false, true}) {  // at once, and after its first half
    InputFile file(path);
    char half[5];
    if (later) CHECK(file.read(half, 5) == 5);
    const FailingCall nothing(SystemCall::read, {0, 0});
    std::string why;
    try {
      file.read(half, 5);
    } catch (const FileError& e) {
      why = e.what();
    }
    CHECK(why ==
          "cannot read " + path + ": it ended after " + (later ? "5" : "0") + " of its 10 bytes");
  }
}

TEST_CASE("a file that is named from outside is read only where it lies within the folder") {
  const TemporaryFolder folder("within");
  folder.write("run/images/a.png", "png");
  folder.write("secret", "secret");
  const fs::path run = folder.path / "run";
  fs::create_symlink(folder.path / "secret", run / "link");
  fs::create_symlink("images/a.png", run / "inner");
  fs::create_symlink(folder.path, run / "up");
  CHECK(read_file_within(run, "images/a.png", 100) == "png");
  CHECK(read_file_within(run, "inner", 100) == "png");
  for (const char* name : {"link", "../secret", "up/secret", "/etc/passwd", "images/../../secret"})
    CHECK(refused<UserError>([&] { read_file_within(run, name, 100); }) ==
          fmt::format("cannot read {}: it is not in {}", (run / name).string(), run.string()));
}

TEST_CASE("a planted link of any foreseeable name is not written through") {
  const TemporaryFolder folder("planted");
  const fs::path path = folder.path / "record.json";
  write_file_atomically(folder.path / "victim", "kept");
  fs::create_symlink(folder.path / "victim", path.string() + fmt::format(".tmp-{}", getpid()));
  write_file_atomically(path, "new");
  CHECK(read_file(folder.path / "victim") == "kept");
  CHECK(temporary_name(path) != temporary_name(path));
  fs::create_symlink(folder.path / "victim", folder.path / "planted");
  CHECK(open_temporary((folder / "planted").c_str()) == -1);
  CHECK(errno == EEXIST);
}

TEST_CASE("output goes where the user said: through a link, into a pipe, onto a device") {
  const TemporaryFolder folder("output");
  const fs::path link = folder.path / "link", target = folder.path / "target";
  write_file_atomically(target, "old");
  fs::create_symlink(target, link);
  CHECK(!write_output(link, "new"));
  CHECK(fs::is_symlink(link));
  CHECK(read_file(target) == "new");
  CHECK(!write_output("/dev/null", "gone"));
  CHECK(refused<RunError>([&] { write_output("/dev/full", "gone"); }) ==
        "cannot write /dev/full: No space left on device");
  CHECK(fs::is_character_file("/dev/full"));
  const fs::path fifo = folder.path / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  std::string got(5, '\0');
  std::thread reader([&] {
    const int fd = ::open(fifo.c_str(), O_RDONLY);
    got.resize(static_cast<size_t>(std::max<ssize_t>(::read(fd, got.data(), got.size()), 0)));
    ::close(fd);
  });
  CHECK(!write_output(fifo, "piped"));
  reader.join();
  CHECK(got == "piped");
}

TEST_CASE("a file is created once, and has a second name or a copy") {
  const TemporaryFolder folder("create");
  const fs::path claim = folder.path / "claim";
  CHECK(create_file(claim, "mine"));
  CHECK(!create_file(claim, "yours"));
  CHECK(read_file(claim) == "mine");
  link_or_copy(claim, folder.path / "second");
  CHECK(fs::equivalent(claim, folder.path / "second"));
  link_or_copy(claim, folder.path / "second");
  {
    const FailingCall failing(SystemCall::link, {EXDEV});
    link_or_copy(claim, folder.path / "copy");
  }
  CHECK(!fs::equivalent(claim, folder.path / "copy"));
  CHECK(read_file(folder.path / "copy") == "mine");
  move_file(folder.path / "copy", folder.path / "moved");
  remove_file(folder.path / "second");
  remove_file(folder.path / "second");
  CHECK(count_entries(folder) == 2);
  const int64_t before = file_facts(claim)->modified_ns;
  touch_file(claim);
  CHECK(file_facts(claim)->modified_ns >= before);
  CHECK(file_facts(claim)->bytes == 4);
  CHECK(!file_facts(folder.path));
  std::error_code why;
  CHECK(list_folder(folder.path / "none", why).empty());
  CHECK(why == std::errc::no_such_file_or_directory);
}

TEST_CASE("a line that does not fit leaves no part, and a cut line ends before the next") {
  const TemporaryFolder folder("lines");
  const fs::path path = folder.path / "events.jsonl";
  folder.write("events.jsonl", "one\ntw");  // its writer was killed
  LineLog log(path);
  log.append("three");
  CHECK(read_file(path) == "one\ntw\nthree\n");
  {
    const FailingCall failing(SystemCall::write, {ENOSPC});
    CHECK(refused<RunError>([&] { log.append("four"); }) ==
          fmt::format("cannot write {}: No space left on device", path.string()));
  }
  CHECK(read_file(path) == "one\ntw\nthree\n");
}

TEST_CASE("a file in parts goes on where it was") {
  const TemporaryFolder folder("parts");
  const fs::path path = folder.path / "data.part";
  PartFile(path).append("0123", 4);
  PartFile part(path);
  CHECK(part.size() == 4);
  part.append("45", 2);
  part.flush();
  CHECK(read_file(path) == "012345");
  part.clear();
  CHECK(part.size() == 0);
  CHECK(read_file(path).empty());
}
