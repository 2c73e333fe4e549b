#include "strata/data/fetch.hpp"

#include <algorithm>
#include <csignal>

#include "data/server.hpp"

namespace strata::test {

TEST_CASE("a set is fetched whole, once, with progress") {
  Fetch fetch("good");
  std::vector<uint64_t> done;
  uint64_t total = 0;
  fetch.events.progress = [&](const std::string& file, const DownloadProgress& p) {
    if (file == "train-x") done.push_back(p.done), total = p.total;
  };
  CHECK(fetch.run() == fetch.folder());
  CHECK(fetch.complete());
  REQUIRE(done.size() > 2);
  CHECK(std::is_sorted(done.begin(), done.end()));
  CHECK(done.back() == fs::file_size(fetch.folder() + "/train-x.gz"));
  CHECK(total == done.back());
  const std::vector<std::string> requests = {"good train-x.gz 0", "good train-y.gz 0",
                                             "good test-x.gz 0", "good test-y.gz 0"};
  CHECK(server().requests() == requests);
  CHECK(fetch.run() == fetch.folder());
  CHECK(server().requests() == requests);
}

TEST_CASE("what is there already is not fetched") {
  Fetch fetch("good");
  const SmallSet small;
  TemporaryFolder elsewhere;
  small.write_to(elsewhere);
  fetch.options.folders = {elsewhere.path.string()};
  CHECK(fetch.run() == elsewhere / "small");
  CHECK(server().requests().empty());
  fetch.options.folders.clear();
  fs::create_directories(fetch.folder());
  fs::copy(elsewhere / "small/train-x.gz", fetch.folder() + "/train-x.gz");
  fetch.run();
  CHECK(fetch.complete());
  CHECK(fetch.notes[0] == "train-x is there already");
}

TEST_CASE("a broken file in the cache is fetched anew, a broken one before it stands in the way") {
  Fetch fetch("good");
  fetch.run();
  std::ofstream(fetch.folder() + "/train-y") << "a broken copy, read before train-y.gz";
  fetch.run();
  CHECK(fetch.complete());
  const SmallSet small;
  TemporaryFolder elsewhere;
  small.write_to(elsewhere);
  const std::string broken = elsewhere.write("small/train-y.gz", "broken");
  fetch.options.folders = {elsewhere.path.string()};
  CHECK(user_error([&] { fetch.run(); }) ==
        broken + ": at byte 6: the content ends here, expected " + "308 bytes\nremove it: " +
            (elsewhere / "small") + " (--data) is read before the cache");
}

TEST_CASE("a part that is already whole, or too long, is no obstacle") {
  const SmallSet small;
  for (const std::string& part :
       {small.packed(0), small.packed(0) + "more", std::string(2'000'000, 'x')}) {
    Fetch fetch("good");
    fs::create_directories(fetch.folder());
    std::ofstream(fetch.part(), std::ios::binary) << part;
    fetch.run();
    CHECK(fetch.complete());
  }
}

TEST_CASE("mirrors are tried in turn, and one takes up what another began") {
  const Server& mirrors = server();
  Fetch fetch(
      Mirrors{{mirrors.mirror("missing"), mirrors.mirror("dropall"), mirrors.mirror("redirect")}});
  fetch.run();
  CHECK(fetch.complete());
  const std::string half = std::to_string(SmallSet().packed(0).size() / 2);
  const std::vector<std::string> requests = mirrors.requests();
  REQUIRE(requests.size() > 5);
  CHECK(requests[0] == "missing train-x.gz 0");
  CHECK(requests[1] == "dropall train-x.gz 0");
  CHECK(requests[2] == "dropall train-x.gz " + half);
  CHECK(requests[3] == "redirect train-x.gz " + half);
  CHECK(requests[4] == "good train-x.gz " + half);
}

TEST_CASE("what is no URL, and nowhere to fetch to, are the user's errors") {
  Fetch fetch(Mirrors{{"ftp://mirror.invalid/"}});
  CHECK(user_error([&] { fetch.run(); }) ==
        "mirror 'ftp://mirror.invalid/': expected a URL that begins with https:// or http://");
  const Environment cache("XDG_CACHE_HOME", nullptr), home("HOME", nullptr);
  fetch.options.mirrors.clear();
  CHECK(user_error([&] { fetch.run(); }) ==
        "there is no folder to fetch into: neither XDG_CACHE_HOME nor HOME is set");
}

TEST_CASE("a fetch that is killed at any of ten points is taken up again") {
  const SmallSet small;
  const uint64_t size = small.packed(0).size();
  for (uint64_t point = 0; point < 10; ++point) {
    CAPTURE(point);
    Fetch fetch("good");
    FetchEvents deadly;
    if (point < 9) {  // at the first piece, in between, at the last one, ...
      deadly.progress = [&](const std::string&, const DownloadProgress& p) {
        if (p.done >= point * size / 8) raise(SIGKILL);
      };
    } else {  // ... and when all is received and checked
      deadly.verified = [](const std::string&) { raise(SIGKILL); };
    }
    const int status =
        wait_for(in_child([&] { fetch_published(Fetch::server_set(), fetch.options, deadly); }));
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGKILL);
    CHECK(!fs::exists(fetch.folder() + "/train-x.gz"));
    const uint64_t kept = fs::file_size(fetch.part());
    CHECK(kept > 0);
    CHECK(kept >= (point < 9 ? point * size / 8 : size));

    server().forget_requests();
    fetch.run();
    CHECK(fetch.complete());
    const std::vector<std::string> requests = server().requests();
    REQUIRE(requests.size() == (kept < size ? 4 : 3));
    if (kept < size) CHECK(requests[0] == "good train-x.gz " + std::to_string(kept));
  }
}

TEST_CASE("a second fetch waits for the first, and finds its work done") {
  Fetch fetch("good");
  int begun[2], waiting[2];
  REQUIRE(pipe(begun) == 0);
  REQUIRE(pipe(waiting) == 0);
  const auto tell = [](int fd) { CHECK(::write(fd, "x", 1) == 1); };
  const auto listen = [](int fd) {
    char byte = 0;
    return ::read(fd, &byte, 1) == 1;
  };
  // The first one stops at its first piece until the second one says that it waits.
  const pid_t first = in_child([&] {
    ::close(waiting[1]);
    bool told = false;
    FetchEvents events;
    events.progress = [&](const std::string&, const DownloadProgress&) {
      if (told) return;
      told = true;
      if (::write(begun[1], "x", 1) != 1 || !listen(waiting[0])) _exit(3);
    };
    fetch_published(Fetch::server_set(), fetch.options, events);
  });
  REQUIRE(listen(begun[0]));
  const pid_t second = in_child([&] {
    FetchEvents events;
    events.note = [&](const std::string& line) {
      if (line.find("another fetch into " + fetch.folder()) == 0) tell(waiting[1]);
    };
    fetch_published(Fetch::server_set(), fetch.options, events);
  });
  ::close(waiting[1]);
  CHECK(wait_for(first) == 0);
  CHECK(wait_for(second) == 0);
  CHECK(fetch.complete());
  CHECK(server().requests().size() == 4);
  for (const int fd : {begun[0], begun[1], waiting[0]}) ::close(fd);
}

}  // namespace strata::test
