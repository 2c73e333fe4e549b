#include <doctest/doctest.h>
#include <fmt/format.h>

#include <regex>

#include "command/data_place.hpp"
#include "command/terminal.hpp"
#include "data/server.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

const std::string kImages = "train-images-idx3-ubyte";

// A server of MNIST's own files, where this machine has them.
struct MnistServer {
  TemporaryFolder files{"mnist"};
  std::optional<test::Server> server;

  MnistServer() {
    const auto here = find_here("mnist");
    if (!here) return;
    for (const std::string& path : here->paths) {
      const fs::path name = fs::path(path).filename();
      const bool packed = name.extension() == ".gz";
      files.write(name.string() + (packed ? "" : ".gz"),
                  packed ? read_file(path) : gzip(read_file(path)));
    }
    server.emplace(files.path.string());
  }
  uint64_t image_bytes() const { return fs::file_size(files / (kImages + ".gz")); }
};

MnistServer& mnist() {
  static MnistServer running;
  return running;
}

std::vector<std::string> fetch_from(const std::string& behaviour) {
  const test::Server& server = *mnist().server;
  server.forget_requests();
  return {"data",
          "fetch",
          "mnist",
          "--mirror",
          server.mirror(behaviour),
          "--cacert",
          server.certificate()};
}

// The files in the cache, sorted.
std::vector<std::string> cached(const DataPlace& place) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(place.path / "cache/strata/data/mnist"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

const std::vector<std::string> kComplete = {
    "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz"};

}  // namespace

TEST_CASE("data fetch: a set is fetched, verified, and then found") {
  if (!mnist().server) return;
  const DataPlace place;
  const std::string folder = place / "cache/strata/data/mnist";
  const CommandResult result = place.run(fetch_from("good"));
  CHECK(result.code == 0);
  CHECK(result.out == "mnist is complete in " + folder + "\n");
  CHECK(result.err.find("fetching " + mnist().server->mirror("good/") + kImages + ".gz\n") == 0);
  for (int tenth = 1; tenth <= 10; ++tenth)
    CHECK(result.err.find(fmt::format("  {}: {} % of ", kImages, 10 * tenth)) != std::string::npos);
  CHECK(result.err.find('\r') == std::string::npos);
  CHECK(result.err.find(fmt::format("{}/{}.gz ({} bytes): checksum right\n", folder, kImages,
                                    mnist().image_bytes())) != std::string::npos);
  CHECK(cached(place) == kComplete);
  CHECK(place.run({"data", "verify", "mnist"}).code == 0);
  CHECK(place.run({"data", "list"}).out.find(folder + " (cache)\n") != std::string::npos);

  const CommandResult again = place.run(fetch_from("good"));
  CHECK(again.code == 0);
  CHECK(again.out == result.out);
  CHECK(again.err == "");
  CHECK(mnist().server->requests().empty());
}

TEST_CASE("data fetch: killed at ten points, and taken up each time where it stopped") {
  if (!mnist().server) return;
  const DataPlace place;
  const std::string folder = place / "cache/strata/data/mnist/";
  const uint64_t size = mnist().image_bytes();
  uint64_t kept = 0;
  for (uint64_t point = 0; point < 10; ++point) {
    CAPTURE(point);
    // The server sends some of the file and falls silent, so that the fetch cannot end by itself.
    const std::string hold =
        "hold/" + std::to_string(point == 0 ? 0 : size * (10 * point + 5) / 100);
    Command command(fetch_from(hold), place.path.string(), place.environment());
    const std::string sign = point == 0 ? "fetching " : fmt::format("{}: {}0 % of", kImages, point);
    REQUIRE(command.wait_for(sign));
    command.send(SIGKILL);
    CHECK(command.finish().code == 128 + SIGKILL);
    CHECK_FALSE(fs::exists(folder + kImages + ".gz"));
    const std::vector<std::string> requests = mnist().server->requests();
    if (point > 0) {
      REQUIRE(requests.size() == 1);
      CHECK(requests[0] == fmt::format("hold {}/{}.gz {}", hold.substr(5), kImages, kept));
      kept = fs::file_size(folder + kImages + ".gz.part");
      CHECK(kept >= size * point / 10);
    }
  }
  const CommandResult result = place.run(fetch_from("good"));
  CHECK(result.code == 0);
  CHECK(mnist().server->requests()[0] == fmt::format("good {}.gz {}", kImages, kept));
  CHECK(cached(place) == kComplete);
  CHECK(place.run({"data", "verify", "mnist"}).code == 0);
}

TEST_CASE("data fetch: on a terminal, a bar with rate and time left") {
  if (!mnist().server) return;
  const DataPlace place;
  const CommandResult result =
      run_on_terminal(fetch_from("good"), place.path.string(), place.environment());
  CHECK(result.code == 0);
  const std::regex bar("\r\x1b\\[K(" + kImages +
                       " \\[(#*)( *)\\] ([0-9]+) % of ([0-9.]+ MiB), [0-9.]+ [KM]iB/s, [0-9]+ s "
                       "left)");
  const std::string size =
      fmt::format("{:.1f} MiB", static_cast<double>(mnist().image_bytes()) / (1 << 20));
  size_t bars = 0;
  for (std::sregex_iterator it(result.out.begin(), result.out.end(), bar), end; it != end; ++it) {
    const std::smatch& match = *it;
    CHECK(match[1].length() < 80);  // in one row
    const auto width = match[2].length() + match[3].length();
    const auto filled = width * std::stol(match[4]) / 100;
    CHECK(std::abs(match[2].length() - filled) <= 1);
    CHECK(match[5] == size);
    ++bars;
  }
  CHECK(bars > 20);
  CHECK(result.out.find("] 100 % of " + size) != std::string::npos);
  CHECK(result.out.find("\r\x1b[K" + (place / "cache")) != std::string::npos);  // it is wiped
}

TEST_CASE("data fetch: on a terminal, the bar makes room for an error") {
  if (!mnist().server) return;
  const DataPlace place;
  const CommandResult result =
      run_on_terminal(fetch_from("corrupt"), place.path.string(), place.environment());
  CHECK(result.code == 1);
  CHECK(result.out.find("\r\x1b[Kstrata: error: " + kImages + " could not be fetched:\r\n") !=
        std::string::npos);
}

TEST_CASE("data fetch: servers that lie leave nothing, and end with 1") {
  if (!mnist().server) return;
  const DataPlace place;
  const std::string folder = place / "cache/strata/data/mnist";
  for (const auto& [behaviour, reason] : std::vector<std::pair<std::string, std::string>>{
           {"missing", "the server answered 404"},
           {"html", "the server sent something else than a gzip file (text/html)"},
           {"corrupt", "what it sent is broken: "},
           {"huge", "the server announces more than the 47152592 bytes that the file can have"}}) {
    CAPTURE(behaviour);
    const CommandResult result = place.run(fetch_from(behaviour));
    CHECK(result.code == 1);
    CHECK(result.out == "");
    CHECK(result.err.find("strata: error: " + kImages + " could not be fetched:\n  " +
                          mnist().server->mirror(behaviour) + "/" + kImages + ".gz: " + reason) !=
          std::string::npos);
    CHECK(result.err.find("\n--mirror names another server; or put " + kImages +
                          ", with or without .gz, into " + folder + "\n") != std::string::npos);
    for (const std::string& name : cached(place)) {
      CAPTURE(name);
      CHECK(name == kImages + ".gz.part");
      CHECK(fs::is_empty(place.path / "cache/strata/data/mnist" / name));
    }
  }
}

TEST_CASE("data fetch: what the user gave wrong ends with 2") {
  const DataPlace place;
  const auto error = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"data", "fetch"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const CommandResult result = place.run(arguments);
    CHECK(result.code == 2);
    CHECK_FALSE(fs::exists(place / "cache"));
    return result.err;
  };
  CHECK(error({"mnits"}) ==
        "strata: error: unknown data set 'mnits'; did you mean 'mnist'? Known: fashion_mnist, idx, "
        "image_folder, mnist, npy, synthetic_digits\n");
  CHECK(error({"synthetic_digits"}) ==
        "strata: error: 'synthetic_digits' is not published anywhere: there is nothing to fetch\n");
  CHECK(error({"mnist", "--mirror", "file:///data"}) ==
        "strata: error: mirror 'file:///data': expected a URL that begins with https:// or "
        "http://\n");
  CHECK(error({"mnist", "--cacert", "nowhere.pem"})
            .find("strata: error: --cacert: File does not exist: nowhere.pem\n") == 0);
  CHECK(error({"mnist", "--timeout", "0"}).find("strata: error: --timeout: ") == 0);
  CHECK(error({}).find("strata: error: name is required\n") == 0);
}
