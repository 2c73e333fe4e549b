#include "strata/report/reading/run_tags.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using namespace strata::test;

TEST_CASE("tags and a note are kept beside the record, and leave it and its seal as they were") {
  const TemporaryFolder folder("tags");
  const auto path = write_record(folder.path, [] {
    Json made = make_record({});
    made["files"] = Json::array();
    return made;
  }());
  const std::string record = read_file(path);
  const auto run = path.parent_path();
  CHECK(read_tags(run).tags.empty());
  write_tags(run, {{"paper", "good", "paper"}, "two\nlines \"quoted\""});
  CHECK(read_tags(run).tags == std::vector<std::string>{"good", "paper"});
  CHECK(read_tags(run).note == "two\nlines \"quoted\"");
  CHECK(read_file(path) == record);
  CHECK(file_faults(read_record(path), run, FileCheck::content).empty());
  const FoundRuns found = read_compared_runs({folder.path.string()});
  CHECK(found.runs[0].tags == std::vector<std::string>{"good", "paper"});
  CHECK(found.runs[0].changed.empty());
  write_tags(run, {});
  CHECK_FALSE(file_facts(run / "tags.json"));
}

TEST_CASE("a broken file of tags costs no run") {
  const TemporaryFolder folder("tags");
  for (const char* text :
       {"", "{", "[]", R"({"tags": "good", "note": 7})", R"({"tags": [1, "", "a b"]})"}) {
    folder.write("tags.json", text);
    CHECK(read_tags(folder.path).tags.empty());
    CHECK(read_tags(folder.path).note.empty());
  }
  folder.write("tags.json", R"({"tags": [null, "good"], "note": "x"})");
  CHECK(read_tags(folder.path).tags == std::vector<std::string>{"good"});
}

TEST_CASE("what is no tag") {
  for (const char* tag : {"good", "v1.2", "paper/table-1", "8"}) CHECK(tag_fault(tag).empty());
  CHECK(tag_fault("") == "an empty word is no tag");
  CHECK(tag_fault("a b") == "'a b': a tag is made of letters, digits and . _ - /");
  CHECK(tag_fault("-x") == "a tag begins with a letter or digit, not '-'");
  CHECK(tag_fault(std::string(65, 'x')) == "a tag has 64 characters at most, and this one 65");
}
