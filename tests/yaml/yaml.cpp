#include <doctest/doctest.h>

#include "folder.hpp"
#include "parameters/sample.hpp"

using namespace strata;
using sample::plain;
using sample::source;

namespace {

std::string tree(const std::string& text) {
  Issues issues;
  const Node root = parse_yaml(source(text), issues);
  return issues.all().empty() ? plain(root).dump() : issues.format();
}

std::string place(const Node& root, const std::string& path) {
  const Node* node = find_path(root, path);
  return node == nullptr ? "missing" : node->origin.text();
}

std::string refused(const std::string& text) {
  Issues issues;
  const Node root = parse_yaml(source(text), issues);
  CHECK(root.is_null());
  CHECK(issues.errors() == 1);
  return issues.format();
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("YAML becomes a tree") {
  CHECK(tree("a: 1\nb: [x, \"3\", 'y', ~]\nc:\n  d: {e: f}\n") ==
        R"({"a":"1","b":["x","'3'","'y'",null],"c":{"d":{"e":"f"}}})");
  CHECK(tree("--- # one document\na: >-\n  folded\n  text\n...\n") == R"({"a":"'folded text'"})");
  CHECK(tree("a: 'it''s'\nb: &x \"q\\\"\"\nc: |\n  \"open\n") ==
        R"({"a":"'it's'","b":"'q\"'","c":"'\"open\n'"})");
  CHECK(tree("[1, 2]") == R"(["1","2"])");
  CHECK(tree("a: b\r\nc: d\r\n") == R"({"a":"b","c":"d"})");
  CHECK(tree("a: !!str 3") == R"({"a":"'3'"})");
}

TEST_CASE("Every value knows its line and column, in characters") {
  Issues issues;
  const Node root = parse_yaml(
      source("name: x\nü: {b: \"é\", c: [1, [2]]}\nempty:\nlast:\n  -\n  - nul: null\n"), issues);
  REQUIRE(issues.all().empty());
  CHECK(place(root, "name") == "f.yaml:1:7");
  CHECK(place(root, "ü.b") == "f.yaml:2:8");
  CHECK(place(root, "ü.c[1][0]") == "f.yaml:2:21");
  CHECK(place(root, "empty") == "f.yaml:3:1");
  CHECK(root.get("empty")->scalar == "");
  CHECK(place(root, "last") == "f.yaml:5:3");
  CHECK(place(root, "last[0]") == "f.yaml:5:3");
  CHECK(place(root, "last[1].nul") == "f.yaml:6:10");
  CHECK(find_path(root, "last[1].nul")->scalar == "null");
  CHECK(place(root, "last[2]") == "missing");
  CHECK(place(root, "name.x") == "missing");
}

TEST_CASE("Paths are parsed and set") {
  const auto steps = parse_path("encoder[0][12].units");
  REQUIRE(steps);
  REQUIRE(steps->size() == 4);
  CHECK((*steps)[0].key == "encoder");
  CHECK((*steps)[2].index == 12);
  CHECK((*steps)[2].offset == 10);
  CHECK((*steps)[3].key == "units");
  CHECK((*steps)[3].offset == 15);
  for (const char* bad :
       {"", ".", "a.", "a..b", "a[", "a[x]", "a[-1]", "a]", "a[0]b", "[0].", ".a"})
    CHECK_MESSAGE(!parse_path(bad), bad);

  Issues issues;
  Node root = parse_yaml(source("a: [{b: 1}]"), issues);
  set_paths(root);
  CHECK(find_path(root, "a[0].b")->path == "a[0].b");
  CHECK(root.path == "");
}

TEST_CASE("Aliases stand for copies, with their own position") {
  Issues issues;
  const Node root = parse_yaml(source("a: &x {lr: 1, m: [2]}\nb: *x\nc: [*x]\n"), issues);
  REQUIRE(issues.all().empty());
  CHECK(plain(root).dump() ==
        R"({"a":{"lr":"1","m":["2"]},"b":{"lr":"1","m":["2"]},"c":[{"lr":"1","m":["2"]}]})");
  CHECK(place(root, "b") == "f.yaml:2:4");
  CHECK(place(root, "b.lr") == "f.yaml:1:12");
}

TEST_CASE("Merge keys give what the map has not") {
  CHECK(tree("x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}") ==
        R"({"x":{"a":"1","b":"2"},"y":{"b":"3","a":"1"}})");
  CHECK(tree("x: &x {a: 1}\nz: &z {a: 2, c: 4}\ny: {<<: [*x, *z], d: 5}") ==
        R"({"x":{"a":"1"},"z":{"a":"2","c":"4"},"y":{"d":"5","a":"1","c":"4"}})");
  CHECK(tree("x: &x {<<: {a: 1}, b: 2}\ny: {<<: *x}") ==
        R"({"x":{"b":"2","a":"1"},"y":{"b":"2","a":"1"}})");
  CHECK(tree("y: {<<: 3}") ==
        "f.yaml:1:9: error: '<<' merges a map or a list of maps, got the integer 3\n"
        "  1 | y: {<<: 3}\n"
        "    |         ^");
}

TEST_CASE("A duplicate key is reported at the duplicate, and the rest is read on") {
  Issues issues;
  const Node root = parse_yaml(source("a: 1\nb: 2\n\"a\": 3\nb: {c: 4}\n"), issues);
  CHECK(plain(root).dump() == R"({"a":"1","b":"2"})");
  CHECK(issues.format() ==
        "f.yaml:3:1: error: duplicate key 'a'; it is first given on line 1\n"
        "  3 | \"a\": 3\n"
        "    | ^\n"
        "f.yaml:4:1: error: duplicate key 'b'; it is first given on line 2\n"
        "  4 | b: {c: 4}\n"
        "    | ^");
}

TEST_CASE("A byte-order mark may begin a file") {  // YAML 1.2.2, section 5.2
  const testing::TemporaryFolder folder;
  Issues issues;
  const Node root = parse_yaml_file(folder.write("f.yaml",
                                                 "\xef\xbb\xbf"
                                                 "a: 1\n"),
                                    issues);
  CHECK(issues.ok());
  REQUIRE(root.get("a") != nullptr);
  CHECK(root.get("a")->origin.column == 4);
}

TEST_CASE("A map of very many keys is refused") {
  std::string text;
  for (int i = 0; i <= 5000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  Issues issues;
  CHECK(parse_yaml(sample::source(text), issues).is_null());
  CHECK(issues.format().substr(0, 53) == "f.yaml:5001:1: error: a map of more than 5000 keys\n  ");
}

TEST_CASE("Files that are no text of YAML") {
  CHECK(refused("") == "f.yaml: error: the file is empty");
  CHECK(refused("\n# only a comment\n") == "f.yaml: error: the file is empty");
  CHECK(refused("\xef\xbb\xbf"
                "a: 1") ==
        "f.yaml:1:1: error: a byte-order mark; it may stand at the beginning of a file alone\n"
        "  1 | \xef\xbb\xbf"
        "a: 1\n"
        "    | ^");
  CHECK(refused("\xff\xfe"
                "a") ==
        "f.yaml:1:1: error: this is UTF-16; save the file as UTF-8\n"
        "  1 | \xef\xbf\xbd\xef\xbf\xbd"
        "a\n"
        "    | ^");
  CHECK(refused("a: 1\nb: caf\xe9 2\n") ==
        "f.yaml:2:7: error: byte 0xe9 is no UTF-8; save the file as UTF-8\n"
        "  2 | b: caf\xef\xbf\xbd 2\n"
        "    |       ^");
  CHECK(refused("a: 1\x04\nb: 2\n") ==
        "f.yaml:1:5: error: control character 0x04; only text may stand here\n"
        "  1 | a: 1\xef\xbf\xbd\n"
        "    |     ^");
  CHECK(refused("a:\n\tb: 1\n") ==
        "f.yaml:2:1: error: a tab in the indentation; indent with spaces\n"
        "  2 | \tb: 1\n"
        "    | ^");
  CHECK(refused("a: 1\rb: 2\r") ==
        "f.yaml:1:5: error: a carriage return alone; lines end with a line feed\n"
        "  1 | a: 1\xef\xbf\xbd"
        "b: 2\n"
        "    |     ^");
}

TEST_CASE("Malformed YAML, in plain words") {
  CHECK(refused("a: [1, 2\nb: 3\n") ==
        "f.yaml:1:4: error: '[' is not closed, or a ',' is missing before line 2, column 2\n"
        "  1 | a: [1, 2\n"
        "    |    ^");
  CHECK(refused("a: {b: [1, }\n") ==
        "f.yaml:1:12: error: '}' where ']' is expected, for the '[' at line 1, column 8\n"
        "  1 | a: {b: [1, }\n"
        "    |            ^");
  CHECK(refused("a: 1]\nb: }\n") ==
        "f.yaml:2:4: error: '}' closes nothing\n"
        "  2 | b: }\n"
        "    |    ^");
  CHECK(refused("a: \"abc\nb: 1\n") ==
        "f.yaml:1:4: error: a quote that is never closed\n"
        "  1 | a: \"abc\n"
        "    |    ^");
  CHECK(refused("a: 'it''s") ==
        "f.yaml:1:4: error: a quote that is never closed\n"
        "  1 | a: 'it''s\n"
        "    |    ^");
  CHECK(refused("a: [1, [2, 3\n") ==
        "f.yaml:1:8: error: '[' is never closed\n"
        "  1 | a: [1, [2, 3\n"
        "    |        ^");
  CHECK(refused("{a: 1") ==
        "f.yaml:1:1: error: '{' is never closed\n"
        "  1 | {a: 1\n"
        "    | ^");
  CHECK(refused("a: 1\nfoo\nb: 2\n") ==
        "f.yaml:2:1: error: expected 'key: value', got 'foo'; is a ':' missing?\n"
        "  2 | foo\n"
        "    | ^");
  CHECK(refused("a:\n  b: 1\n c: 2\n") ==
        "f.yaml:3:2: error: indented by 1 space, where the lines above have 2 or 0\n"
        "  3 |  c: 2\n"
        "    |  ^");
  CHECK(refused("a: {b: ${c}}\n") ==
        "f.yaml:1:8: error: between brackets, '${...}' must be in quotes\n"
        "  1 | a: {b: ${c}}\n"
        "    |        ^");
  CHECK(refused("a: it's [\nb: [{c: \"]\", d: 'x]', e: f] # [\n") ==
        "f.yaml:2:27: error: ']' where '}' is expected, for the '{' at line 2, column 5\n"
        "  2 | b: [{c: \"]\", d: 'x]', e: f] # [\n"
        "    |                           ^");
  CHECK(refused("- [1, {a: b]\n") ==
        "f.yaml:1:12: error: ']' where '}' is expected, for the '{' at line 1, column 7\n"
        "  1 | - [1, {a: b]\n"
        "    |            ^");
  CHECK(refused("a: [1]]\n") ==
        "f.yaml:1:7: error: ']' closes nothing\n"
        "  1 | a: [1]]\n"
        "    |       ^");
  CHECK(refused("a: @x\n") ==
        "f.yaml:1:4: error: a text cannot begin with '@'; put it in quotes\n"
        "  1 | a: @x\n"
        "    |    ^");
  CHECK(refused("a: *x\n") ==
        "f.yaml:1:4: error: no anchor for '*x'; '&name' before a value lets '*name' repeat it\n"
        "  1 | a: *x\n"
        "    |    ^");
  CHECK(refused("a: - 1\n") ==
        "f.yaml:1:4: error: a '- item' cannot begin here; begin it on a line of its own\n"
        "  1 | a: - 1\n"
        "    |    ^");
  CHECK(refused("a: \"\\q\"\n") ==
        "f.yaml:1:5: error: unknown escape '\\q'; write '\\\\' for a backslash\n"
        "  1 | a: \"\\q\"\n"
        "    |     ^");
  CHECK(refused("a: 1\n---\nb: 2\n") ==
        "f.yaml:2:1: error: a second document begins here; a file holds one\n"
        "  2 | ---\n"
        "    | ^");
  CHECK(refused("[1] [2]") ==
        "f.yaml:1:5: error: more text after the value has ended; is a ',' or a bracket missing?\n"
        "  1 | [1] [2]\n"
        "    |     ^");
  CHECK(refused("a: !int 3") ==
        "f.yaml:1:4: error: a YAML tag ('!...') has no meaning here; leave it out\n"
        "  1 | a: !int 3\n"
        "    |    ^");
  CHECK(refused("? [a]\n: b") ==
        "f.yaml:1:3: error: a list cannot be a key; a key is a plain name\n"
        "  1 | ? [a]\n"
        "    |   ^");
  CHECK(refused(": 1") ==
        "f.yaml:1:1: error: expected the name of a key\n"
        "  1 | : 1\n"
        "    | ^");
}

TEST_CASE("A mistake of one line that shows in the next is told at its own") {
  const auto first_line = [](const std::string& text) {
    const std::string all = refused(text);
    return all.substr(0, all.find('\n'));
  };
  const std::string blank = "a space belongs after ':'";
  CHECK(first_line("name:x\nseed: 1\n") == "f.yaml:1:6: error: " + blank);
  CHECK(first_line("a: 1\n\nname:x # a comment: here\n# another\nseed: 1\n") ==
        "f.yaml:3:6: error: " + blank);
  CHECK(first_line("data:\n  set:x\n  size: 3\n") == "f.yaml:2:7: error: " + blank);
  CHECK(first_line("data:\n  size: 3\n  set:x\nseed: 1\n") == "f.yaml:3:7: error: " + blank);
  CHECK(first_line("data:\n  - set:x\n    size: 3\n") == "f.yaml:2:9: error: " + blank);
  CHECK(first_line("data\n  set: x\n") ==
        "f.yaml:1:1: error: expected 'key: value', got 'data'; is a ':' missing?");
  CHECK(first_line("list:\n  -[{a: 1}, b]\n  - [c]\n") ==
        "f.yaml:2:4: error: a space belongs after '-'");
  CHECK(first_line("name: a: b\nseed: 1\n") ==
        "f.yaml:1:8: error: ':' cannot stand here; put a text with ': ' in quotes");
  // Indentation.
  CHECK(first_line("data:\n  set: x\n   size: 3\n") ==
        "f.yaml:3:4: error: indented deeper than 'set', which has a value already; check the "
        "indentation");
  CHECK(first_line("data: x\n  size: 3\n") ==
        "f.yaml:2:3: error: indented deeper than 'data', which has a value already; check the "
        "indentation");
  CHECK(first_line("a:\n  b:\n    c: 1\n   d: 2\n") ==
        "f.yaml:4:4: error: indented by 3 spaces, where the lines above have 4, 2 or 0");
  CHECK(first_line("a:\n  - b\n - c\n") ==
        "f.yaml:3:2: error: indented by 1 space, where the lines above have 2 or 0");
  CHECK(first_line("a:\n  - [b]\n   - [c]\n") ==
        "f.yaml:3:4: error: indented by 3 spaces, where the lines above have 2 or 0");
  CHECK(first_line("a:\n  - [b]\n- [c]\n") ==
        "f.yaml:3:1: error: a '- item' among keys; indent it like the items of its list");
  CHECK(first_line("a:\n  - [b]\n  c: d\n") ==
        "f.yaml:3:3: error: a key among '- items'; indent it like the keys that it belongs to");
  CHECK(first_line(" a: 1\nb: 2\n") ==
        "f.yaml:1:2: error: indented, and line 2 is not; begin it in column 1");
}

TEST_CASE("Hostile YAML ends at a limit") {
  CHECK(refused("&x\n- *x\n") ==
        "f.yaml:2:3: error: this alias refers to itself: it is part of what it stands for\n"
        "  2 | - *x\n"
        "    |   ^");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i)
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            repeated("*a" + std::to_string(i - 1) + ", ", 10) + "]\n";
  // a0 is 11 values, a3 11111, a0 to a3 and the root 12345: the eighth a3 in a4 goes past 100000.
  CHECK(refused(bomb).substr(0, 88) ==
        "f.yaml:5:45: error: more than 100000 values, counting what aliases stand for\n"
        "  5 | a4: &");
  CHECK(refused(repeated("[", 100000)).substr(0, 51) ==
        "f.yaml:1:33: error: nested more than 64 levels deep");
  CHECK(refused("a: &a " + repeated("[", 40) + "1" + repeated("]", 40) +
                "\nb: " + repeated("[", 30) + "*a" + repeated("]", 30) + "\n")
            .substr(0, 51) == "f.yaml:2:34: error: nested more than 64 levels deep");
  CHECK(refused(std::string((4 << 20) + 1, '#')) == "f.yaml: error: larger than 4194304 bytes");
}

TEST_CASE("Values of the command line") {
  Issues issues;
  const auto argument = source("a.b={type: sgd, lr: [1, é, x]}", "--set");
  const Node value = parse_yaml_value(argument, 4, argument->text.size() - 4, issues);
  CHECK(plain(value).dump() == R"({"type":"sgd","lr":["1","é","x"]})");
  CHECK(place(value, "lr[2]") == "--set:1:28");
  const auto bad = source("a=[1, 2", "--set");
  parse_yaml_value(bad, 2, 5, issues);
  CHECK(issues.format() ==
        "--set:1:3: error: '[' is never closed\n"
        "  1 | a=[1, 2\n"
        "    |   ^");
  const auto nothing = source("a=", "--set");
  CHECK(parse_yaml_value(nothing, 2, 0, issues).origin.text() == "--set:1:3");
}
