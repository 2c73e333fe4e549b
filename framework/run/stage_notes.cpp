#include "strata/run/stage_notes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/run/freeze_check.hpp"

namespace strata {
namespace {

/// Collects notes; stages share settings, so that one note may be of several stages.
class Notes {
 public:
  explicit Notes(const Node& tree) : tree_(tree) {}

  void add(const std::string& path, const std::string& message, const StageSpec& stage) {
    const std::string about =
        fmt::format("'{}' ({} epoch{})", stage.name, stage.epochs, stage.epochs == 1 ? "" : "s");
    const auto same = [&](const Note& note) { return note.path == path; };
    const auto note = std::find_if(notes_.begin(), notes_.end(), same);
    if (note == notes_.end())
      notes_.push_back({path, message, about});
    else
      note->about += " and " + about;
  }
  void add(const std::string& path, const std::string& message) {
    notes_.push_back({path, message, {}});
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const Note& note : notes_)
      lines.push_back(fmt::format("{}: note: {}{}", written(note.path)->origin.text(), note.message,
                                  note.about.empty() ? "" : ": " + note.about));
    return lines;
  }

 private:
  struct Note {
    std::string path, message, about;
  };

  /// The value at a path, else the nearest map around it that is written.
  const Node* written(std::string path) const {
    const Node* node = find_path(tree_, path);
    for (size_t dot = 0; node == nullptr && dot != std::string::npos;) {
      dot = path.rfind('.');
      path.resize(dot == std::string::npos ? 0 : dot);
      node = find_path(tree_, path);
    }
    return node != nullptr ? node : &tree_;
  }

  const Node& tree_;
  std::vector<Note> notes_;
};

/// An end after the epoch before the last is the latest that is early; keep: best takes its figure
/// from early_stopping, whatever the patience.
void note_patience(const StageSpec& stage, Notes& notes) {
  if (!stage.early_stopping || stage.keeps_best()) return;
  const int64_t patience = stage.early_stopping->patience;
  if (patience < stage.epochs - 1) return;
  notes.add(fmt::format("{}.early_stopping.patience", stage_kind_name(stage.kind)),
            fmt::format("a patience of {} never ends early", patience), stage);
}

bool gives(const Node& tree, const std::string& path) {
  const Node* node = find_path(tree, path);
  return node != nullptr && !node->is_null();
}

/// The common settings of pretraining that every stage's own entry takes the place of.
void note_unused(const Plan& plan, const Node& tree, Notes& notes) {
  const auto stages =
      std::count_if(plan.stages.begin(), plan.stages.end(),
                    [](const StageSpec& stage) { return stage.kind == StageKind::pretrain; });
  for (const Field& field : param_list<StageOverrides>().fields) {
    bool used = stages == 0 || !gives(tree, "pretrain." + field.name);
    for (int64_t k = 0; k < stages && !used; ++k)
      used = !gives(tree, fmt::format("pretrain.stages[{}].{}", k, field.name));
    if (!used)
      notes.add("pretrain." + field.name,
                fmt::format("'pretrain.{}' has no effect: each stage has its own in "
                            "'pretrain.stages'",
                            field.name));
  }
}

}  // namespace

std::vector<std::string> stage_notes(const Plan& plan, const Node& tree) {
  Notes notes(tree);
  for (const StageSpec& stage : plan.stages) {
    const auto optimizer = make(stage.optimizer);
    const Slot<Schedule>& schedule = optimizer->common().schedule;
    const auto said =
        of_component(schedule, "notes()", [&] { return make(schedule)->notes(stage.epochs); });
    for (const ScheduleNote& note : said)
      notes.add(schedule.path + "." + note.key, note.text, stage);
    note_patience(stage, notes);
  }
  note_unused(plan, tree, notes);
  for (const IdleName& name : idle_names(plan)) notes.add(name.path, name.why);
  return notes.lines();
}

}  // namespace strata
