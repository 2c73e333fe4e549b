#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "command/command.hpp"
#include "folder.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const char* const kMutated = R"(name: mutated
seed: 3
dtype: float64
device: cpu
data:
  dataset:
    type: synthetic_digits
    train: 60
    test: 30
  batch_size: 20
  train_size: 50
  validation_size: 10
encoder:
  - - type: linear
      units: 20
      bias: true
      weight_init:
        type: normal
        std: 0.1
    - tanh
  - - type: linear
      units: 10
    - sigmoid
pretrain:
  strategy:
    type: greedy
    train: all
  loss: mse
  optimizer:
    type: sgd
    lr: 0.5
    momentum: 0.9
    nesterov: true
    weight_decay: 1e-4
  epochs: 2
classify:
  head:
    - linear
    - log_softmax
  loss: nll
  optimizer:
    type: adam
    lr: 0.001
  epochs: 1
  train: head
)";

struct Mutation {
  std::string name;     ///< "line 7: type renamed"
  std::string text;     ///< of the whole file
  std::set<int> lines;  ///< where its mistake may be reported
  bool must_fail = false;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// The column of what a line says, past blanks and the dashes of lists.
size_t content_column(const std::string& line) {
  return line.find_first_not_of(" -");
}

/// The first line (from 0) of the map that a line is in, by indentation.
size_t parent_of(const std::vector<std::string>& lines, size_t i) {
  size_t first = i;
  for (size_t k = i; k-- > 0 && content_column(lines[k]) >= content_column(lines[i]);)
    if (content_column(lines[k]) == content_column(lines[i])) first = k;
  return first;
}

/// How many lines below a line belong to it, by indentation.
int children_of(const std::vector<std::string>& lines, size_t i) {
  const size_t indentation = lines[i].find_first_not_of(' ');
  size_t end = i + 1;
  while (end < lines.size() && lines[end].find_first_not_of(' ') > indentation) ++end;
  return static_cast<int>(end - i) - 1;
}

/// Every key renamed, every single value of every other type, every line dropped.
std::vector<Mutation> mutations() {
  const std::vector<std::string> lines = lines_of(kMutated);
  std::vector<Mutation> all;
  const auto add = [&](size_t i, const std::string& what, std::vector<std::string> changed,
                       std::set<int> where, bool must_fail) {
    all.push_back(
        {fmt::format("line {}: {}", i + 1, what), joined(changed), std::move(where), must_fail});
  };
  for (size_t i = 0; i < lines.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    const int parent = static_cast<int>(parent_of(lines, i)) + 1;
    std::vector<std::string> changed = lines;
    const size_t colon = lines[i].find(':');
    if (colon != std::string::npos) {
      changed[i].insert(colon, "x");
      add(i, "key renamed", changed, {number}, true);
    }
    if (colon != std::string::npos && colon + 1 < lines[i].size()) {
      for (const char* value :
           {"[1, [2]]", "{no: thing}", "some text", "-7.5", "true", "\"3\"", ""}) {
        changed = lines;
        changed[i] = lines[i].substr(0, colon + 2) + value;
        add(i, fmt::format("value '{}'", value), changed, {number}, false);
      }
    }
    changed = lines;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    // The map that lacks it is named, or where the indentation of what was below it fits no more.
    std::set<int> where{parent, number - 1};
    for (int k = 0; k <= children_of(lines, i); ++k) where.insert(number + k);
    add(i, "dropped", changed, where, false);
  }
  return all;
}

/// The lines that a file's issues are at, by file name.
std::map<std::string, std::set<int>> reported_lines(const std::string& output) {
  std::map<std::string, std::set<int>> found;
  for (const std::string& line : lines_of(output)) {
    const size_t name = line.find(".yaml:"), error = line.find(": error: ");
    if (name == std::string::npos || error == std::string::npos || name > error) continue;
    found[line.substr(0, name + 5)].insert(std::stoi(line.substr(name + 6)));
  }
  return found;
}

/// The files, in the folder that STRATA_MUTATIONS names (tests/editor reads them there, with
/// names.txt), or else in a temporary one.
std::vector<std::string> write_all(const std::vector<Mutation>& all,
                                   std::filesystem::path& folder) {
  if (const char* kept = std::getenv("STRATA_MUTATIONS")) folder = kept;
  std::vector<std::string> files;
  std::string names;
  for (size_t i = 0; i < all.size(); ++i) {
    files.push_back(fmt::format("{:03}.yaml", i));
    names += files.back() + " " + all[i].name + "\n";
    write_file_atomically(folder / files.back(), all[i].text);
  }
  write_file_atomically(folder / "names.txt", names);
  return files;
}

}  // namespace

TEST_CASE("A mutated file is valid, or refused at the line that was changed") {
  const std::vector<Mutation> all = mutations();
  MESSAGE(all.size(), " mutations");
  REQUIRE(all.size() >= 200);
  const TemporaryFolder temporary("mutations");
  std::filesystem::path folder = temporary.path;
  std::vector<std::string> arguments = write_all(all, folder);
  arguments.insert(arguments.begin(), "check");
  const CommandResult result = Command(arguments, folder.string()).finish();
  CHECK(result.code == 2);
  const auto reported = reported_lines(result.err);
  std::string valid;
  for (size_t i = 0; i < all.size(); ++i) {
    const std::string file = arguments[i + 1];
    CAPTURE(all[i].name);
    const auto issues = reported.find(file);
    const bool accepted = result.out.find(file + ": ok") != std::string::npos;
    CHECK(accepted == (issues == reported.end()));
    if (accepted) {
      CHECK(!all[i].must_fail);
      valid += all[i].name + "\n";
      continue;
    }
    const bool right = issues != reported.end() &&
                       std::any_of(issues->second.begin(), issues->second.end(),
                                   [&](int line) { return all[i].lines.count(line) > 0; });
    CHECK(right);
  }
  // What is left is right: a default takes its place, or the other value is as good.
  CHECK(valid ==
        "line 1: value '\"3\"'\nline 2: dropped\nline 3: dropped\nline 4: dropped\n"
        "line 8: dropped\nline 9: dropped\nline 10: dropped\nline 11: dropped\nline 12: dropped\n"
        "line 16: value 'true'\nline 16: dropped\nline 19: dropped\nline 20: dropped\n"
        "line 23: dropped\nline 26: dropped\nline 27: dropped\nline 28: dropped\nline 30: dropped\n"
        "line 31: dropped\nline 33: value 'true'\nline 33: dropped\nline 34: dropped\n"
        "line 35: dropped\nline 40: dropped\nline 42: dropped\nline 43: dropped\nline 44: dropped\n"
        "line 45: dropped\n");
}
