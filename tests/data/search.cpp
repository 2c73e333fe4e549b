#include "strata/data/search.hpp"

#include <doctest/doctest.h>

#include "data/files.hpp"

namespace strata::test {
namespace {

std::string text(const std::vector<SearchFolder>& folders) {
  std::string lines;
  for (const SearchFolder& folder : folders) lines += folder.path + " (" + folder.origin + ")\n";
  return lines;
}

}  // namespace

TEST_CASE("the search order") {
  const Environment list("STRATA_DATA", "/one::/two:"), cache("XDG_CACHE_HOME", "/cache");
  CHECK(text(search_folders({"/given", "rel"})) ==
        "/given (--data)\nrel (--data)\n/one (STRATA_DATA)\n/two (STRATA_DATA)\n"
        "data (working directory)\n/cache/strata/data (cache)\n"
        "/usr/share/datasets (distribution)\n");
}

TEST_CASE("a folder of STRATA_DATA that is not there is a mistake, other folders may lack") {
  const TemporaryFolder folder;
  folder.write("file", "");
  const std::string list = folder.path.string() + ":" + (folder / "none") + ":" + (folder / "file");
  const Environment variable("STRATA_DATA", list.c_str()), cache("XDG_CACHE_HOME", "/no/cache");
  std::string mistaken;
  for (const SearchFolder& searched : search_folders({}))
    if (searched.is_mistaken()) mistaken += searched.path + "\n";
  CHECK(mistaken == (folder / "none") + "\n" + (folder / "file") + "\n");
}

TEST_CASE("the cache is XDG_CACHE_HOME where that is absolute, else below the home folder") {
  const Environment home("HOME", "/home/ada");
  {
    const Environment cache("XDG_CACHE_HOME", nullptr);
    CHECK(cache_folder() == "/home/ada/.cache/strata/data");
    const Environment none("HOME", nullptr);
    CHECK(cache_folder().empty());
  }
  const Environment relative("XDG_CACHE_HOME", "cache");
  CHECK(cache_folder() == "/home/ada/.cache/strata/data");
}

TEST_CASE("a file is found under its name or packed, the plain one first") {
  const TemporaryFolder folder;
  CHECK(!find_data_file(folder.path.string(), "x"));
  folder.write("x.gz", "packed");
  CHECK(find_data_file(folder.path.string(), "x") == folder / "x.gz");
  folder.write("x", "plain");
  CHECK(find_data_file(folder.path.string(), "x") == folder / "x");
}

TEST_CASE(
    "a path of the settings is looked for in the data folders, then in the working directory") {
  const TemporaryFolder given, listed;
  const Environment list("STRATA_DATA", listed.path.string().c_str()),
      cache("XDG_CACHE_HOME", "/cache");
  CHECK(user_error([&] { resolve_data_path("no-such-set/x", {given.path.string()}); }) ==
        "there is no 'no-such-set/x', with or without .gz; looked for:\n  " +
            (given / "no-such-set/x") + "\n  " + (listed / "no-such-set/x") +
            "\n  no-such-set/x\n  data/no-such-set/x\n  /cache/strata/data/no-such-set/x\n"
            "  /usr/share/datasets/no-such-set/x");
  listed.write("set/x", "");
  CHECK(resolve_data_path("set/x", {given.path.string()}) == listed / "set/x");
  given.write("set/x.gz", "");
  CHECK(resolve_data_path("set/x", {given.path.string()}) == given / "set/x.gz");
  CHECK(resolve_data_path(listed / "set/x", {given.path.string()}) == listed / "set/x");
  CHECK(user_error([] { resolve_data_path("/no/such", {}); }) ==
        "there is no '/no/such', with or without .gz; looked for:\n  /no/such");
}

}  // namespace strata::test
