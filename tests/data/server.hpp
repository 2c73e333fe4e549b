#pragma once
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <sstream>

#include "data/small_set.hpp"
#include "strata/data/fetch.hpp"
#include "strata/support/files.hpp"

/// A mirror of the tests' own, and what fetches from it.
namespace strata::test {

/// Runs `work` in a process of its own, which ends with _exit, so that nothing of doctest runs in
/// it.
inline pid_t in_child(const std::function<void()>& work) {
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

inline int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

/// tls_server.py, with a certificate of its own for 127.0.0.1, mirror.invalid and MNIST's
/// first mirror.
class Server {
 public:
  /// Serves the files of a folder.
  explicit Server(const std::string& files) {
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1,DNS:mirror.invalid,"
        "DNS:ossci-datasets.s3.amazonaws.com"
        " -keyout " +
        key() + " -out " + certificate() + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) throw RunError("openssl could not make a certificate");
    forget_requests();
    start(files);
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
  /// The requests so far, a line each: "BEHAVIOUR FILE RANGE-START", "CONNECT HOST:PORT".
  std::vector<std::string> requests() const {
    std::istringstream log(read_file(folder_ / "log"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);) lines.push_back(line);
    return lines;
  }
  void forget_requests() const { folder_.write("log", ""); }

 private:
  std::string key() const { return folder_ / "key.pem"; }

  void start(const std::string& files) {
    int input[2], output[2];
    if (pipe(input) != 0 || pipe(output) != 0) throw RunError("no pipe");
    process_ = fork();
    if (process_ == 0) {
      dup2(input[0], STDIN_FILENO);
      dup2(output[1], STDOUT_FILENO);
      for (const int fd : {input[0], input[1], output[0], output[1]}) ::close(fd);
      const std::string script = STRATA_SOURCE_DIR "/tests/data/tls_server.py";
      execlp("python3", "python3", script.c_str(), files.c_str(), (folder_ / "log").c_str(),
             certificate().c_str(), key().c_str(), nullptr);
      _exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    fcntl(input_, F_SETFD, FD_CLOEXEC);
    FILE* ports = fdopen(output[0], "r");
    const int read = std::fscanf(ports, "%d %d", &port_, &plain_port_);
    std::fclose(ports);
    if (read != 2) throw RunError("tls_server.py did not start");
  }

  TemporaryFolder folder_{"server"};
  pid_t process_ = -1;
  int input_ = -1, port_ = 0, plain_port_ = 0;
};

/// Takes every proxy out of the environment, both spellings, for the length of a test.
struct NoProxies {
  Environment lower[4] = {{"http_proxy", nullptr},
                          {"https_proxy", nullptr},
                          {"all_proxy", nullptr},
                          {"no_proxy", nullptr}};
  Environment upper[4] = {{"HTTP_PROXY", nullptr},
                          {"HTTPS_PROXY", nullptr},
                          {"ALL_PROXY", nullptr},
                          {"NO_PROXY", nullptr}};
};

/// The server of the small set, which the tests of fetching share.
inline Server& server() {
  static const TemporaryFolder folder("small-set");
  static Server running = [] {
    SmallSet().write_to(folder);
    return Server(folder / "small");
  }();
  return running;
}

struct Mirrors {
  std::vector<std::string> urls;
};

/// A fetch with a cache of its own and nothing else in the search order; its notes are kept. The
/// server's list of requests begins with it.
struct Fetch {
  TemporaryFolder cache;
  Environment cache_variable{"XDG_CACHE_HOME", cache.path.string().c_str()};
  Environment list{"STRATA_DATA", nullptr};
  NoProxies proxies;
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

  /// Why the first file could not be fetched from the only mirror.
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

  /// Whether the files are there, each with its right content, and nothing but the lock beside
  /// them.
  bool complete() const {
    int files = 0;
    for (const PublishedFile& file : server_set().files()) {
      verify_published(file, folder() + "/" + file.name + ".gz");
    }
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder())) ++files;
    return files == 4;
  }
};

}  // namespace strata::test
