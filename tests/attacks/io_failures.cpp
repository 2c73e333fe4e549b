// A whole run, with two stages, pictures and a sweep's neighbour beside it, of which the k-th call
// for files fails, for every k and in every way, or at which the process is killed. Each attempt is
// made in a forked child, before anything has computed: libgomp does not survive a fork afterwards.
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <set>

#include "attacks/claimed.hpp"
#include "run/small_run.hpp"
#include "strata/record/seal.hpp"
#include "strata/support/print.hpp"
#include "strata/support/system.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

const std::string kTiny = R"(name: tiny
checkpoint: {every: epoch}
device: cpu
data: {dataset: {type: synthetic_digits, train: 40, test: 20}, batch_size: 20}
encoder:
  - [{type: linear, units: 4}, tanh]
pretrain: {optimizer: {type: sgd, lr: 0.5}, epochs: 2}
classify: {epochs: 2, optimizer: {type: sgd, lr: 0.1}}
)";

enum class Fault {
  none,
  no_space,
  io_error,
  quota,
  interrupted,
  nothing,
  half,
  all_from_here,
  kill
};

const std::pair<Fault, std::string> kFaults[] = {
    {Fault::no_space, "ENOSPC"},   {Fault::io_error, "EIO"},
    {Fault::quota, "EDQUOT"},      {Fault::interrupted, "EINTR"},
    {Fault::nothing, "0 written"}, {Fault::half, "short"},
    {Fault::kill, "SIGKILL"},      {Fault::all_from_here, "ENOSPC from there on"}};

// What the hook knows, in the child.
Fault fault = Fault::none;
int until = 0, calls = 0;

CallFault attack(SystemCall call, const char* path, int) {
  // Reading the machine's facts in /proc and /sys is no part of the run's files.
  if (path != nullptr &&
      (std::strncmp(path, "/proc", 5) == 0 || std::strncmp(path, "/sys", 4) == 0))
    return {};
  ++calls;
  if (calls != until && !(fault == Fault::all_from_here && calls > until)) return {};
  switch (fault) {
    case Fault::no_space:
    case Fault::all_from_here:
      return call == SystemCall::read ? CallFault{} : CallFault{ENOSPC};
    case Fault::io_error:
      return {EIO};
    case Fault::quota:
      return call == SystemCall::read ? CallFault{} : CallFault{EDQUOT};
    case Fault::interrupted:
      return {EINTR};
    case Fault::nothing:
      return {0, 0};
    case Fault::half:
      return {0, 1};
    case Fault::kill:
      ::kill(::getpid(), SIGKILL);
      break;
    default:
      break;
  }
  return {};
}

struct Attempt {
  bool killed = false;
  int calls = 0;
  std::string status, error;  ///< as the outcome says; "threw" where there was none
};

/// One run in a child, whose call number `nth` fails.
Attempt attempt(Fault how, int nth, const fs::path& out) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    guard_streams();
    fault = how, until = nth;
    set_call_hook(attack);
    std::string said;
    try {
      const RunOutcome outcome = run(kTiny, out);
      said = outcome.status + "\n" + outcome.error;
    } catch (const std::exception& e) {
      said = std::string("threw\n") + e.what();
    }
    set_call_hook(nullptr);
    said = std::to_string(calls) + "\n" + said;
    _exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
  }
  close(ends[1]);
  std::string said;
  char part[512];
  for (ssize_t n = 0; (n = ::read(ends[0], part, sizeof part)) > 0;)
    said.append(part, static_cast<size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  Attempt result;
  result.killed = WIFSIGNALED(status);
  std::istringstream lines(said);
  lines >> result.calls >> result.status;
  std::getline(lines, result.error);
  std::getline(lines, result.error, '\0');
  return result;
}

std::set<std::string> temporaries(const fs::path& folder) {
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().filename().string().find(".tmp-") != std::string::npos)
      found.insert(entry.path().filename().string());
  return found;
}

/// The weights and figures that a run ends with, undisturbed.
struct Reference {
  TemporaryFolder folder{"io-reference"};
  Attempt done = attempt(Fault::none, 0, folder.path);
  Json record = read_record(folder_of(kTiny, folder.path) / "record.json");
};

/// After a fault: the record is whole and true, nothing is half-written, and the same again ends as
/// the undisturbed run did.
void check_after(const Attempt& made, const fs::path& out, const Reference& reference) {
  const fs::path folder = folder_of(kTiny, out);
  std::optional<Json> record;
  if (fs::exists(folder / "record.json")) {
    record = read_record(folder / "record.json");
    CHECK(!record->contains(changed_key));
  }
  if (made.status == "completed") {
    REQUIRE(record);
    CHECK((*record)["status"] == "completed");
    CHECK((*record)["metrics"] == reference.record["metrics"]);
    CHECK(file_faults(*record, folder, FileCheck::content) == std::vector<std::string>{});
    for (const Json& stage : (*record)["stages"]) {  // a file that is not listed is not checked
      const auto is_its = [&](const Json& file) {
        return file["file"] == stage["weights"]["file"];
      };
      const Json& files = (*record)["files"];
      CHECK(std::count_if(files.begin(), files.end(), is_its) == 1);
    }
  } else if (!made.killed) {
    CHECK(made.error.find("cannot ") != std::string::npos);
  }
  if (!made.killed && fs::exists(folder) && made.status == "completed")
    CHECK(temporaries(folder).empty());
}

int attacks_on(const Reference& reference, int step) {
  int tried = 0;
  for (const auto& [how, name] : kFaults)
    for (int k = 1 + tried % step; k <= reference.done.calls; k += step) {
      CAPTURE(name);
      CAPTURE(k);
      const TemporaryFolder place("io");
      const Attempt made = attempt(how, k, place.path);
      ++tried;
      CHECK(made.killed == (how == Fault::kill));
      if (how == Fault::interrupted || how == Fault::half) CHECK(made.status == "completed");
      check_after(made, place.path, reference);
      if (tried % 16 != 0 && step > 1) continue;
      const Attempt again = attempt(Fault::none, 0, place.path);
      CHECK(again.status == "completed");
      check_after(again, place.path, reference);
      CHECK(fmt::format("{}", fmt::join(temporaries(place.path), " ")) == "");
    }
  return tried;
}

}  // namespace

TEST_CASE(
    "whatever call for files fails, a run says so or completes, and nothing is half-written") {
  const Reference reference;
  REQUIRE(reference.done.status == "completed");
  REQUIRE(reference.done.calls > 40);
  // The ordinary suite tries every so many calls, the slow tier more, and tools/test.sh --long all.
  const char* given = std::getenv("STRATA_ATTACK_STEP");
  int step = given == nullptr ? 40 : std::atoi(given);
  if (given != nullptr && std::getenv("STRATA_LONG") != nullptr) step = 1;
  const int tried = attacks_on(reference, step);
  CHECK(tried >= claimed_attacks("failing calls of a run"));
  MESSAGE(tried, " faults at the ", reference.done.calls, " calls of a run");
}
