#include "strata/record/record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "strata/record/earlier.hpp"
#include "strata/record/reader.hpp"
#include "strata/record/seal.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

constexpr std::array statuses = {"running", "completed", "failed", "diverged", "interrupted"};
constexpr const char* record_name = "record.json";

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw UserError(fmt::format("{}: {}", path.string(), what));
}

Json parse(const fs::path& path, const std::string& text, RecordDetail detail) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) refuse(path, "the file is empty");
  JsonFault fault;
  if (auto record = parse_record(text, detail, fault)) return *std::move(record);
  const size_t byte = std::min(fault.byte, text.size());
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(byte);
  const auto line = std::count(text.begin(), end, '\n') + 1;
  if (fault.too_deep)
    refuse(path,
           fmt::format("not a record: at line {} (byte {}) lists and objects lie more than {} "
                       "deep in one another",
                       line, byte, most_json_depth));
  refuse(path, fmt::format("not valid JSON at line {} (byte {}): is the file whole?", line, byte));
}

void check_version(const fs::path& path, const Json& record) {
  if (!record.is_object()) refuse(path, "not a record: expected a JSON object");
  const auto version = record.find("schema_version");
  if (version == record.end() || !version->is_number_integer())
    refuse(path, "not a record: it has no integer 'schema_version'");
  if (*version < 1 || *version > record_schema_version)
    refuse(path, fmt::format("schema_version is {}, but this strata reads 1 to {}{}",
                             version->get<int64_t>(), record_schema_version,
                             *version > record_schema_version ? ": a newer strata wrote it" : ""));
}

void check_keys(const fs::path& path, const Json& record) {
  struct Key {
    const char* name;
    const char* expected;
    bool (*holds)(const Json&);
  };
  static const std::array<Key, 6> keys = {{
      {"name", "a string", [](const Json& v) { return v.is_string(); }},
      {"run_id", "a string", [](const Json& v) { return v.is_string(); }},
      {"seed", "an integer", [](const Json& v) { return v.is_number_integer(); }},
      {"status", "a string", [](const Json& v) { return v.is_string(); }},
      {"config", "an object", [](const Json& v) { return v.is_object(); }},
      {"stages", "a list of objects",
       [](const Json& v) {
         return v.is_array() &&
                std::all_of(v.begin(), v.end(), [](const Json& s) { return s.is_object(); });
       }},
  }};
  std::string wrong;
  for (const Key& key : keys) {
    const auto value = record.find(key.name);
    if (value == record.end())
      wrong += fmt::format("{}no '{}'", wrong.empty() ? "" : ", ", key.name);
    else if (!key.holds(*value))
      wrong += fmt::format("{}'{}' is not {}", wrong.empty() ? "" : ", ", key.name, key.expected);
  }
  if (!wrong.empty()) refuse(path, "not a whole record: " + wrong);
  const auto& status = record["status"].get_ref<const std::string&>();
  if (std::find(statuses.begin(), statuses.end(), status) == statuses.end())
    refuse(path,
           fmt::format("status is '{}'; expected one of {}", status, fmt::join(statuses, ", ")));
}

/// Records by their canonical path, each with the path it was found by.
using Found = std::map<fs::path, fs::path>;

/// Whether a folder is none of runs: what lies hidden beside one (run_folder.hpp) is not one, or
/// not yet; but where a process died while it replaced one, the old one stands for it.
bool is_passed_over(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (name.empty() || name.front() != '.') return false;
  const size_t end = name.rfind(".old");
  return end == 0 || end + 4 != name.size() ||
         fs::exists(folder.parent_path() / name.substr(1, end - 1));
}

/// Looks through a folder and those below. Links to folders come last, so that a record is shown by
/// its own path where both lead to it; a folder that was seen is not entered again, so that links
/// may form rings.
class FolderSearch {
 public:
  explicit FolderSearch(Found& found) : found_(found) {}

  void search(const fs::path& folder) {
    std::error_code vanished;
    folders_ = {{folder, fs::canonical(folder, vanished)}};
    if (vanished) return;
    while (!folders_.empty() || !links_.empty()) {
      auto& next = folders_.empty() ? links_ : folders_;
      const Folder current = std::move(next.back());
      next.pop_back();
      if (seen_.insert(current.canonical).second) look_into(current);
    }
  }

 private:
  struct Folder {
    fs::path path, canonical;
  };

  void look_into(const Folder& folder) {
    std::error_code error;
    for (const fs::directory_entry& entry : list_folder(folder.path, error)) {
      std::error_code lost;  // a link to what is not there leads nowhere
      const bool link = entry.is_symlink(lost);
      const fs::path name = entry.path().filename();
      const fs::path canonical = link ? fs::canonical(entry.path(), lost) : folder.canonical / name;
      if (is_passed_over(entry.path())) continue;
      if (!lost && entry.is_directory(lost))
        (link ? links_ : folders_).push_back({entry.path(), canonical});
      else if (name == record_name)
        found_.emplace(lost ? entry.path() : canonical, entry.path().lexically_normal());
    }
    const bool hidden = error == std::errc::permission_denied;
    const bool vanished = error == std::errc::no_such_file_or_directory;
    if (error && !hidden && !vanished)
      throw UserError(
          fmt::format("cannot look through {}: {}", folder.path.string(), error.message()));
  }

  Found& found_;
  std::vector<Folder> folders_, links_;
  std::set<fs::path> seen_;
};

void add_place(const fs::path& place, Found& found) {
  std::error_code lost;
  if (fs::is_directory(place, lost)) return FolderSearch(found).search(place);
  const fs::path canonical = fs::weakly_canonical(place, lost);
  found.emplace(lost ? place : canonical, place.lexically_normal());
}

bool is_there(const std::string& place) {
  std::error_code lost;
  return fs::exists(place, lost);
}

bool is_pattern(const std::string& place) {
  return !is_there(place) && place.find_first_of("*?[") != std::string::npos;
}

/// The folders and files that a pattern matches. It may also match logs and weights: of files it
/// takes the JSON ones.
std::vector<fs::path> expand(const std::string& pattern) {
  glob_t matches{};
  std::vector<fs::path> paths;
  if (::glob(pattern.c_str(), GLOB_TILDE, nullptr, &matches) == 0)
    for (size_t i = 0; i < matches.gl_pathc; ++i) {
      const fs::path path = matches.gl_pathv[i];
      std::error_code lost;
      if (fs::is_directory(path, lost) || path.extension() == ".json") paths.push_back(path);
    }
  ::globfree(&matches);
  return paths;
}

/// Empty, or why the place names no record.
std::string find_place(const std::string& place, Found& found) {
  Found here;
  if (is_there(place)) {
    add_place(place, here);
    if (here.empty()) return fmt::format("no {} in {} or below", record_name, place);
  } else if (is_pattern(place)) {
    for (const fs::path& path : expand(place)) add_place(path, here);
    if (here.empty()) return fmt::format("no {} in what matches {}", record_name, place);
  } else {
    return fmt::format("no such file or folder: {}", place);
  }
  found.insert(here.begin(), here.end());
  return {};
}

void append_text(std::string& out, const Json& value, size_t indent, size_t used) {
  constexpr size_t width = 100;
  std::string line = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  const bool flat_list = value.is_array() && std::none_of(value.begin(), value.end(), [](auto& v) {
                           return v.is_structured();
                         });
  if (!value.is_structured() || value.empty() || flat_list || used + line.size() <= width) {
    out += line;
    return;
  }
  const std::string inner(indent + 1, ' ');
  out += value.is_object() ? "{\n" : "[\n";
  bool first = true;
  for (const auto& item : value.items()) {
    if (!first) out += ",\n";
    first = false;
    const std::string head =
        value.is_object()
            ? inner + Json(item.key()).dump(-1, ' ', false, Json::error_handler_t::replace) + ": "
            : inner;
    out += head;
    append_text(out, item.value(), indent + 1, head.size() + 1);
  }
  out += '\n' + std::string(indent, ' ') + (value.is_object() ? '}' : ']');
}

/// Adds the epochs that a run which is not closed has done since its record was saved: its events
/// have them. A stage that went on from a checkpoint did the epochs after it once more.
void add_epochs(const fs::path& events, Json& record) {
  std::istringstream file(file_facts(events) ? read_file(events) : "");
  Json* stage = nullptr;
  for (std::string line; std::getline(file, line);) {
    Json event = parse_json(line).value_or(Json());  // the last line may be half of one
    if (!event.is_object()) continue;
    const Json what = event.value("event", Json());
    if (what != "epoch_done" && what != "stage_resumed") continue;
    if (stage == nullptr || stage->value("name", Json()) != event.value("stage", Json())) {
      stage = nullptr;
      for (Json& known : record["stages"])
        if (known.value("name", Json()) == event.value("stage", Json())) stage = &known;
    }
    if (stage == nullptr || !(*stage)["epochs"].is_array()) continue;
    Json& epochs = (*stage)["epochs"];
    if (what == "stage_resumed") {
      const Json done = event.value("epochs", Json());
      while (done.is_number_unsigned() && epochs.size() > done) epochs.erase(epochs.size() - 1);
    } else if (event.value("epoch", Json()) == epochs.size() + 1) {  // or the record has it
      for (const char* key : {"event", "stage", "time"}) event.erase(key);
      epochs.push_back(std::move(event));
    }
  }
}

Json read(const fs::path& path, RecordDetail detail) {
  const std::string text = read_file(path);
  Json record = parse(path, text, detail);
  check_version(path, record);
  check_keys(path, record);
  record.erase(changed_key);  // what the file says of it does not count
  if (std::string changed = changed_by_hand(text, record); !changed.empty())
    record[changed_key] = std::move(changed);
  bring_up_to_date(record);
  if (record["status"] == "running") add_epochs(path.parent_path() / "events.jsonl", record);
  return record;
}

}  // namespace

Json read_record(const fs::path& path) {
  return read(path, RecordDetail::all);
}

std::map<size_t, std::string> read_records(const std::vector<fs::path>& paths,
                                           const std::function<void(size_t, Json&&)>& use) {
  std::atomic<size_t> next{0};
  std::map<size_t, std::string> wrong;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    for (size_t i = next++; i < paths.size(); i = next++) {
      try {
        use(i, read(paths[i], RecordDetail::no_epoch_lists));
      } catch (const UserError& error) {
        const std::lock_guard lock(mutex);
        wrong[i] = error.what();
      } catch (const Json::exception&) {
        const std::lock_guard lock(mutex);
        wrong[i] = paths[i].string() + ": not a record: its values are of other kinds";
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
        next = paths.size();
      }
    }
  };
  const size_t helpers = std::min<size_t>(std::thread::hardware_concurrency(), paths.size());
  std::vector<std::thread> threads;
  for (size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return wrong;
}

std::vector<fs::path> expand_place(const std::string& place) {
  if (!is_pattern(place)) return {place};
  const auto paths = expand(place);
  if (paths.empty()) throw UserError(fmt::format("no {} in what matches {}", record_name, place));
  return paths;
}

std::vector<fs::path> find_records(const std::vector<std::string>& places) {
  Found found;
  std::vector<std::string> wrong;
  for (const std::string& place : places) {
    std::string why = find_place(place, found);
    if (!why.empty()) wrong.push_back(std::move(why));
  }
  if (!wrong.empty()) throw UserError(fmt::format("{}", fmt::join(wrong, "\n")));
  std::vector<fs::path> paths;
  for (const auto& [canonical, path] : found) paths.push_back(path);
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string record_text(const Json& record) {
  std::string text;
  append_text(text, record, 0, 0);
  return text + '\n';
}

void save_record(const fs::path& path, const Json& record) {
  write_file_atomically(path, sealed_text(record));
}

}  // namespace strata
