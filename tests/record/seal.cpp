#include "strata/record/seal.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using test::make_record;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// A run's folder with files beside its record.
struct SealedRun {
  TemporaryFolder folder{"seal"};
  fs::path run, path;
  Json record = make_record({});

  SealedRun() {
    run = folder.path / record["name"].get<std::string>() / record["run_id"].get<std::string>();
    write_file_atomically(run / "events.jsonl", "{}\n");
    write_file_atomically(run / "weights" / "classify.safetensors", "weights");
    write_file_atomically(run / "images" / "codes.png", "png");
    record["files"] = files_beside(run);
    path = test::write_record(folder.path, record);
  }
  std::vector<std::string> faults(FileCheck check) const {
    return file_faults(read_record(path), run, check);
  }
};

using Faults = std::vector<std::string>;

}  // namespace

TEST_CASE("a record carries the sum of its text, by whatever tool that is checked") {
  const Json record = {{"b", 1.5}, {"a", "x y, \"z\"\n"}, {"list", {1, 2}}};
  const std::string text = sealed_text(record);
  // printf '{"b":1.5,"a":"x y, \\"z\\"\\n","list":[1,2]}' | sha256sum
  CHECK(Json::parse(text)["sha256"] ==
        "39b37cae4f7290c54ec70a5830cd023d635926230a2883f7129ed8e78ba1b726");
  CHECK(seal_of(text) == Seal::whole);
  CHECK(seal_of(Json::parse(text).dump()) == Seal::whole);
  CHECK(seal_of(Json::parse(text).dump(8)) == Seal::whole);
  CHECK(sealed_text(Json::parse(text)) == text);
  CHECK(seal_of(record_text(record)) == Seal::none);
  CHECK(seal_of("") == Seal::none);
  CHECK(seal_of("{\"sha256\": \"") == Seal::none);
}

TEST_CASE("every flip of a bit in a record is seen") {
  const std::string text = sealed_text(make_record({}));
  size_t unseen = 0, tried = 0;
  for (size_t byte = 0; byte < text.size(); byte += 7, ++tried) {
    std::string flipped = text;
    flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << byte % 8));
    const bool blank =
        text.find_first_of(" \n", byte) == byte && (flipped[byte] == ' ' || flipped[byte] == '\n');
    if (!blank && seal_of(flipped) == Seal::whole) ++unseen;
  }
  CHECK(tried > 500);
  CHECK(unseen == 0);
}

TEST_CASE("reading says that a record was changed by hand, and by what that is seen") {
  const TemporaryFolder folder("changed");
  const fs::path path = test::write_record(folder.path, make_record({}));
  CHECK_FALSE(read_record(path).contains(changed_key));
  const std::string text = read_file(path);
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    REQUIRE(other.find(from) != std::string::npos);
    other.replace(other.find(from), from.size(), to);
    write_file_atomically(path, other);
    return read_record(path).value(changed_key, "unchanged");
  };
  CHECK(changed("\"completed\"", "\"failed\"") == "its sha256 is not that of its content");
  CHECK(changed("\"sha256\": \"", "\"sha255\": \"") == "its sha256 is not that of its content");
  Json record = Json::parse(text);
  record.erase("sha256");
  write_file_atomically(path, record.dump());
  CHECK(read_record(path)[changed_key] == "it has no sha256 at its end");
  record["config"]["dtype"] = "other";
  save_record(path, record);  // by somebody who writes a new sum
  CHECK(read_record(path)[changed_key] == "its config_hash is not that of its config");
  record[changed_key] = "a lie";
  record["config_hash"] = sha256_hex(record["config"].dump());
  save_record(path, record);
  CHECK_FALSE(read_record(path).contains(changed_key));
}

TEST_CASE("what lies beside a record is checked by size and time, and by content") {
  const SealedRun made;
  CHECK(made.record["files"].size() == 3);
  CHECK(made.record["files"][0]["file"] == "events.jsonl");
  CHECK(made.record["files"][2]["sha256"] == sha256_hex("weights"));
  CHECK(made.faults(FileCheck::quick).empty());
  CHECK(made.faults(FileCheck::content).empty());

  const fs::path weights = made.run / "weights" / "classify.safetensors";
  const auto time = fs::last_write_time(weights);
  write_file_atomically(weights, "WEIGHTS");
  const Faults other{"weights/classify.safetensors has another content"};
  CHECK(made.faults(FileCheck::quick) == other);  // its time is another
  fs::last_write_time(weights, time);
  CHECK(made.faults(FileCheck::quick).empty());
  CHECK(made.faults(FileCheck::content) == other);
  write_file_atomically(weights, "weights");  // as after a copy
  CHECK(made.faults(FileCheck::quick).empty());
  write_file_atomically(weights, "more weights");
  CHECK(made.faults(FileCheck::quick) ==
        Faults{"weights/classify.safetensors has 12 bytes, and had 7"});
  fs::remove(weights);
  fs::remove(made.run / "events.jsonl");
  CHECK(made.faults(FileCheck::quick) ==
        Faults{"events.jsonl is missing", "weights/classify.safetensors is missing"});
}

TEST_CASE("a record names no file outside its folder") {
  const TemporaryFolder folder("outside");
  for (const char* name : {"/etc/passwd", "../x", "", "weights/../../x"}) {
    const Json record = {{"files", {{{"file", name}, {"bytes", 1}}}}};
    CHECK(file_faults(record, folder.path, FileCheck::quick) ==
          Faults{"a file is named that is none of the run's folder"});
  }
}
