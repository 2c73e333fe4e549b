#include "strata/data/download.hpp"

#include <sys/resource.h>

#include <csignal>

#include "data/server.hpp"

namespace strata::test {

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
  CHECK(reason("downgrade") == "the server redirects to a protocol that is not allowed");
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

TEST_CASE("https goes through the proxy of the environment, by CONNECT") {
  const std::string proxy = server().plain_mirror("");
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy"}) {
    CAPTURE(name);
    Fetch fetch(Mirrors{{"https://mirror.invalid/drop"}});
    const Environment variable(name, proxy.c_str());
    fetch.run();
    CHECK(fetch.complete());
    const std::vector<std::string> requests = server().requests();
    REQUIRE(requests.size() > 4);
    CHECK(requests[0] == "CONNECT mirror.invalid:443");
    CHECK(requests[1] == "drop train-x.gz 0");
    CHECK(requests[2] == "CONNECT mirror.invalid:443");
    const size_t third = SmallSet().packed(0).size() / 3 + 1;
    CHECK(requests[3] == "drop train-x.gz " + std::to_string(third));
  }
}

TEST_CASE("through a proxy, certificates are checked and refusals named") {
  const std::string proxy = server().plain_mirror("");
  const auto reason = [&](const std::string& url) {
    Fetch fetch(Mirrors{{url}});
    const Environment variable("https_proxy", proxy.c_str());
    return fetch.refusal();
  };
  const std::string other = reason("https://elsewhere.invalid/good");
  const std::string start = "SSL: no alternative certificate subject name matches target ";
  const bool named = other == start + "host name 'elsewhere.invalid'" ||  // libcurl 7
                     other == start + "hostname 'elsewhere.invalid'";     // libcurl 8
  CHECK_MESSAGE(named, other);
  CHECK(reason("https://forbidden.invalid/good") == "the proxy answered 403");
}

TEST_CASE("no_proxy names the hosts that are reached directly") {
  const Server& mirrors = server();
  for (const bool secure : {false, true}) {
    CAPTURE(secure);
    Fetch fetch(Mirrors{{secure ? mirrors.mirror("good") : mirrors.plain_mirror("good")}});
    // A reserved port (tcpmux) of this machine, on which nothing listens.
    const Environment proxy(secure ? "https_proxy" : "http_proxy", "http://127.0.0.1:1");
    CHECK(fetch.refusal().find("Failed to connect to 127.0.0.1 port 1") == 0);
    const Environment direct("no_proxy", "mirror.invalid,127.0.0.1");
    fetch.run();
    CHECK(fetch.complete());
  }
}

TEST_CASE("a disk that takes no more is no server's fault, and what it took is kept") {
  Fetch fetch("good");
  constexpr rlim_t most = 100'000;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{most, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  std::string message;
  try {
    fetch.run();
  } catch (const RunError& e) {
    message = e.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message == "cannot write " + fetch.part() + ": File too large");
  CHECK(fs::file_size(fetch.part()) == most);
  fetch.run();
  CHECK(fetch.complete());
  CHECK(server().requests()[1] == "good train-x.gz " + std::to_string(most));
}

}  // namespace strata::test
