#include "strata/support/lock.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "folder.hpp"
#include "strata/support/errors.hpp"

namespace fs = std::filesystem;
using strata::FolderLock;
using strata::testing::TemporaryFolder;

TEST_CASE("a folder is held once, until its lock goes, and nothing is left in it") {
  const TemporaryFolder folder;
  {
    const auto first = FolderLock::try_take(folder.path);
    REQUIRE(first.has_value());
    CHECK_FALSE(FolderLock::try_take(folder.path).has_value());
  }
  CHECK(FolderLock::try_take(folder.path).has_value());
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("a process that is killed lets go of its folder") {
  const TemporaryFolder folder;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock = FolderLock::take(folder.path);
    const bool told = ::write(ready[1], "x", 1) == 1;
    ::pause();
    ::_exit(told ? 0 : 1);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK_FALSE(FolderLock::try_take(folder.path).has_value());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(FolderLock::try_take(folder.path).has_value());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("asking who holds a folder is in nobody's way") {
  const TemporaryFolder folder;
  CHECK_FALSE(FolderLock::held(folder.path));
  const int other = ::open(folder.path.c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(::flock(other, LOCK_SH) == 0);  // who asks at this moment
  CHECK_FALSE(FolderLock::held(folder.path));
  REQUIRE(::flock(other, LOCK_UN) == 0);
  {
    const FolderLock lock = FolderLock::take(folder.path);
    CHECK(FolderLock::held(folder.path));
  }

  // A thread that asks without a pause: every try to take the folder succeeds all the same.
  std::atomic<bool> done{false};
  std::atomic<int> asked{0};
  std::thread asking([&] {
    for (; !done; ++asked) {
      ::flock(other, LOCK_SH);
      ::flock(other, LOCK_UN);
    }
  });
  while (asked == 0) std::this_thread::yield();
  int refused = 0;
  for (int i = 0; i < 2000; ++i)
    if (!FolderLock::try_take(folder.path)) ++refused;
  done = true;
  asking.join();
  ::close(other);
  CHECK(refused == 0);
}

TEST_CASE("a folder that is not there cannot be held") {
  const TemporaryFolder folder;
  const fs::path missing = folder.path / "missing";
  CHECK_THROWS_WITH_AS(FolderLock::take(missing),
                       ("cannot open " + missing.string() + ": No such file or directory").c_str(),
                       strata::RunError);
}
