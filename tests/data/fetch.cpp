#include "strata/data/fetch.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "data/small_set.hpp"
#include "strata/support/files.hpp"

namespace strata::test {
namespace {

// The process ends with _exit, so that nothing of doctest runs in it.
pid_t in_child(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  int code = 0;
  try {
    work();
  } catch (const std::exception&) {
    code = 1;
  }
  _exit(code);
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

// tls_server.py over a small set, with a certificate of its own.
class Server {
 public:
  Server() {
    small.write_to(folder_);
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
        " -nodes -days 2 -subj /CN=localhost -addext"
        " subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
        key() + " -out " + certificate() + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) throw RunError("openssl could not make a certificate");
    folder_.write("log", "");
    start();
  }
  ~Server() {
    ::close(input_);  // the server reads its end and leaves
    wait_for(process_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string mirror(const std::string& behaviour) const {
    return "https://127.0.0.1:" + std::to_string(port_) + "/" + behaviour;
  }
  std::string plain_mirror(const std::string& behaviour) const {
    return "http://127.0.0.1:" + std::to_string(plain_port_) + "/" + behaviour;
  }
  std::string certificate() const { return folder_ / "certificate.pem"; }
  /// The requests so far, a line each: "BEHAVIOUR FILE RANGE-START".
  std::vector<std::string> requests() const {
    std::istringstream log(read_file(folder_ / "log"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);) lines.push_back(line);
    return lines;
  }
  void forget_requests() const { folder_.write("log", ""); }

  SmallSet small;

 private:
  std::string key() const { return folder_ / "key.pem"; }

  void start() {
    int input[2], output[2];
    if (pipe(input) != 0 || pipe(output) != 0) throw RunError("no pipe");
    process_ = fork();
    if (process_ == 0) {
      dup2(input[0], STDIN_FILENO);
      dup2(output[1], STDOUT_FILENO);
      for (const int fd : {input[0], input[1], output[0], output[1]}) ::close(fd);
      const std::string script = STRATA_SOURCE_DIR "/tests/data/tls_server.py";
      execlp("python3", "python3", script.c_str(), (folder_ / "small").c_str(),
             (folder_ / "log").c_str(), certificate().c_str(), key().c_str(), nullptr);
      _exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    FILE* ports = fdopen(output[0], "r");
    const int read = std::fscanf(ports, "%d %d", &port_, &plain_port_);
    std::fclose(ports);
    if (read != 2) throw RunError("tls_server.py did not start");
  }

  TempFolder folder_;
  pid_t process_ = -1;
  int input_ = -1, port_ = 0, plain_port_ = 0;
};

Server& server() {
  static Server running;
  return running;
}

struct Mirrors {
  std::vector<std::string> urls;
};

// A fetch with a cache of its own and nothing else in the search order; its notes are kept. The
// server's list of requests begins with it.
struct Fetch {
  TempFolder cache;
  Environment cache_variable{"XDG_CACHE_HOME", cache.path().c_str()};
  Environment list{"STRATA_DATA", nullptr};
  Environment http_proxy{"http_proxy", nullptr}, https_proxy{"https_proxy", nullptr};
  Environment all_proxy{"ALL_PROXY", nullptr};
  FetchOptions options;
  FetchEvents events;
  std::vector<std::string> notes;

  explicit Fetch(const Mirrors& mirrors) {
    server().forget_requests();
    options.mirrors = mirrors.urls;
    options.ca_file = server().certificate();
    options.timeout_seconds = 60;  // more than a busy machine needs; silence is tested with less
    events.note = [this](const std::string& line) { notes.push_back(line); };
  }
  explicit Fetch(const std::string& behaviour) : Fetch(Mirrors{{server().mirror(behaviour)}}) {}

  std::string folder() const { return cache / "strata/data/small"; }
  std::string part() const { return folder() + "/train-x.gz.part"; }
  std::string run() { return fetch_published(server_set(), options, events); }
  static const PublishedSet& server_set() {
    static const SmallSet small;
    return small.set;
  }

  // Why the first file could not be fetched from the only mirror.
  std::string refusal() {
    std::string message = "nothing was thrown";
    try {
      run();
    } catch (const RunError& e) {
      message = e.what();
    }
    const std::string url = options.mirrors[0] + "/train-x.gz";
    const std::string start = "train-x could not be fetched:\n  " + url + ": ";
    const std::string end =
        "\n--mirror names another server; or put train-x, with or without .gz, into " + folder();
    const size_t length = start.size() + end.size();
    if (message.size() < length || message.compare(0, start.size(), start) != 0 ||
        message.compare(message.size() - end.size(), end.size(), end) != 0) {
      return message;
    }
    CHECK(!fs::exists(folder() + "/train-x.gz"));
    return message.substr(start.size(), message.size() - length);
  }

  // Whether the files are there, each with its right content, and nothing but the lock beside them.
  bool complete() const {
    int files = 0;
    for (const PublishedFile& file : server_set().files()) {
      verify_published(file, folder() + "/" + file.name + ".gz");
    }
    for (const auto& entry : fs::directory_iterator(folder())) {
      if (entry.path().filename() != ".lock") ++files;
    }
    return files == 4;
  }
};

}  // namespace

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
  TempFolder elsewhere;
  small.write_to(elsewhere);
  fetch.options.folders = {elsewhere.path()};
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
  TempFolder elsewhere;
  small.write_to(elsewhere);
  const std::string broken = elsewhere.write("small/train-y.gz", "broken");
  fetch.options.folders = {elsewhere.path()};
  CHECK(user_error([&] { fetch.run(); }) ==
        broken + ": at byte 6: the content ends here, expected " + "308 bytes\nremove it: " +
            (elsewhere / "small") + " (--data) is read before the cache");
}

TEST_CASE("servers that are no use are given up, each with its reason") {
  const SmallSet small;
  const uint64_t size = small.packed(0).size();
  const uint64_t most = small.contents[0].size() + small.contents[0].size() / 1000 + 65536;
  const auto reason = [](const std::string& behaviour) { return Fetch(behaviour).refusal(); };
  CHECK(reason("missing") == "the server answered 404");
  CHECK(reason("forbidden") == "the server answered 403");
  CHECK(reason("failing") == "the server answered 503");
  CHECK(reason("html") == "the server sent something else than a gzip file (text/html)");
  CHECK(reason("empty") == "the server sent nothing");
  CHECK(reason("loop") == "Maximum (5) redirects followed");
  CHECK(reason("downgrade") == "Protocol \"http\" not supported or disabled in libcurl");
  CHECK(reason("huge") == "the server announces more than the " + std::to_string(most) +
                              " bytes that the file can have");
  CHECK(reason("endless") ==
        "the server sent more than the " + std::to_string(most) + " bytes that the file can have");
  CHECK(reason("dropall") ==
        "the connection was closed after " + std::to_string(size / 2) + " bytes");
  CHECK(reason("longer") == "the connection was closed after " + std::to_string(size) + " bytes");
}

TEST_CASE("content with the wrong checksum is thrown away") {
  const size_t size = SmallSet().packed(0).size();
  const auto check = [](const std::string& behaviour, size_t offset, const std::string& flaw) {
    Fetch fetch(behaviour);
    CHECK(fetch.refusal() == "what it sent is broken: " + fetch.part() + ": at byte " +
                                 std::to_string(offset) + ": " + flaw);
    CHECK(!fs::exists(fetch.part()));
  };
  check("corrupt", size - 4, "broken gzip stream (incorrect data check)");
  check("shorter", size / 2, "the file ends within the gzip stream: it was cut off");
}

TEST_CASE("silence is given up after the time-out, and what came before is kept") {
  Fetch silent("silent");
  silent.options.timeout_seconds = 1;
  CHECK(silent.refusal() == "no answer within 1 s");
  Fetch stalled("stall");
  stalled.options.timeout_seconds = 3;
  stalled.run();
  CHECK(stalled.complete());
  CHECK(server().requests()[1] ==
        "stall train-x.gz " + std::to_string(SmallSet().packed(0).size() / 3));
}

TEST_CASE("certificates are checked") {
  Fetch fetch("good");
  fetch.options.ca_file.clear();
  CHECK(fetch.refusal() == "SSL certificate problem: self-signed certificate");
  fetch.options.ca_file = server().certificate();
  CHECK_NOTHROW(fetch.run());
}

TEST_CASE("dropped connections are taken up where they broke") {
  Fetch fetch("drop");
  fetch.run();
  CHECK(fetch.complete());
  const size_t third = SmallSet().packed(0).size() / 3 + 1;
  const std::vector<std::string> requests = server().requests();
  REQUIRE(requests.size() > 3);
  CHECK(requests[0] == "drop train-x.gz 0");
  CHECK(requests[1] == "drop train-x.gz " + std::to_string(third));
  CHECK(requests[2] == "drop train-x.gz " + std::to_string(2 * third));
}

TEST_CASE("servers without ranges, or with wrong ones, are begun anew") {
  for (const std::string behaviour : {"norange", "wrongrange", "good"}) {
    CAPTURE(behaviour);
    Fetch fetch(behaviour);
    fs::create_directories(fetch.folder());
    const SmallSet small;
    // The first bytes of the file; then, where ranges are granted, of another one.
    const std::string begun =
        behaviour == "good" ? "\x1f\x8b of something else" : small.packed(0).substr(0, 1000);
    std::ofstream(fetch.part(), std::ios::binary) << begun;
    fetch.run();
    CHECK(fetch.complete());
  }
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

TEST_CASE("a plain server and a proxy for it") {
  Fetch plain(Mirrors{{server().plain_mirror("good/")}});
  plain.run();
  CHECK(plain.complete());
  Fetch fetch(Mirrors{{"http://mirror.invalid/good/deeper"}});
  const std::string proxy = server().plain_mirror("");
  const Environment variable("http_proxy", proxy.c_str());
  fetch.run();
  CHECK(fetch.complete());
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
