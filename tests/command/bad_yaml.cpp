#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "command/command.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

const fs::path kFolder = fs::path(STRATA_SOURCE_DIR) / "tests" / "bad_yaml";

/// The names of the corpus's files with an extension (one .yaml is a folder), sorted.
std::vector<std::string> names(const std::string& extension) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == extension) found.push_back(entry.path().stem().string());
  std::sort(found.begin(), found.end());
  return found;
}

/// The components that there are, as messages list them: "adam, sgd" by "{optimizer}".
std::map<std::string, std::string> component_lists() {
  std::map<std::string, std::string> lists;
  std::istringstream listed(run_command({"list"}).out);
  std::string family;
  for (std::string line; std::getline(listed, line);) {
    if (line[0] != ' ') {
      family = "{" + line + "}";
      continue;
    }
    if (line[2] == ' ') continue;  // a summary goes on
    std::string& list = lists[family];
    list += (list.empty() ? "" : ", ") + line.substr(2, line.find(' ', 2) - 2);
  }
  return lists;
}

/// The output that a file of the corpus must give. It names the components of a family by
/// "{layer}": a new one changes no file.
std::string expected_output(const std::string& file) {
  static const std::map<std::string, std::string> lists = component_lists();
  std::string text = read_file(kFolder / (file + ".expected"));
  for (const auto& [family, list] : lists)
    for (size_t at = 0; (at = text.find(family, at)) != std::string::npos; at += list.size())
      text.replace(at, family.size(), list);
  return text;
}

}  // namespace

TEST_CASE("Each file of the corpus of mistakes is refused with its exact message") {
  const std::vector<std::string> files = names(".yaml");
  REQUIRE(files.size() >= 60);
  CHECK(files == names(".expected"));
  std::vector<std::string> arguments{"check"};
  for (const std::string& file : files) arguments.push_back(file + ".yaml");
  const CommandResult result = Command(arguments, kFolder.string()).finish();
  CHECK(result.code == 2);
  CHECK(result.out == "");  // none of them is ok
  size_t position = 0;
  for (const std::string& file : files) {
    const std::string expected = expected_output(file);
    REQUIRE_MESSAGE(expected.find("error: ") != std::string::npos, file);
    CAPTURE(file);
    REQUIRE(result.err.substr(position, expected.size()) == expected);
    position += expected.size();
  }
  CHECK(result.err.substr(position) == "");
}
