#include "strata/run/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "strata/record/seal.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/parse_json.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/safetensors.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kVersion = 1;
constexpr const char* kState = "state.json";
constexpr const char* kEnd = "end";

/// Seconds between checkpoints where the settings name a number.
std::optional<double> seconds_of(const std::string& every) {
  char* end = nullptr;
  const double seconds = std::strtod(every.c_str(), &end);
  const std::string unit = end;
  if (end == every.c_str() || !(seconds > 0)) return std::nullopt;
  if (unit == "s" || unit == " s") return seconds;
  if (unit == "min" || unit == " min") return 60 * seconds;
  return std::nullopt;
}

/// Removes the tensors' files but for one.
void remove_others(const fs::path& folder, const std::string& kept) {
  std::error_code error;
  for (const fs::directory_entry& entry : list_folder(folder, error))
    if (entry.path().extension() == ".safetensors" && entry.path().filename() != kept)
      remove_file(entry.path());
}

std::optional<Checkpoints::Found> read_state(const fs::path& folder) {
  const fs::path path = folder / kState;
  if (!fs::exists(path)) return std::nullopt;
  const auto refuse = [&](const fs::path& file, const std::string& what) {
    throw UserError(fmt::format("{}: {}", file.string(), what));
  };
  const std::string text = read_file(path);
  const Json json = parse_json(text).value_or(Json());
  if (seal_of(text) != Seal::whole || !json.is_object())
    refuse(path, "it is damaged: its SHA-256 is not the one that it carries");
  if (json.value("checkpoint_version", Json()) != kVersion)
    refuse(path, "it is a checkpoint of another version of strata");
  Checkpoints::Found found;
  found.stage = json.at("stage").get<std::string>();
  found.from.name = path.string();
  found.from.state = TrainingState::parse(json.at("state"), path.string());
  const Json& tensors = json.at("tensors");
  const fs::path file = folder / fs::path(tensors.at("file").get<std::string>()).filename();
  const std::string bytes = read_file(file);
  if (sha256_hex(bytes) != tensors.at("sha256"))
    refuse(file, "it is damaged: its SHA-256 is not the one in " + path.string());
  found.from.state.tensors = from_safetensors(bytes, file.string());
  return found;
}

}  // namespace

void CheckpointSettings::declare(Declare<CheckpointSettings>& d) {
  d.doc("When a run keeps where it is, so that the same command goes on from there.");
  d.example("{every: 5 min, keep_end: true}");
  d.add("every", &CheckpointSettings::every,
        "auto: at each epoch's end and once a minute, as long as that takes under 1 % of the time; "
        "epoch: at each epoch's end; a time, such as 30 s or 5 min; or never");
  d.add("keep_end", &CheckpointSettings::keep_end,
        "keeps the state at the last stage's end, some three times the size of the weights under "
        "adam, so that a run of the same settings with more epochs goes on from there");
  d.check([](const CheckpointSettings& s, Check& check) {
    if (s.every != "auto" && s.every != "epoch" && s.every != "never" && !seconds_of(s.every))
      check.error("every", fmt::format("expected auto, epoch, never, or a time such as 30 s or 5 "
                                       "min; got '{}'",
                                       s.every));
  });
}

Checkpoints::Checkpoints(fs::path folder, const CheckpointSettings& settings,
                         std::string last_stage)
    : run_(std::move(folder)),
      folder_(run_ / "checkpoint"),
      settings_(settings),
      last_stage_(std::move(last_stage)),
      started_(Clock::now()),
      last_(started_) {}

bool Checkpoints::due(bool epoch_ended) {
  if (settings_.every == "never") return false;
  if (settings_.every == "epoch") return epoch_ended;
  const auto now = Clock::now();
  if (const auto seconds = seconds_of(settings_.every))
    return now - last_ >= std::chrono::duration<double>(*seconds);
  if (!epoch_ended && now - last_ < std::chrono::minutes(1)) return false;
  return spent_ * 100 <= now - started_;
}

void Checkpoints::save(const StageSpec& spec, const TrainingState& state) {
  if (settings_.every == "never") return;
  const auto begin = last_ = Clock::now();
  write(folder_, spec, state);
  spent_ += Clock::now() - begin;
}

void Checkpoints::ended(const StageSpec& spec, const TrainingState& state) {
  if (!settings_.keep_end || spec.name != last_stage_) return;
  write(run_ / kEnd, spec, state);
  std::error_code missing;
  for (const fs::directory_entry& entry : list_folder(run_ / kEnd, missing))
    if (const auto facts = file_facts(entry.path())) end_bytes_ += facts->bytes;
}

void Checkpoints::write(const fs::path& folder, const StageSpec& spec, const TrainingState& state) {
  try {
    const std::string file =
        fmt::format("{}-{}-{}.safetensors", spec.name, state.epoch, state.step);
    const std::string bytes = to_safetensors(state.tensors);
    write_file_atomically(folder / file, bytes);
    const Json json = {
        {"checkpoint_version", kVersion},
        {"stage", spec.name},
        {"state", state.dump()},
        {"tensors", {{"file", file}, {"sha256", sha256_hex(bytes)}, {"bytes", bytes.size()}}}};
    write_file_atomically(folder / kState, sealed_text(json));
    remove_others(folder, file);
  } catch (const RunError& e) {
    if (std::find(failures_.begin(), failures_.end(), e.what()) == failures_.end())
      failures_.push_back(e.what());
  }
}

std::optional<Checkpoints::Found> Checkpoints::find() const {
  return read_state(folder_);
}

std::optional<Checkpoints::Found> read_end(const fs::path& run_folder) {
  return read_state(run_folder / kEnd);
}

void Checkpoints::clear() {
  remove_tree(folder_);
}

}  // namespace strata
