#include "strata/support/claim.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "folder.hpp"
#include "strata/support/files.hpp"
#include "strata/support/json.hpp"
#include "strata/support/system.hpp"

namespace fs = std::filesystem;
using namespace strata;
using strata::testing::TemporaryFolder;

namespace {

/// A claim that another left, `age` seconds ago.
void leave(const fs::path& claim, const std::string& owner, int64_t age = 0) {
  fs::create_directories(claim);
  std::ofstream(claim / "owner") << owner;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec -= age;
  const timespec times[] = {now, now};
  REQUIRE(::utimensat(AT_FDCWD, (claim / "owner").c_str(), times, 0) == 0);
}

/// What this process writes, with one fact changed.
std::string owner_with(const std::string& key, const Json& value) {
  const TemporaryFolder folder;
  const auto claim = Claim::try_take(folder.path / "claim");
  Json owner = Json::parse(read_file(folder.path / "claim" / "owner"));
  owner[key] = value;
  return owner.dump();
}

// What the hook knows, in a child.
int calls_made = 0, faulty_call = 0, fault_error = 0;

/// The call number `until` of a child fails, or the child is killed there.
CallFault disturb(SystemCall, const char*, int) {
  if (++calls_made != faulty_call) return {};
  if (fault_error == 0) ::kill(::getpid(), SIGKILL);
  return {fault_error};
}

/// Takes a claim in a child and gives it up; how many calls that took, or 0 where it was killed.
int take_in_child(const fs::path& path, int nth, int with) {
  const pid_t child = fork();
  if (child == 0) {
    faulty_call = nth, fault_error = with;
    set_call_hook(disturb);
    try {
      Claim::try_take(path);
    } catch (const RunError& e) {
      if (std::string(e.what()).find("cannot ") != 0) _exit(255);
    }
    _exit(calls_made);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

}  // namespace

TEST_CASE("killed at any call, or refused it, a process leaves nothing that keeps others out") {
  const TemporaryFolder undisturbed;
  const int all = take_in_child(undisturbed.path / "claim", 0, 0);
  REQUIRE(all > 10);
  for (const int with : {0, ENOSPC, EIO, EINTR})
    for (int nth = 1; nth <= all; ++nth) {
      CAPTURE(with);
      CAPTURE(nth);
      const TemporaryFolder folder;
      const int made = take_in_child(folder.path / "claim", nth, with);
      CHECK((made == 0) == (with == 0));
      CHECK(made != 255);
      CHECK(Claim::try_take(folder.path / "claim").has_value());
      CHECK(fs::is_empty(folder.path));
    }
}

TEST_CASE("a claim is made through no link that another has planted") {
  const TemporaryFolder folder, elsewhere;
  std::ofstream(elsewhere.path / "owner") << "mine";
  const fs::path planted = folder.path / "claim.tmp-0123456789abcdef";
  fs::create_directory_symlink(elsewhere.path, planted);
  CHECK(Claim::try_take(folder.path / "claim").has_value());
  CHECK(read_file(elsewhere.path / "owner") == "mine");
  CHECK(fs::is_symlink(planted));
}

TEST_CASE("a claim is held once, until it goes, and nothing is left of it") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "new" / "claim";
  CHECK_FALSE(Claim::held(path));
  {
    const auto first = Claim::try_take(path);
    REQUIRE(first.has_value());
    CHECK(Claim::held(path));
    CHECK_FALSE(Claim::try_take(path).has_value());
    first->check();
  }
  CHECK_FALSE(Claim::held(path));
  CHECK(Claim::try_take(path).has_value());
  CHECK(fs::is_empty(folder.path / "new"));
}

TEST_CASE("a process keeps its claim while it is stopped, and loses it when it is killed") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "claim";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto claim = Claim::try_take(path);
    const bool told = ::write(ready[1], claim ? "y" : "n", 1) == 1;
    ::pause();
    ::_exit(told ? 0 : 1);
  }
  char taken = 0;
  REQUIRE(::read(ready[0], &taken, 1) == 1);
  CHECK(taken == 'y');
  ::kill(child, SIGSTOP);
  ::waitpid(child, nullptr, WUNTRACED);
  CHECK_FALSE(Claim::try_take(path).has_value());
  ::kill(child, SIGKILL);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  CHECK(Claim::try_take(path).has_value());  // nobody has waited for the process: it is a zombie
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("of this machine a claim is dead when its process is, and no sooner") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "claim";
  leave(path, owner_with("start", "1"));  // its pid is another process's now: this one's
  CHECK(Claim::try_take(path).has_value());
  leave(path, owner_with("pid", 4194305));  // beyond the largest
  CHECK(Claim::try_take(path).has_value());
  leave(path, owner_with("note", "not renewed for long"), 100'000);
  CHECK_FALSE(Claim::try_take(path).has_value());
}

TEST_CASE("from elsewhere a claim is a lease, and is over when it was not renewed") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "claim";
  for (const std::string& owner : {owner_with("boot", "another machine's"),
                                   owner_with("pid_namespace", "pid:[1]"), std::string("{torn")}) {
    CAPTURE(owner);
    leave(path, owner, 100);
    CHECK(Claim::held(path));
    CHECK_FALSE(Claim::try_take(path).has_value());
    leave(path, owner, 140);
    CHECK_FALSE(Claim::held(path));
    CHECK(Claim::try_take(path).has_value());
  }
}

TEST_CASE("who was taken for dead finds its claim lost, and lets the other's be") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "claim";
  {
    const auto slow = Claim::try_take(path);
    REQUIRE(slow.has_value());
    leave(path, owner_with("start", "1"));  // as another sees it that cannot tell
    const auto other = Claim::try_take(path);
    REQUIRE(other.has_value());
    CHECK_THROWS_WITH_AS(slow->check(), ("another process has taken over " + path.string()).c_str(),
                         ClaimLost);
    other->check();
  }
  const auto kept = Claim::try_take(path);
  REQUIRE(kept.has_value());
  fs::remove_all(path);
  CHECK_THROWS_AS(kept->check(), ClaimLost);
}

TEST_CASE("of many that see the same dead claim one takes it") {
  const TemporaryFolder folder;
  const std::string dead = owner_with("pid", 4194305);
  for (int round = 0; round < 100; ++round) {
    const fs::path path = folder.path / "claim";
    leave(path, dead);
    std::atomic<int> taken{0}, done{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        const auto claim = Claim::try_take(path);
        taken += claim ? 1 : 0;
        for (++done; done < 4;) std::this_thread::yield();  // nobody lets go before all have tried
      });
    for (std::thread& thread : threads) thread.join();
    REQUIRE(taken == 1);
  }
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("where nothing can be written nothing can be claimed") {
  const TemporaryFolder folder;
  folder.write("file", "");
  const fs::path path = folder.path / "file" / "claim";
  CHECK_FALSE(Claim::held(path));
  CHECK_THROWS_WITH_AS(
      Claim::try_take(path),
      ("cannot create folder " + (folder.path / "file").string() + ": Not a directory").c_str(),
      RunError);
}
