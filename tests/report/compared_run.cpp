#include "strata/report/compared_run.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <cstdio>

#include "report/make_records.hpp"
#include "strata/report/comparison.hpp"
#include "strata/report/show.hpp"
#include "strata/support/lock.hpp"

using namespace strata;

TEST_CASE("a run that says running is abandoned where no process holds its folder") {
  const test::TemporaryFolder folder("report-abandoned");
  test::RunSpec spec;
  spec.status = "running";
  Json record = test::make_record(spec);
  record["run_id"] = "1234abcd-s0";
  const auto path = test::write_record(folder.path, record);
  const std::vector<std::string> places = {folder.path.string()};
  {
    const FolderLock alive = FolderLock::take(path.parent_path());
    CHECK_FALSE(read_compared_runs(places).at(0).abandoned);
  }
  std::FILE* const other = ::fdopen(::open(path.parent_path().c_str(), O_RDONLY), "r");
  REQUIRE(::flock(::fileno(other), LOCK_SH) == 0);  // another compare looks at this moment
  const auto runs = read_compared_runs(places);
  std::fclose(other);
  CHECK(runs.at(0).abandoned);
  CHECK(compare(runs).notes.back() ==
        "no process is at work on lecture-mnist-greedy/1234abcd-s0, whose record says running: it "
        "was killed, and runs when its experiment is run again");
  CHECK(list_runs(runs).find("1234abcd-s0  killed") != std::string::npos);
}
