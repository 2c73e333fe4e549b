#include "strata/run/unfinished.hpp"

#include <fmt/format.h>

#include "strata/record/record.hpp"
#include "strata/run/identity.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

/// One thing on which the bits of a run depend, and that has changed.
struct Difference {
  std::string what, then, now;
};

std::vector<Difference> differences(const Json& record, const Json& content,
                                    const Json& provenance) {
  std::vector<Difference> found;
  const Json& then = record.at("provenance");
  const auto commit = [](const Json& of) { return of.at("strata").at("commit").dump(); };
  for (const std::string& part : differing_parts(record.at("content"), content))
    found.push_back(part == "strata" ? Difference{part, commit(then), commit(provenance)}
                                     : Difference{part, "other", "other"});
  const Json before = machine_facts(then), now = machine_facts(provenance);
  for (const auto& [name, value] : now.items())
    if (before.at(name) != value) found.push_back({name, before.at(name), value});
  return found;
}

}  // namespace

std::optional<UnfinishedRun> find_unfinished(const fs::path& folder) {
  std::error_code none;
  if (!fs::exists(folder / "record.json", none)) return std::nullopt;
  UnfinishedRun run;
  try {
    run.record = read_record(folder / "record.json");
    const std::string status = run.record.at("status");
    if (status == "completed" || status == "diverged" || !run.record.contains("content"))
      return std::nullopt;
    for (const Json& stage : run.record.at("stages")) {
      if (stage.at("status") != "completed") break;
      run.stages.push_back(read_stage(folder, stage));
    }
  } catch (const UserError& e) {
    run.damage = e.what();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  if (run.stages.empty() && !fs::exists(folder / "checkpoint", none)) return std::nullopt;
  return run;
}

Json changed_since(const UnfinishedRun& run, const Json& content, const Json& provenance,
                   bool anyway, const fs::path& folder) {
  Json list = run.record.value("resumed_anyway", Json::array());
  std::string what;
  for (const Difference& d : differences(run.record, content, provenance)) {
    what += fmt::format("{}{}{}", what.empty() ? "" : ", ", d.what,
                        d.then == d.now ? "" : fmt::format(" ({}, now {})", d.then, d.now));
    list.push_back({{"what", d.what}, {"then", d.then}, {"now", d.now}});
  }
  if (!what.empty() && !anyway)
    throw UserError(fmt::format(
        "{}: this run was begun with another {}; going on would give other bits. It is left as it "
        "is: --again starts anew, --resume-anyway goes on",
        folder.string(), what));
  return list;
}

int threads_of(const Json& record) {
  const Json::json_pointer place("/provenance/threads");
  return record.contains(place) && record.at(place).is_number_integer()
             ? record.at(place).get<int>()
             : 0;
}

std::string engine_of(const Json& record) {
  return record.at("provenance").value("engine", std::string("auto"));
}

}  // namespace strata
