// best, diff, tag, note and rm: runs found, told apart, marked, and thrown away.
#include <doctest/doctest.h>

#include "command/workplace.hpp"
#include "report/make_records.hpp"
#include "strata/record/run_folder.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

/// Runs with weights in results/, as many as are asked for: rates 0.1 and 1 in turn, the accuracy
/// of run i is 0.8 + i/1000.
struct ManyRuns : TemporaryFolder {
  std::vector<fs::path> runs;

  explicit ManyRuns(int64_t count) : TemporaryFolder("order") {
    for (int64_t i = 0; i < count; ++i) {
      test::RunSpec spec;
      spec.name = "study";
      spec.seed = i / 2;
      spec.lr = i % 2 == 0 ? 0.1 : 1.0;
      Json record = test::make_record(spec);
      record["metrics"]["test"]["accuracy"] = 0.8 + double(i) / 1000;
      record["metrics"]["validation"] = {{"accuracy", 0.8 + double(i) / 1000}};
      const fs::path run = path / "results" / "study" / record["run_id"].get<std::string>();
      write(fs::relative(run / "weights" / "classify.safetensors", path).string(),
            std::string(10'000, 'w'));
      record["files"] = files_beside(run);
      test::write_record(path / "results", record);
      runs.push_back(run);
    }
  }
  CommandResult run(const std::vector<std::string>& arguments) const {
    return Command(arguments, path.string()).finish();
  }
  std::string id(size_t i) const { return runs[i].filename().string(); }
  size_t left() const {
    size_t found = 0;
    for (const fs::path& run : runs) found += fs::exists(run / "record.json") ? 1 : 0;
    return found;
  }
};

}  // namespace

TEST_CASE("best: by validation, the folder alone for a script, and what is refused") {
  const ManyRuns place(4);
  const CommandResult best = place.run({"best", "results", "--metric", "accuracy"});
  CHECK(best.code == 0);
  CHECK(best.out.find("By validation.accuracy (higher is better), of 4 completed runs\n") == 0);
  CHECK(contains(best.out, "\n1               0.8030"));
  CHECK(place.run({"best", "--path"}).out == "results/study/" + place.id(3) + "\n");
  CHECK(place.run({"best", "--by", "lr", "--path"}).out ==
        fmt::format("results/study/{}\nresults/study/{}\n", place.id(2), place.id(3)));
  CHECK(contains(place.run({"best", "--split", "test"}).out, "chosen by the test split"));
  CHECK(contains(place.run({"best", "--where", "lr = 0.1"}).out, "of 2 completed runs"));
  CHECK(Json::parse(place.run({"best", "--json"}).out)["lists"][0]["runs"].size() == 4);
  const CommandResult wrong = place.run({"best", "--split", "tests"});
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.err, "unknown split 'tests'; did you mean 'test'?"));
  CHECK(place.run({"best", "--metric", "acuracy"}).code == 2);
}

TEST_CASE("diff: two runs, and no more") {
  const ManyRuns place(3);
  const CommandResult diff = place.run({"diff", place.id(0), place.id(1)});
  CHECK(diff.code == 0);
  CHECK(contains(diff.out, "\nclassify.optimizer.lr  0.1  1\n"));
  CHECK(Json::parse(place.run({"diff", place.id(0), place.id(2), "--json"}).out)["settings"] ==
        Json({{"seed", {"0", "1"}}}));
  const CommandResult many = place.run({"diff", "results", place.id(0)});
  CHECK(many.code == 2);
  CHECK(contains(many.err, "diff takes one run on each side: 'results' holds 3"));
}

TEST_CASE("tag and note: beside the record, shown, asked for, and no harm to its seal") {
  const ManyRuns place(3);
  const CommandResult tagged =
      place.run({"tag", place.id(0), place.id(1), "+good", "+paper/t1", "-old", "-hot"});
  CHECK(tagged.out == "2 of 2 runs changed\n");
  CHECK(place.run({"tag", "-hot", place.id(0), "+good"}).out == "0 of 1 run changed\n");
  CHECK(place.run({"tag", "-good", "--where", "tag = good and lr = 1"}).out ==
        "1 of 1 run changed\n");
  CHECK(place.run({"note", place.id(2), "the one in the talk"}).out ==
        "results/study/" + place.id(2) + ": the one in the talk\n");
  CHECK(contains(place.run({"show", place.id(0)}).out, "\n  tags: good, paper/t1\n"));
  CHECK(contains(place.run({"show", place.id(2)}).out, "\n  note: the one in the talk\n"));
  const CommandResult listed = place.run({"show", "results", "--where", "tag = good"});
  CHECK(count(listed.out, "study/") == 1);
  CHECK(contains(listed.out, "good paper/t1"));
  CHECK(contains(place.run({"compare", "results"}).out, "3 runs (3 completed) in 2 rows\n"));
  CHECK(place.run({"verify", "results"}).out == "3 runs verified, 0 not as recorded\n");
  for (const auto& [arguments, said] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"tag", place.id(0)}, "expected +TAG to add a tag or -TAG to take one away"},
           {{"tag", "+good"}, "tag takes runs, or --where for those in results/"},
           {{"tag", place.id(0), "+a b"}, "'a b': a tag is made of letters"},
           {{"tag", place.id(0), "+a", "-a"}, "'a' is given as +a and as -a"},
           {{"tag", place.id(0), "+a", "--wher", "x"}, "unknown option '--wher'"},
           {{"tag", "nothing", "+a"}, "nothing"}}) {
    const CommandResult refused = place.run(arguments);
    CHECK(refused.code == 2);
    CHECK_MESSAGE(contains(refused.err, said), refused.err);
  }
}

TEST_CASE("rm: says what would go, and does it with --yes") {
  const ManyRuns place(4);
  const CommandResult asked = place.run({"rm", "--where", "lr = 1"});
  CHECK(asked.code == 0);
  CHECK(contains(asked.out, "would remove 2 runs: "));
  CHECK(contains(asked.out, "Nothing is removed yet: add --yes.\n"));
  CHECK(place.left() == 4);
  fs::create_directory(place.path / "elsewhere");
  place.write("results/study/" + place.id(3) + "/mine.txt", "a thought");
  CHECK(contains(place.run({"rm", "--where", "lr = 1", "--yes"}).out, "removed 2 runs: "));
  CHECK(place.left() == 2);
  CHECK_FALSE(fs::exists(place.runs[1]));
  CHECK(fs::exists(place.runs[3] / "mine.txt"));  // strata did not write it
  CHECK_FALSE(fs::exists(place.runs[3] / "weights"));
  size_t entries = 0;
  for (const auto& entry : fs::directory_iterator(place.path / "results" / "study"))
    entries += entry.is_directory() ? 1 : 0;
  CHECK(entries == 3);  // no claim, nothing renamed aside
  CHECK(contains(place.run({"compare"}).out, "2 runs (2 completed) in 1 row\n"));
  CHECK(place.run({"rm"}).code == 2);
  CHECK(place.run({"rm", "--where", "lr = 7"}).code == 2);
}

TEST_CASE("rm: a run that a process is at work on stays, and shared weights are counted as such") {
  const ManyRuns place(3);
  const auto held = RunFolder::try_take(place.runs[0]);
  REQUIRE(held);
  const fs::path file = place.runs[1] / "weights" / "classify.safetensors";
  fs::remove(place.runs[2] / "weights" / "classify.safetensors");
  fs::create_hard_link(file, place.runs[2] / "weights" / "classify.safetensors");
  const CommandResult removed = place.run({"rm", place.id(0), place.id(1), "--yes"});
  CHECK(contains(removed.out, "left out: 1 run that a process is at work on\n"));
  CHECK(contains(removed.out, "removed 1 run: "));
  CHECK(contains(removed.out, " kB (12 kB more are shared with runs that stay)\n"));
  CHECK(place.left() == 2);
  CHECK(read_file(place.runs[2] / "weights" / "classify.safetensors").size() == 10'000);
}

TEST_CASE("rm --weights: the record stays, and nobody misses what was removed on purpose") {
  const ManyRuns place(2);
  CHECK(contains(place.run({"rm", place.id(0), "--weights", "--yes"}).out,
                 "removed the weights of 1 run: 12 kB\n"));
  CHECK_FALSE(fs::exists(place.runs[0] / "weights"));
  CHECK(place.run({"verify", "results"}).out ==
        "2 runs verified, 0 not as recorded\n1 of them without weights, which strata rm removed\n");
  CHECK(contains(place.run({"rm", place.id(0), "--weights"}).out, "nothing to remove\n"));
  fs::remove_all(place.runs[1] / "weights");
  CHECK(contains(place.run({"verify", "results"}).out, "weights/classify.safetensors is missing"));
}

TEST_CASE("a folder of runs may be renamed and moved: tags, comparing and verifying go with it") {
  const ManyRuns place(3);
  place.run({"tag", place.id(1), "+good"});
  const std::string before = place.run({"compare", "results", "--csv"}).out;
  fs::create_directory(place.path / "archive");
  fs::rename(place.path / "results" / "study", place.path / "archive" / "last year");
  fs::rename(place.path / "archive" / "last year" / place.id(1),
             place.path / "archive" / "last year" / "the good one");
  CHECK(place.run({"compare", "archive", "--csv"}).out == before);
  CHECK(count(place.run({"show", "archive", "--where", "tag = good"}).out, "study/") == 1);
  CHECK(place.run({"verify", "archive"}).out == "3 runs verified, 0 not as recorded\n");
  CHECK(contains(place.run({"rm", "archive", "--where", "tag = good", "--yes"}).out,
                 "removed 1 run"));
  CHECK_FALSE(fs::exists(place.path / "archive" / "last year" / "the good one"));
}

TEST_CASE("300 runs: found, tagged and trimmed") {
  const ManyRuns place(300);
  CHECK(contains(place.run({"best", "--top", "1"}).out, "of 300 completed runs"));
  CHECK(place.run({"tag", "--where", "validation.accuracy > 1.0895", "+keep"}).out ==
        "10 of 10 runs changed\n");
  CHECK(contains(place.run({"rm", "--where", "tag != keep and lr = 1", "--weights", "--yes"}).out,
                 "removed the weights of 145 runs: 1.8 MB\n"));
  CHECK(contains(place.run({"rm", "--where", "tag != keep and lr = 0.1", "--yes"}).out,
                 "removed 145 runs: "));
  CHECK(place.left() == 155);
  CHECK(contains(place.run({"verify", "results"}).out,
                 "155 runs verified, 0 not as recorded\n145 of them without weights"));
}

TEST_CASE("a run without its weights is not run again, nor is one for another note in its file") {
  const Workplace place("note: the first\n" + kFile);
  REQUIRE(place.run({"run", "small.yaml", "-q"}).code == 0);
  CHECK(contains(place.run({"show", "results/small", "--where", "note = 'the first'"}).out,
                 "small/"));
  CHECK(contains(place.run({"rm", "results", "--weights", "--yes"}).out,
                 "removed the weights of 1 run"));
  const std::string start = place.record()["timing"]["start"];
  const CommandResult again = place.run({"run", "small.yaml", "--set", "note=another"});
  CHECK(again.code == 0);
  CHECK(place.record()["timing"]["start"] == start);
  CHECK(place.record()["config"]["note"] == "the first");
  CHECK(place.run({"verify", "results"}).code == 0);
}
