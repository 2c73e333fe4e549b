#include <doctest/doctest.h>

#include "parameters/sample.hpp"
#include "strata/composition/compose.hpp"

using namespace strata;

namespace {

/// The labels of the points, one a line, or the issues.
std::string points(const std::string& file, const std::vector<std::string>& sweep = {},
                   const std::string& seeds = {}) {
  Issues issues;
  Node root = parse_yaml(sample::source(file), issues);
  std::vector<std::string> notes;
  std::string text;
  for (const SweepPoint& point : expand_sweep(root, {{}, sweep, seeds}, {}, notes, issues))
    text += (text.empty() ? "" : "\n") + point.label;
  CHECK(root.get("sweep") == nullptr);
  CHECK(root.get("seeds") == nullptr);
  return issues.ok() ? text : issues.format();
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("Without a sweep there is one point, and it changes nothing") {
  Issues issues;
  Node root = parse_yaml(sample::source("name: x"), issues);
  std::vector<std::string> notes;
  const auto all = expand_sweep(root, {}, {}, notes, issues);
  REQUIRE(all.size() == 1);
  CHECK(all[0].overrides.empty());
  CHECK(all[0].label == "");
  CHECK(notes.empty());
}

TEST_CASE("A grid: the last key changes fastest, seeds last of all") {
  CHECK(points("sweep:\n  a.lr: [1, 2]\n  b: [x, y]\nseeds: 0-1\n") ==
        "lr=1 b=x seed=0\nlr=1 b=x seed=1\nlr=1 b=y seed=0\nlr=1 b=y seed=1\n"
        "lr=2 b=x seed=0\nlr=2 b=x seed=1\nlr=2 b=y seed=0\nlr=2 b=y seed=1");
  CHECK(points("sweep: {a.lr: [1], b.lr: [2]}") == "a.lr=1 b.lr=2");
}

TEST_CASE("Zipped keys change together, and make a grid with the others") {
  CHECK(points("sweep:\n  zip: {a: [1, 2], b: [3, 4]}\n  c: [5, 6]\n") ==
        "c=5 a=1 b=3\nc=5 a=2 b=4\nc=6 a=1 b=3\nc=6 a=2 b=4");
  CHECK(points("name: x", {"zip:a=1,2", "zip:b=3,4"}) == "a=1 b=3\na=2 b=4");
}

TEST_CASE("Values: lists, ranges, linear and logarithmic spacing") {
  CHECK(points("n: x", {"a=log(1e-3,1,4)"}) == "a=1e-3\na=0.01\na=0.1\na=1");
  // 10^(-2.5), 10^(-1.5), 10^(-0.5) from tables: 0.00316228, 0.0316228, 0.316228.
  CHECK(points("n: x", {"a=log(1e-3, 1, 7)"}) ==
        "a=1e-3\na=0.00316228\na=0.01\na=0.0316228\na=0.1\na=0.316228\na=1");
  CHECK(points("n: x", {"a=lin(0,1,5)"}) == "a=0\na=0.25\na=0.5\na=0.75\na=1");
  CHECK(points("n: x", {"a=lin(0, 0.6, 3)"}) == "a=0\na=0.3\na=0.6");
  CHECK(points("n: x", {"a=lin(500, 100, 3)"}) == "a=500\na=300\na=100");
  CHECK(points("sweep: {a: 3-5}") == "a=3\na=4\na=5");
  CHECK(points("sweep: {a: [0-1, 7, \"lin(1, 2, 2)\"]}") == "a=0\na=1\na=7\na=1\na=2");
  CHECK(points("n: x", {"a=sgd,{type: adam, lr: 1},\"x,y\",[1, 2]"}) ==
        "a=sgd\na={type: adam, lr: 1}\na=\"x,y\"\na=[1, 2]");
  CHECK(points("n: x", {"a=\"0-1\""}) == "a=0-1");  // in quotes it is a string
  CHECK(points("n: x", {"a=-1,2020-12-01"}) == "a=-1\na=2020-12-01");
}

TEST_CASE("Seeds") {
  CHECK(points("seeds: [0, 4-5]") == "seed=0\nseed=4\nseed=5");
  CHECK(points("seeds: 0-9", {}, "3,7") == "seed=3\nseed=7");
  CHECK(points("seeds: 5") ==
        "f.yaml:1:8: error: expected a range or a list of seeds, got 5; 5 seeds are 0-4, seed 5 "
        "alone is [5] (at seeds)\n"
        "  1 | seeds: 5\n"
        "    |        ^");
  CHECK(points("n: x", {}, "[3]") == "seed=3");
  CHECK(points("n: x", {}, "[0, 4-5]") == "seed=0\nseed=4\nseed=5");
  CHECK(points("n: x", {}, "0-0") == "seed=0");
  CHECK(points("n: x", {}, "3") ==
        "--seeds:1:1: error: expected a range or a list of seeds, got 3; 3 seeds are 0-2, seed 3 "
        "alone is [3]\n"
        "  1 | 3\n"
        "    | ^");
}

TEST_CASE("A sweep whose runs together hold too many values is refused before it is expanded") {
  std::string file = "sweep: {a: 0-9999}\nb: [";
  for (int i = 0; i < 200; ++i) file += "1, ";
  CHECK(points(file + "1]\n")
            .rfind("f.yaml:1:9: error: the sweep has 10000 runs of 204 values each; "
                   "at most 9803 are expanded\n",
                   0) == 0);
}

TEST_CASE("The command line replaces the file's values for a key") {
  CHECK(points("sweep: {a: [1, 2], b: [3]}", {"a=9"}) == "b=3 a=9");
}

namespace {

/// The labels of the points of a file's sweep and the command line's, after the notes; or the first
/// line of the issues.
std::string points_with(const std::string& file, const std::vector<std::string>& set,
                        const std::vector<std::string>& sweep = {}) {
  Issues issues;
  Node root = parse_yaml(sample::source(file), issues);
  std::vector<Override> overrides;
  for (const std::string& argument : set) {
    overrides.emplace_back();
    REQUIRE(parse_override(argument, overrides.back(), issues));
  }
  std::vector<std::string> notes;
  const auto found = expand_sweep(root, {{}, sweep, {}}, overrides, notes, issues);
  if (!issues.ok()) return first_line(issues.format());
  std::string text;
  for (const std::string& line : notes) text += line + "\n";
  for (const SweepPoint& point : found) text += point.label + "\n";
  return text;
}

}  // namespace

TEST_CASE("--set over a sweep of the key, of a part of it, or of what contains it") {
  CHECK(points_with("sweep: {o.lr: [1, 2]}", {"o.lr=3"}) ==
        "f.yaml:1:9: note: the sweep of 'o.lr' (2 values) gives way to --set o.lr=3\n\n");
  CHECK(points_with("sweep: {o.lr: [1, 2]}", {"o={type: sgd, lr: 3}"}) ==
        "f.yaml:1:9: note: the sweep of 'o.lr' (2 values) gives way to --set o={type: sgd, lr: "
        "3}\n\n");
  CHECK(points_with("sweep: {\"e[0][0].units\": [1]}", {"e=[[tanh]]"}) ==
        "f.yaml:1:9: note: the sweep of 'e[0][0].units' (1 value) gives way to --set "
        "e=[[tanh]]\n\n");
  CHECK(points_with("sweep: {o: [sgd, {type: adam, lr: 1}]}", {"o.lr=3"}) ==
        "f.yaml:1:9: note: the sweep of 'o' (2 values) gives way to --set o.lr=3\n\n");
  CHECK(points_with("n: x", {"o={type: sgd, lr: 3}"}, {"o.lr=1,2"}) ==
        "--sweep:1:1: error: 'o.lr' is swept here and set by --set o={type: sgd, lr: 3}; leave one "
        "of them out");
  CHECK(points_with("n: x", {"o=adam"}, {"o.lr=1,2"}) ==
        "--sweep:1:1: error: 'o.lr' is swept here and set by --set o=adam; leave one of them out");
  CHECK(points_with("n: x", {"o.type=adam"}, {"o=sgd,adam"}) ==
        "--sweep:1:1: error: 'o' is swept here and set by --set o.type=adam; leave one of them "
        "out");
  CHECK(points_with("n: x", {"o.rate=1"}, {"o=null,{type: x}"}) ==
        "--sweep:1:1: error: 'o' is swept here and set by --set o.rate=1; leave one of them out");
  // What the values leave open may be set: each label says what its run does.
  CHECK(points_with("n: x", {"o.lr=3"}, {"o=sgd,{type: adam, eps: 1}"}) ==
        "o=sgd\no={type: adam, eps: 1}\n");
  CHECK(points_with("n: x", {"o.lr=3"}, {"o.lrx=1"}) == "lrx=1\n");
}

TEST_CASE("--set of a zipped key leaves the points with its value, and the others their partners") {
  const std::string zip = "sweep: {zip: {a: [1, 2, 1], b: [3, 4, 5], c: [x, y, z]}, d: [6, 7]}";
  CHECK(points_with(zip, {"a=2.0"}) ==
        "f.yaml:1:15: note: of the 3 points of the zip, --set a=2.0 leaves 1: b=4, c=y\n"
        "f.yaml:1:15: note: the sweep of 'a' (3 values) gives way to --set a=2.0\n"
        "d=6 b=4 c=y\nd=7 b=4 c=y\n");
  CHECK(points_with("sweep: {zip: {a: [1, 2, 1], b: [3, 4, 5]}}", {"a=1"}) ==
        "f.yaml:1:15: note: of the 3 points of the zip, --set a=1 leaves 2: b=3, b=5\n"
        "f.yaml:1:15: note: the sweep of 'a' (3 values) gives way to --set a=1\nb=3\nb=5\n");
  CHECK(points_with("sweep: {zip: {a: [1, 2], b: [3, 4]}}", {"a=5", "b=6"}) ==
        "f.yaml:1:15: note: the sweep of 'a' (2 values) gives way to --set a=5\n"
        "f.yaml:1:26: note: the sweep of 'b' (2 values) gives way to --set b=6\n\n");
  CHECK(points_with(zip, {"a=9"}) ==
        "--set:1:1: error: 'a' changes together with 'b' and 'c' (f.yaml:1:29), and none of the "
        "points there is of --set a=9; give all keys of the zip: --set a=... --set b=... --set "
        "c=... (at sweep.zip)");
  CHECK(points_with(zip, {"a=2", "b=3"}) ==
        "--set:1:1: error: 'a' and 'b' change together with 'c' (f.yaml:1:43), and none of the "
        "points there is of --set a=2 --set b=3; give all keys of the zip: --set a=... --set "
        "b=... --set c=... (at sweep.zip)");
}

TEST_CASE("--sweep takes the place of all of a zip or of none of it") {
  const std::string zip = "sweep: {zip: {a: [1, 2], b: [3, 4]}}";
  for (const char* one : {"a=5,6", "zip:a=5,6"})
    CHECK(points(zip, {one})
              .find("error: 'a' changes together with 'b' (f.yaml:1:26); give all keys of the zip: "
                    "--sweep zip:a=... --sweep zip:b=... (at sweep.zip)\n") != std::string::npos);
  CHECK(points(zip, {"zip:a=5,6", "zip:b=7,8"}) == "a=5 b=7\na=6 b=8");
  CHECK(points(zip, {"a=5,6", "b=7,8"}) == "a=5 b=7\na=5 b=8\na=6 b=7\na=6 b=8");
  CHECK(points(zip, {"zip:c=5,6"}) == "a=1 b=3 c=5\na=2 b=4 c=6");
  CHECK(points_with(zip, {"a=9"}, {"b=5,6"}) ==
        "f.yaml:1:15: note: the sweep of 'a' (2 values) gives way to --set a=9\nb=5\nb=6\n");
}

TEST_CASE("What is inherited of a sweep is taken away by null") {
  CHECK(points("sweep: {zip: null, a: [1]}") == "a=1");
  CHECK(points("sweep: {zip: {b: null, c: [2]}, a: ~, d: [1]}") == "d=1 c=2");
  CHECK(first_line(points("sweep: {a: }")).find("error: expected a list of values") !=
        std::string::npos);
}

TEST_CASE("A sweep of a part beside that of the whole") {
  CHECK(points_with("n: x", {}, {"e=[[tanh]]", "e[0][0]=relu,tanh"}) ==
        "--sweep:1:1: error: 'e[0][0]' is swept here and set by the sweep of 'e' (--sweep); leave "
        "one of them out (at sweep)");
  CHECK(points_with("sweep: {o.lr: [1], o: [sgd, {type: adam, lr: 1}]}", {}) ==
        "f.yaml:1:20: error: 'o' is swept here and set by the sweep of 'o.lr' (f.yaml:1:9); leave "
        "one of them out (at sweep)");
  CHECK(points_with("sweep: {\"e[0][0].units\": [1, 2]}", {}, {"e=[[{type: linear, units: 5}]]"}) ==
        "f.yaml:1:9: note: the sweep of 'e[0][0].units' (2 values) gives way to --sweep e\n"
        "e=[[{type: linear, units: 5}]]\n");
  // Each point sets the whole first, in whatever order they are written.
  Issues issues;
  Node root = parse_yaml(sample::source("sweep: {o.lr: [1], o: [sgd]}"), issues);
  std::vector<std::string> notes;
  const auto all = expand_sweep(root, {}, {}, notes, issues);
  REQUIRE(all.size() == 1);
  CHECK(all[0].label == "lr=1 o=sgd");
  CHECK(all[0].overrides[0].text() == "o=sgd");
  CHECK(all[0].overrides[1].text() == "o.lr=1");
}

TEST_CASE("Values to sweep in brackets are one list, which is told where one value belongs") {
  Issues issues;
  Node root = parse_yaml(sample::source("name: x\nencoder: []\n"), issues);
  std::vector<std::string> notes;
  const CommandSettings settings{{}, {"seed=[[1, 2], [3]]", "tuner=[sgd]"}, {}};
  const auto all = expand_sweep(root, settings, {}, notes, issues);
  REQUIRE(all.size() == 1);
  for (const Override& override : all[0].overrides) apply_override(root, override, issues);
  set_paths(root);
  const sample::SampleCatalog catalog;
  read_params<sample::Experiment>(root, issues, catalog);
  CHECK(issues.format() ==
        "--sweep:1:6: error: expected an integer, got a list; to try each value, leave out the "
        "brackets: [1, 2],[3] (at seed)\n"
        "  1 | seed=[[1, 2], [3]]\n"
        "    |      ^\n"
        "--sweep:1:7: error: expected an optimizer (a name, or a map with 'type'), got a list; to "
        "try each value, leave out the brackets: sgd (at tuner)\n"
        "  1 | tuner=[sgd]\n"
        "    |       ^");
}

TEST_CASE("Sweeps that cannot be") {
  CHECK(first_line(points("sweep: [1]")) ==
        "f.yaml:1:8: error: expected a map of keys to their values, got a list (at sweep)");
  CHECK(first_line(points("sweep: {zip: [1]}")) ==
        "f.yaml:1:14: error: expected a map of keys to their values, got a list (at sweep.zip)");
  CHECK(first_line(points("sweep: {a: []}")) == "f.yaml:1:12: error: no values to sweep (at a)");
  CHECK(
      first_line(points("sweep: {zip: {a: [1, 2], b: [3]}}")) ==
      "f.yaml:1:26: error: 'b' has 1 values, 'a' has 2; what is zipped has as many (at sweep.zip)");
  CHECK(first_line(points("sweep: {a: [1], zip: {a: [2]}}")) ==
        "f.yaml:1:23: error: 'a' is swept twice (at sweep)");
  CHECK(first_line(points("sweep: {seed: [1]}\nseeds: 0-1")) ==
        "f.yaml:2:8: error: 'seed' is swept twice (at sweep)");
  CHECK(first_line(points("sweep: {\"a..b\": [1]}")) ==
        "f.yaml:1:9: error: 'a..b' is no key; write it as in a.b or a[0].b (at sweep)");
  CHECK(first_line(points("sweep: {a: 5-3}")) ==
        "f.yaml:1:12: error: the range 5-3 must rise, to at most 10000 values (at a)");
  CHECK(first_line(points("sweep: {a: [log(1,2,3)]}")) ==
        "f.yaml:1:13: error: 'log(1': expected log(from, to, count), in quotes where it stands "
        "between brackets (at a)");
  // Cut at its commas, it is one mistake.
  for (const char* cut :
       {"sweep: {a: log(1, 2, 3), b: [1]}", "sweep: {zip: {b: [1], a: log(1, 2, 3)}}"}) {
    Issues issues;
    Node root = parse_yaml(sample::source(cut), issues);
    std::vector<std::string> none;
    expand_sweep(root, {}, {}, none, issues);
    CHECK(issues.errors() == 1);
  }
  CHECK(first_line(points("n: x", {"zip.a.b=5,6"})) ==
        "--sweep:1:1: error: 'zip.a.b' cannot be swept; write --sweep zip:a.b=5,6");
  CHECK(first_line(points("n: x", {"sweep.zip.a.b=5,6"})) ==
        "--sweep:1:1: error: 'sweep.zip.a.b' cannot be swept; write --sweep zip:a.b=5,6");
  CHECK(first_line(points("n: x", {"sweep.a=5,6"})) ==
        "--sweep:1:1: error: 'sweep.a' cannot be swept; write --sweep a=5,6");
  CHECK(first_line(points("n: x", {"seeds=5,6"})) ==
        "--sweep:1:1: error: 'seeds' cannot be swept; write --seeds 5,6");
  CHECK(first_line(points("n: x", {"seeds=[0, 0,1]"})) ==
        "--sweep:1:1: error: 'seeds' cannot be swept; write --seeds 0,0,1");
  CHECK(first_line(points("n: x", {"sweep=1,2"})) ==
        "--sweep:1:1: error: 'sweep' cannot be swept; write --sweep key=v1,v2");
  CHECK(first_line(points("n: x", {"extends=a,b"})) ==
        "--sweep:1:1: error: 'extends' cannot be swept");
  for (const char* zip : {"zip={a: [1]}", "sweep.zip={a: [1]}"})
    CHECK(first_line(points("n: x", {zip}))
              .find(" cannot be swept; write --sweep zip:key=v1,v2 for each key") !=
          std::string::npos);
  CHECK(first_line(points("sweep: {seeds: [1]}")) ==
        "f.yaml:1:9: error: 'seeds' cannot be swept; write 'seeds' beside 'sweep' (at sweep)");
  CHECK(first_line(points("n: x", {"a=log(0,1,3)"})) ==
        "--sweep:1:3: error: 'log(0,1,3)': both ends must be above 0");
  CHECK(first_line(points("n: x", {"a=lin(0,1)"})) ==
        "--sweep:1:3: error: 'lin(0,1)': expected three numbers: from, to, count");
  CHECK(first_line(points("n: x", {"a=lin(0,x,3)"})) ==
        "--sweep:1:3: error: 'lin(0,x,3)': 'x' is no number");
  CHECK(first_line(points("n: x", {"a=lin(0,1,1)"})) ==
        "--sweep:1:3: error: 'lin(0,1,1)': the count must be an integer from 2 to 10000");
  CHECK(first_line(points("n: x", {"a=1,,2"})) == "--sweep:1:5: error: a value is missing here");
  CHECK(first_line(points("n: x", {"a"})) ==
        "--sweep:1:1: error: expected key=value,value,..., got 'a'");
  CHECK(first_line(points("n: x", {"a=0-999", "b=0-999"})) ==
        "--sweep:1:1: error: the sweep has 1000000 runs; at most 10000 are expanded");
}
