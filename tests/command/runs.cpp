// How compare, report and show read runs: what cannot be read, and links.
#include <doctest/doctest.h>

#include "command/terminal.hpp"
#include "report/make_records.hpp"
#include "strata/report/rendering/table.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

/// Three runs of one experiment in runs/, the second half-written, and a link to it in links/.
struct RunsPlace {
  TemporaryFolder folder{"cli-runs"};
  std::string broken;  ///< its file, as seen from the folder

  RunsPlace() {
    for (int64_t seed = 0; seed < 3; ++seed) {
      test::RunSpec spec;
      spec.seed = seed;
      Json record = test::make_record(spec);
      record["run_id"] = "1234abcd-s" + std::to_string(seed);
      const fs::path path = test::write_record(folder.path / "runs", record);
      if (seed == 1) fs::resize_file(path, 100);
    }
    broken = "runs/lecture-mnist-greedy/1234abcd-s1/record.json";
    fs::create_directory(folder.path / "links");
    fs::create_directory_symlink("../runs/lecture-mnist-greedy", folder.path / "links" / "all");
  }

  CommandResult run(const std::vector<std::string>& arguments) const {
    return Command(arguments, folder.path.string()).finish();
  }
};

}  // namespace

TEST_CASE("a half-written record among others is told, counted and left out") {
  const RunsPlace place;
  const std::string why =
      place.broken + ": not valid JSON at line 6 (byte 100): is the file whole?";
  const std::string warning = "strata: warning: " + why + " (left out)\n";
  const CommandResult compared = place.run({"compare", "runs"});
  CHECK(compared.code == 0);
  CHECK(compared.err == warning);
  CHECK(compared.out.find("3 runs (2 completed, 1 unreadable) in 1 row\n") == 0);
  const CommandResult json = place.run({"compare", "runs/*", "--json"});
  CHECK(json.err == warning);
  CHECK(Json::parse(json.out)["unreadable"] ==
        Json::array({{{"path", place.broken}, {"error", why}}}));
  const CommandResult shown = place.run({"show", "runs"});
  CHECK(shown.code == 0);
  CHECK(shown.err == warning);
  CHECK(count(shown.out, "1234abcd-s") == 2);
  const CommandResult reported = place.run({"report", "runs", "-o", "r.html"});
  if (reported.err.find("without Chart.js") == std::string::npos) {
    CHECK(reported.code == 0);
    CHECK(reported.err == warning);
    CHECK(reported.out.find("r.html: 3 runs (2 completed, 1 unreadable) in 1 row, ") == 0);
  }
  for (const char* command : {"compare", "report", "show"}) {
    const CommandResult named = place.run({command, place.broken});
    CHECK(named.code == 2);
    CHECK(named.err == "strata: error: " + why + "\n");
    CHECK(named.out.empty());
  }
}

TEST_CASE("an empty baseline and an experiment file are refused, with what to do") {
  const RunsPlace place;
  const CommandResult empty = place.run({"compare", "runs", "--baseline", ""});
  CHECK(empty.code == 2);
  CHECK(empty.err.find("strata: error: --baseline: an empty name is no row\n") == 0);
  std::ofstream(place.folder.path / "study.yaml") << "name: study\n";
  const CommandResult file = place.run({"compare", "study.yaml"});
  CHECK(file.code == 2);
  CHECK(
      file.err ==
      "strata: error: study.yaml is an experiment file, no record of a run: strata run study.yaml "
      "makes its runs, whose records are in results/NAME (the file's name:)\n");
}

TEST_CASE("runs are found through links, and each once") {
  const RunsPlace place;
  const CommandResult linked = place.run({"compare", "links"});
  CHECK(linked.code == 0);
  CHECK(linked.out.find("3 runs (2 completed, 1 unreadable) in 1 row\n") == 0);
  CHECK(linked.err.find("strata: warning: links/all/1234abcd-s1/record.json: ") == 0);
  CHECK(place.run({"compare", "links", "runs"}).out == place.run({"compare", "runs"}).out);
}

TEST_CASE("ids are places, as show prints them, and without a place results/ is one") {
  const RunsPlace place;
  std::filesystem::rename(place.folder.path / "runs", place.folder.path / "results");
  const std::string id = "1234abcd-s0";
  const CommandResult whole = place.run({"show", "results/lecture-mnist-greedy/" + id});
  CHECK(whole.code == 0);
  CHECK(place.run({"show", id}).out == whole.out);
  CHECK(place.run({"show", "lecture-mnist-greedy/" + id}).out == whole.out);
  CHECK(place.run({"compare"}).out == place.run({"compare", "results"}).out);
  CHECK(place.run({"show"}).out == place.run({"show", "results"}).out);
  CHECK(place.run({"show", "1234abcd-s9"}).code == 2);
  std::filesystem::rename(place.folder.path / "results", place.folder.path / "elsewhere");
  CHECK(place.run({"compare"}).err ==
        "strata: error: there is no folder 'results' here: name records, or folders of them\n");
}

TEST_CASE("on a terminal of 80 columns no line of compare or show is wider") {
  const RunsPlace place;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"compare", "runs", "--metric", "all"},
        {"show", "runs"},
        {"show", "runs/lecture-mnist-greedy/1234abcd-s0"}}) {
    const CommandResult result = run_on_terminal(arguments, place.folder.path.string(), {});
    CHECK(result.code == 0);
    size_t wider = 0, widest = 0;
    for (const std::string& line : lines_of(result.out)) {
      if (line.rfind("strata: warning: ", 0) == 0) continue;
      const size_t width = display_width(line);  // of the carriage return: none
      widest = std::max(widest, width);
      if (width > 80) ++wider;
    }
    CHECK(wider == 0);
    CHECK(widest > 60);
  }
}

TEST_CASE("--where: compare and show take the runs of which it holds, and a mistake ends with 2") {
  const RunsPlace place;
  const CommandResult compared = place.run({"compare", "runs", "--where", "seed = 2"});
  CHECK(compared.out.find("2 runs (1 completed, 1 unreadable) in 1 row\n") == 0);
  const CommandResult shown = place.run({"show", "runs", "--where", "seed < 1 or status = failed"});
  CHECK(shown.code == 0);
  CHECK(count(shown.out, "1234abcd-s") == 1);
  CHECK(count(shown.out, "1234abcd-s0") == 1);
  const CommandResult none = place.run({"compare", "runs", "--where", "seed > 2"});
  CHECK(none.code == 2);
  CHECK(none.out.empty());
  CHECK(none.err.find("strata: error: --where: of 2 runs none is so: seed > 2\n") !=
        std::string::npos);
  for (const char* command : {"compare", "show", "report"}) {
    const CommandResult wrong = place.run({command, "runs", "--where", "acuracy > 0.9"});
    CHECK(wrong.code == 2);
    CHECK(wrong.err.find("--where:1:1: error: no run has a setting or figure 'acuracy'") !=
          std::string::npos);
  }
  CHECK(place.run({"compare", "runs", "--where", ""}).err.find("--where: the condition is empty") !=
        std::string::npos);
  std::ofstream(place.folder.path / "study.yaml") << "name: study\n";
  CHECK(place.run({"show", "study.yaml", "--where", "seed = 1"}).code == 2);
}
