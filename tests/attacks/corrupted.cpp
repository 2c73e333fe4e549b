// Every kind of file that strata reads, with a bit flipped or its end cut off. None may crash or
// hang its reader: it is read, or refused by a UserError. What strata wrote itself carries a
// checksum, so each such file is refused, or told to be changed.
#include <cstdlib>
#include <fstream>
#include <functional>

#include "attacks/claimed.hpp"
#include "data/files.hpp"
#include "report/make_records.hpp"
#include "strata/data/idx.hpp"
#include "strata/data/npy.hpp"
#include "strata/data/png_reader.hpp"
#include "strata/record/record.hpp"
#include "strata/record/seal.hpp"
#include "strata/registry/stamp.hpp"
#include "strata/report/reading/shown_record.hpp"
#include "strata/run/checkpoint.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/safetensors.hpp"
#include "strata/yaml/issues.hpp"
#include "strata/yaml/node.hpp"

using namespace strata;
namespace fs = std::filesystem;

namespace {

/// Whether a file is refused that holds these bytes, or told to be changed.
using Refuses = std::function<bool(const std::string& bytes)>;

bool refused(const std::function<void()>& read) {
  try {
    read();
    return false;
  } catch (const UserError&) {
    return true;
  }
}

int corrupted_files = 0;  // by the test case that runs

/// Flips and cuts, spread over the file.
struct Corruptions {
  size_t flips = 0, cuts = 0, taken = 0;

  Corruptions(const std::string& kind, const std::string& good, const Refuses& refuses,
              bool sealed) {
    CAPTURE(kind);
    const bool all = std::getenv("STRATA_ATTACK_STEP") != nullptr;  // the slow tier
    REQUIRE(!refuses(good));
    for (const size_t most = all ? 1000 : 100; flips < most; ++flips) {
      std::string bytes = good;
      char& byte = bytes[flips * 7919 % bytes.size()];
      byte = static_cast<char>(byte ^ (1 << flips % 8));
      if (!refuses(bytes)) ++taken;
    }
    for (const size_t most = all ? 256 : 32; cuts < most; ++cuts)
      if (!refuses(good.substr(0, cuts * good.size() / most))) ++taken;
    if (sealed) CHECK(taken == 0);
    corrupted_files += static_cast<int>(flips + cuts);
    MESSAGE(kind, ": ", flips, " flipped bits, ", cuts, " cut ends, ", flips + cuts - taken,
            " refused, none crashed");
  }
};

/// A run's folder, and how a file of it is replaced.
struct CorruptedRun {
  testing::TemporaryFolder folder{"corrupted"};
  fs::path run;
  Json record = test::make_record({});

  CorruptedRun() {
    run = folder.path / "run";
    record["config_hash"] = sha256_hex(record["config"].dump());
    write_file_atomically(run / "events.jsonl", "{\"event\": \"run_started\"}\n");
    const std::vector<Parameter> tensors{Parameter{"encoder.0.0.weight", at::ones({4, 6})}};
    write_file_atomically(run / "weights" / "classify.safetensors", to_safetensors(tensors));
    record["files"] = files_beside(run);
    write_file_atomically(run / "record.json", sealed_text(record));
    TrainingState state;
    state.tensors = tensors;
    StageSpec stage;
    stage.name = "classify";
    checkpoints().save(stage, state);
  }
  Checkpoints checkpoints() const { return {run, CheckpointSettings()}; }

  void corrupt(const std::string& kind, const fs::path& file,
               const std::function<bool()>& refuses) const {
    const std::string good = read_file(file);
    Corruptions(
        kind, good,
        [&](const std::string& bytes) {
          std::ofstream(file, std::ios::binary) << bytes;
          return refuses();
        },
        true);
    std::ofstream(file, std::ios::binary) << good;
  }
};

std::string corpus(const char* name) {
  return read_file(fs::path(STRATA_SOURCE_DIR) / "tests/fuzz/corpus" / name);
}

}  // namespace

TEST_CASE("whatever bit of a run's files is flipped, and wherever they end, it is told") {
  corrupted_files = 0;
  const CorruptedRun made;
  made.corrupt("record", made.run / "record.json", [&] {
    bool changed = false;
    return refused(
               [&] { changed = read_record(made.run / "record.json").contains(changed_key); }) ||
           changed;
  });
  const auto has_faults = [&] {
    return !file_faults(made.record, made.run, FileCheck::content).empty();
  };
  made.corrupt("events", made.run / "events.jsonl", [&] {
    Json running = made.record;
    running["status"] = "running";
    add_progress(made.run / "record.json", running);  // reads what can be read
    return has_faults();
  });
  const fs::path weights = made.run / "weights" / "classify.safetensors";
  made.corrupt("weights", weights, [&] {
    refused([&] { from_safetensors(read_file(weights), "weights"); });
    return has_faults();
  });
  for (const auto& entry : fs::directory_iterator(made.run / "checkpoint"))
    made.corrupt(entry.path().extension() == ".json" ? "checkpoint" : "checkpoint's tensors",
                 entry.path(), [&] { return refused([&] { made.checkpoints().find(); }); });
  CHECK(corrupted_files >= testing::claimed_attacks("corrupted files of a run"));
}

TEST_CASE("data and settings of others may be corrupted in any way: they are read or refused") {
  corrupted_files = 0;
  const testing::TemporaryFolder folder("foreign");
  const auto samples = [&](const auto read) {
    return [&folder, read](const std::string& bytes) {
      if (bytes.size() < 2) return true;
      const auto at = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(bytes[i])); };
      const size_t images = at(0) | at(1) << 8;
      const std::string first = folder.write("images", bytes.substr(2).substr(0, images));
      const std::string second =
          folder.write("labels", bytes.substr(std::min(bytes.size(), 2 + images)));
      std::vector<DataFile> files;
      return refused([&] { read(first, second, Shape{1, 2, 3}, 10, files); });
    };
  };
  Corruptions("IDX", corpus("samples/idx_plain"), samples(read_idx_samples), false);
  Corruptions("gzip", corpus("samples/idx_packed"), samples(read_idx_samples), false);
  Corruptions("npy", corpus("samples/npy"), samples(read_npy_samples), false);
  const auto png = [&](const std::string& bytes) {
    uint8_t pixels[6] = {};
    return refused([&] { read_png(folder.write("p.png", bytes), {1, 2, 3}, pixels); });
  };
  Corruptions("PNG", corpus("png/grey"), png, false);
  const auto yaml = [](const std::string& bytes) {
    Issues issues;
    parse_yaml(std::make_shared<Source>(Source{"f.yaml", bytes}), issues);
    issues.format();
    return !issues.ok();
  };
  Corruptions("YAML", read_file(fs::path(STRATA_SOURCE_DIR) / "experiments/quickstart.yaml"), yaml,
              false);
  const std::string library = read_file(fs::path(STRATA_BINARY_DIR) / "tests/plugins/libgood.so");
  const auto stamp = [&](const std::string& headers) {
    return refused([&] { read_stamp(headers + library.substr(4096)); });
  };
  Corruptions("plugin's stamp", library.substr(0, 4096), stamp, false);
  CHECK(corrupted_files >= testing::claimed_attacks("corrupted data and settings"));
}
