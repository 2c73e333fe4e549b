#include "strata/composition/compose.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "parameters/sample.hpp"

using namespace strata;
using sample::plain;

namespace {

/// Files in a folder of their own; messages name them by their path below it.
class Files {
 public:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "strata-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~Files() { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// The composed runs as JSON, or the issues.
  std::string compose(const std::string& name, const CommandSettings& settings = {}) const {
    Issues issues;
    const Composition result = strata::compose(path(name), settings, issues);
    if (!issues.all().empty()) return shortened(issues.format());
    std::string text;
    for (const ComposedRun& run : result.runs)
      text += (text.empty() ? "" : "\n") + plain(run.root).dump();
    return text;
  }

  std::string shortened(std::string text) const {
    const std::string prefix = folder_.string() + "/";
    for (size_t i; (i = text.find(prefix)) != std::string::npos;) text.erase(i, prefix.size());
    return text;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("A file extends another, relative to itself, key by key") {
  const Files files;
  files.write("base/first.yaml",
              "name: first\ndata: {dataset: mnist, batch_size: 100}\nlist: [1, 2]\n");
  files.write("base/second.yaml", "extends: first.yaml\nname: second\ndata: {batch_size: 50}\n");
  files.write("top.yaml", "extends: base/second.yaml\nlist: [3]\nseed: 1\n");
  CHECK(
      files.compose("top.yaml") ==
      R"({"name":"second","data":{"dataset":"mnist","batch_size":"50"},"list":["3"],"seed":"1"})");

  Issues issues;
  const Composition result = compose(files.path("top.yaml"), {}, issues);
  REQUIRE(result.runs.size() == 1);
  const auto origin = [&](const std::string& path) {
    return files.shortened(find_path(result.runs[0].root, path)->origin.text());
  };
  CHECK(origin("name") == "base/second.yaml:2:7");
  CHECK(origin("data.dataset") == "base/first.yaml:2:17");
  CHECK(origin("data.batch_size") == "base/second.yaml:3:20");
  CHECK(origin("list[0]") == "top.yaml:2:8");
  REQUIRE(result.files.size() == 3);
  CHECK(result.files[0]->text == "extends: base/second.yaml\nlist: [3]\nseed: 1\n");
  CHECK(files.shortened(result.files[2]->name) == "base/first.yaml");
}

TEST_CASE("What extends wrongly") {
  const Files files;
  files.write("a.yaml", "extends: b.yaml\n");
  files.write("b.yaml", "name: x\nextends: ./c.yaml\n");
  files.write("c.yaml", "extends: a.yaml\n");
  CHECK(files.compose("a.yaml") ==
        "c.yaml:1:10: error: a file cannot extend itself: a.yaml -> b.yaml -> c.yaml -> a.yaml (at "
        "extends)\n"
        "  1 | extends: a.yaml\n"
        "    |          ^");
  files.write("missing.yaml", "extends: no.yaml\n");
  CHECK(files.compose("missing.yaml") ==
        "missing.yaml:1:10: error: cannot read no.yaml: No such file or directory (at extends)\n"
        "  1 | extends: no.yaml\n"
        "    |          ^");
  files.write("partial.yaml", "extends: no.yaml\ndata: {batch_size: 1}\n");
  Issues issues;
  const Composition partial = compose(files.path("partial.yaml"), {}, issues);
  REQUIRE(partial.runs.size() == 1);
  // What the base may hold is not missing.
  read_params<sample::Experiment>(partial.runs[0].root, issues, sample::SampleCatalog());
  CHECK(issues.all().size() == 2);
  CHECK(issues.all()[1].message.substr(0, 18) == "unknown key 'data'");
  files.write("list.yaml", "- 1\n");
  files.write("bad.yaml", "extends: list.yaml\n");
  CHECK(files.compose("bad.yaml") ==
        "bad.yaml:1:10: error: list.yaml holds a list, not a map (at extends)\n"
        "  1 | extends: list.yaml\n"
        "    |          ^");
  files.write("two.yaml", "extends: [a.yaml, b.yaml]\n");
  CHECK(files.compose("two.yaml") ==
        "two.yaml:1:10: error: expected the path of a file, got a list (at extends)\n"
        "  1 | extends: [a.yaml, b.yaml]\n"
        "    |          ^");
  CHECK(files.compose("none.yaml") ==
        "strata: error: cannot read none.yaml: No such file or directory");
  files.write("folder/x.yaml", "");
  CHECK(files.compose("folder") == "strata: error: cannot read folder: it is a folder, not a file");
}

TEST_CASE("A component of another type replaces its base; of the same, it is merged") {
  const auto merged = [](const std::string& base, const std::string& over) {
    Issues issues;
    Node node = parse_yaml(sample::source(base), issues);
    merge_over(node, parse_yaml(sample::source(over), issues));
    return plain(node).dump();
  };
  CHECK(merged("o: {type: sgd, lr: 1, m: 2}", "o: {type: adam, b: 3}") ==
        R"({"o":{"type":"adam","b":"3"}})");
  CHECK(merged("o: {type: sgd, lr: 1}", "o: {type: sgd, m: 2}") ==
        R"({"o":{"type":"sgd","lr":"1","m":"2"}})");
  CHECK(merged("o: {type: sgd, lr: 1}", "o: {m: 2}") == R"({"o":{"type":"sgd","lr":"1","m":"2"}})");
  CHECK(merged("o: sgd", "o: {m: 2}") == R"({"o":{"type":"sgd","m":"2"}})");
  CHECK(merged("o: sgd", "o: {type: adam}") == R"({"o":{"type":"adam"}})");
  CHECK(merged("o: {type: sgd, lr: 1}", "o: sgd") == R"({"o":"sgd"})");
  CHECK(merged("o: {a: {b: 1, c: 2}, d: 3}", "o: {a: {b: 4}}") ==
        R"({"o":{"a":{"b":"4","c":"2"},"d":"3"}})");
  CHECK(merged("o: {a: 1}", "o: null") == R"({"o":null})");
}

TEST_CASE("A key that is a path changes one item of an inherited list") {
  const Files files;
  files.write("base.yaml", "encoder: [[{type: linear, units: 60}, tanh], [tanh]]\np: {lr: 1}\n");
  files.write(
      "child.yaml",
      "extends: base.yaml\nencoder[0][0].units: 20\np.lr: 2\np: {m: 3}\nencoder[1]: [relu]\n");
  CHECK(files.compose("child.yaml") ==
        R"({"encoder":[[{"type":"linear","units":"20"},"tanh"],["relu"]],"p":{"lr":"2","m":"3"}})");
  // What comes later still wins, and sees what the path made.
  files.write("grandchild.yaml", "extends: child.yaml\nencoder[0][0]: {units: 5}\np: {n: 4}\n");
  CHECK(files.compose("grandchild.yaml") ==
        R"({"encoder":[[{"type":"linear","units":"5"},"tanh"],["relu"]],)"
        R"("p":{"lr":"2","m":"3","n":"4"}})");
  CHECK(files.compose("child.yaml", {{"encoder[0][0].units=7"}, {}, ""}) ==
        R"({"encoder":[[{"type":"linear","units":"7"},"tanh"],["relu"]],"p":{"lr":"2","m":"3"}})");
  files.write("bad.yaml",
              "extends: base.yaml\nencoder[2][0]: tanh\nencoder.1: [relu]\n"
              "encoder[-1]: [relu]\nsweep.p.lr: [1, 2]\n");
  CHECK(files.compose("bad.yaml") ==
        "bad.yaml:2:8: error: the list 'encoder' goes from [0] to [1] (at encoder[2][0])\n"
        "  2 | encoder[2][0]: tanh\n"
        "    |        ^\n"
        "bad.yaml:3:9: error: encoder is a list; write encoder[1] (at encoder.1)\n"
        "  3 | encoder.1: [relu]\n"
        "    |         ^");
  Issues issues;
  Node root = compose(files.path("bad.yaml"), {}, issues).runs.at(0).root;
  CHECK(root.get("encoder[-1]") != nullptr);  // no path, hence an unknown key
  CHECK(root.get("sweep.p.lr") != nullptr);
}

TEST_CASE("A list of names that takes the place of another is told, where it lacks some") {
  const Files files;
  files.write("base.yaml",
              "c: {metrics: [accuracy, {type: confusion, k: 1}], epochs: [1, 2]}\n"
              "encoder: [[tanh]]\n");
  const auto notes = [&files](const std::string& text) {
    files.write("child.yaml", "extends: base.yaml\n" + text);
    Issues issues;
    std::string all;
    for (const std::string& note : compose(files.path("child.yaml"), {}, issues).notes)
      all += files.shortened(note) + '\n';
    CHECK(issues.ok());
    return all;
  };
  CHECK(notes("c: {metrics: [per_class]}\n") ==
        "child.yaml:2:14: note: c.metrics replaces the list of base.yaml:1:14, and is without its "
        "accuracy, confusion\n");
  CHECK(notes("c: {metrics: [confusion, per_class]}\n") ==
        "child.yaml:2:14: note: c.metrics replaces the list of base.yaml:1:14, and is without its "
        "accuracy\n");
  CHECK(notes("c: {metrics: [per_class, {type: accuracy}, confusion]}\n") == "");
  CHECK(notes("c: {metrics: []}\n") == "");           // said outright
  CHECK(notes("c: {epochs: [3]}\n") == "");           // no names
  CHECK(notes("encoder: [[relu], [relu]]\n") == "");  // lists of lists
}

TEST_CASE("File, sweep, --set and references, in this order") {
  const Files files;
  files.write(
      "f.yaml",
      "name: run-${seed}\nseed: 5\nlr: 0.1\nother: ${lr}\nsweep: {lr: [1, 2]}\nseeds: 0-1\n");
  CHECK(files.compose("f.yaml") == R"({"name":"'run-0'","seed":"0","lr":"1","other":"1"})"
                                   "\n"
                                   R"({"name":"'run-1'","seed":"1","lr":"1","other":"1"})"
                                   "\n"
                                   R"({"name":"'run-0'","seed":"0","lr":"2","other":"2"})"
                                   "\n"
                                   R"({"name":"'run-1'","seed":"1","lr":"2","other":"2"})");
  // --set takes a key out of the sweep: one point of it, by itself.
  CHECK(files.compose("f.yaml", {{"lr=7", "seed=3"}, {}, ""}) ==
        R"({"name":"'run-3'","seed":"3","lr":"7","other":"7"})");
  CHECK(files.compose("f.yaml", {{"lr=7", "lr=8"}, {}, "[4]"}) ==
        R"({"name":"'run-4'","seed":"4","lr":"8","other":"8"})");
}

TEST_CASE("What is given and lost unseen is told") {
  const Files files;
  files.write(
      "base.yaml",
      "lr: 1\no: {type: adam, lr: 1}\nsweep: {lr: [2, 3], o.type: [adam, sgd]}\nseeds: 0-1\n");
  files.write("child.yaml", "extends: base.yaml\nlr: 5\nseed: 4\no: adam\n");
  files.write("own.yaml", "extends: base.yaml\nlr: 5\nseed: 4\nsweep: null\nseeds: null\n");
  files.write("sweeps.yaml", "extends: base.yaml\nlr: 5\nsweep: {lr: [7, 8]}\nseeds: [3]\n");
  Issues issues;
  const auto notes = [&](const std::string& file, CommandSettings settings) {
    std::string text;
    for (const std::string& note : compose(files.path(file), settings, issues).notes)
      text += files.shortened(note) + '\n';
    return text;
  };
  CHECK(
      notes("child.yaml", {}) ==
      "base.yaml:3:9: note: the sweep of 'lr' sets what child.yaml:2:5 gives (5); `sweep: null` "
      "there takes it away\n"
      "base.yaml:3:21: note: the sweep of 'o.type' sets what child.yaml:4:4 gives (adam); `sweep: "
      "null` there takes it away\n"
      "base.yaml:4:8: note: the sweep of 'seed' sets what child.yaml:3:7 gives (4); `seeds: null` "
      "there takes it away\n");
  for (const char* file : {"base.yaml", "own.yaml", "sweeps.yaml"}) {
    CAPTURE(file);
    CHECK(notes(file, {}) == "");
  }
  CHECK(notes("child.yaml", {{}, {"lr=8,9", "o.type=adam"}, "0-1"}) == "");
  CHECK(files.compose("own.yaml") == R"({"lr":"5","o":{"type":"adam","lr":"1"},"seed":"4"})");

  const auto set = [&](std::vector<std::string> arguments) {
    return notes("own.yaml", {std::move(arguments), {}, ""});
  };
  CHECK(set({"o.lr=7", "o=sgd"}) == "strata: note: --set o.lr=7 gives way to --set o=sgd\n");
  CHECK(set({"o.lr=7", "o={type: sgd}"}) ==
        "strata: note: --set o.lr=7 gives way to --set o={type: sgd}\n");
  CHECK(set({"o.lr=7", "o={eps: 1}"}) == "");
  CHECK(set({"o.lr=7", "o.type=sgd"}) == "");
  CHECK(set({"o=sgd", "o.lr=7"}) == "");
  CHECK(set({"o.lr=7", "o.lr=8"}) == "");  // the last one wins, as everywhere
  CHECK(issues.ok());
}

TEST_CASE(
    "A sweep that --set shortens is told: a note for the file's, a mistake on the command line") {
  const Files files;
  files.write("f.yaml",
              "name: x\nsweep:\n  lr: [1, 2]\n  zip: {a: [1, 2], b: [5, 6]}\nseeds: [4]\n");
  Issues issues;
  const auto notes = [&](std::vector<std::string> set) {
    std::string text;
    for (const std::string& note :
         compose(files.path("f.yaml"), {std::move(set), {}, ""}, issues).notes)
      text += files.shortened(note) + '\n';
    return text;
  };
  CHECK(notes({"lr=7", "a=1", "seed=3"}) ==
        "f.yaml:3:3: note: the sweep of 'lr' (2 values) gives way to --set lr=7\n"
        "f.yaml:5:8: note: the sweep of 'seed' (1 value) gives way to --set seed=3\n"
        "f.yaml:4:9: note: of the 2 points of the zip, --set a=1 leaves 1: b=5\n"
        "f.yaml:4:9: note: the sweep of 'a' (2 values) gives way to --set a=1\n");
  CHECK(notes({"c=8"}) == "");
  CHECK(issues.ok());
  CHECK(files.compose("f.yaml", {{"a=1", "c=8"}, {"c=8,9"}, ""}) ==
        "--sweep:1:1: error: 'c' is swept here and set by --set c=8; leave one of them out\n"
        "  1 | c=8,9\n"
        "    | ^");
  CHECK(files.compose("f.yaml", {{"a=1", "seed=8"}, {}, "0-4"}) ==
        "--seeds:1:1: error: 'seed' is swept here and set by --set seed=8; leave one of them out\n"
        "  1 | 0-4\n"
        "    | ^");
}

TEST_CASE("A point of a sweep, given as --set, is the same run") {
  const Files files;
  files.write("f.yaml",
              "name: x\no: sgd\nsweep:\n  o: [adam, {type: sgd, note: \"a, b: 1\", q: \"3\"}]\n"
              "  name: [\"${o.type}\", 'null']\nseeds: [7]\n");
  Issues issues;
  const Composition all = compose(files.path("f.yaml"), {}, issues);
  REQUIRE(all.runs.size() == 4);
  CHECK(all.runs[2].label ==
        "o={type: sgd, note: \"a, b: 1\", q: \"3\"} name=\"${o.type}\" seed=7");
  const ComposedRun& run = all.runs[3];
  CommandSettings settings;
  for (const Override& o : run.point) settings.set.push_back(o.text());
  CHECK(settings.set[1] == "name=\"null\"");
  CHECK(files.compose("f.yaml", settings) == plain(run.root).dump());
}

TEST_CASE("Mistakes of all steps come together") {
  const Files files;
  files.write("f.yaml", "name: ${nam}\nname: y\nsweep: {a: 3}\n");
  CHECK(
      files.compose("f.yaml", {{"x"}, {}, ""}) ==
      "--set:1:1: error: expected key=value, got 'x'\n"
      "  1 | x\n"
      "    | ^\n"
      "f.yaml:1:7: error: ${nam}: 'nam' is not written; did you mean 'name'? Known: name (at "
      "name)\n"
      "  1 | name: ${nam}\n"
      "    |       ^\n"
      "f.yaml:2:1: error: duplicate key 'name'; it is first given on line 1\n"
      "  2 | name: y\n"
      "    | ^\n"
      "f.yaml:3:12: error: expected a list of values, a range such as 0-4, lin(from, to, count) or "
      "log(from, to, count), got the integer 3 (at a)\n"
      "  3 | sweep: {a: 3}\n"
      "    |            ^");
}

TEST_CASE("A reference that failed is not reported again by the typed reading") {
  Issues issues;
  Node root =
      parse_yaml(sample::source("name: x\nseed: ${sed}\nencoder: [[\"${what}\"]]\n"), issues);
  set_paths(root);
  interpolate(root, issues);
  CHECK(issues.all().size() == 2);
  const int errors = issues.errors();
  const sample::SampleCatalog catalog;
  read_params<sample::Experiment>(root, issues, catalog);
  CHECK(issues.all().size() == 2);
  CHECK(issues.errors() > errors);  // what was read is not to be used
}
