#include "strata/data/published.hpp"

#include <doctest/doctest.h>

#include "data/small_set.hpp"

namespace strata::test {

TEST_CASE("the first folder of the search order that has all files is read") {
  const SmallSet small;
  const TemporaryFolder partial, whole, other;
  const Environment list("STRATA_DATA", (whole.path.string() + ":" + other.path.string()).c_str());
  const Environment cache("XDG_CACHE_HOME", "/cache");
  small.write_to(partial);
  fs::remove(partial / "small/test-y.gz");
  small.write_to(whole);
  small.write_to(other);

  const std::vector<FoundSet> found = find_published(small.set, {partial.path.string()});
  REQUIRE(found.size() == 3);
  CHECK(found[0].origin == "--data");
  CHECK(found[0].missing == std::vector<std::string>{"test-y"});
  CHECK(!found[0].complete());
  CHECK(found[1].complete());
  CHECK(found[1].folder == whole / "small");
  CHECK(found[1].origin == "STRATA_DATA");

  DataContext context;
  context.folders = {partial.path.string()};
  const LoadedData data = PublishedDataset(small.set).load(context);
  CHECK(data.files[0].path == whole / "small/train-x.gz");
  CHECK(data.train.count() == 300);
  CHECK(data.test.labels == std::vector<uint8_t>{1, 0});
}

TEST_CASE("a set that is nowhere complete is an error that says where it was looked for") {
  const SmallSet small;
  const TemporaryFolder partial;
  const Environment list("STRATA_DATA", nullptr), cache("XDG_CACHE_HOME", "/cache");
  small.write_to(partial);
  fs::remove(partial / "small/test-y.gz");
  fs::remove(partial / "small/train-y.gz");
  DataContext context;
  context.folders = {partial.path.string()};
  CHECK(user_error([&] { PublishedDataset(small.set).load(context); }) ==
        "data set 'small' was not found\n  " + (partial / "small") +
            " (--data) lacks train-y, test-y\n"
            "looked for small/train-x, with or without .gz, and its companions in:\n  " +
            partial.path.string() +
            " (--data)\n  data (working directory)\n  /cache/strata/data (cache)\n"
            "  /usr/share/datasets (distribution)\n"
            "`strata data fetch small` downloads it; --data or STRATA_DATA names a folder that has "
            "it");
}

TEST_CASE("the set's own folder, where the one above it should be named, is told") {
  const SmallSet small;
  const TemporaryFolder folder;
  const Environment list("STRATA_DATA", nullptr), cache("XDG_CACHE_HOME", "/cache");
  small.write_to(folder);
  DataContext context;
  context.folders = {folder / "small"};
  const std::string error = user_error([&] { PublishedDataset(small.set).load(context); });
  CAPTURE(error);
  CHECK(error.find("\n  " + (folder / "small") +
                   " (--data): train-x lies here itself, expected in a folder 'small' below this "
                   "one\n  data (working directory)\n") != std::string::npos);
}

TEST_CASE("content that is not the published one is refused, though it can be read") {
  const SmallSet small;
  const TemporaryFolder folder;
  small.write_to(folder);
  const std::string labels = idx({2}, std::string("\0\1", 2));  // published: 1, 0
  const std::string path = folder.write("small/test-y.gz", gzip(labels));
  DataContext context;
  context.folders = {folder.path.string()};
  // printf '\0\0\10\1\0\0\0\2\0\1' | sha256sum;  printf '\0\0\10\1\0\0\0\2\1\0' | sha256sum
  const std::string message =
      path +
      ": the content is not that of the published test-y: its SHA-256 is "
      "8c50639ad7f90a8211edb1bbdfb25436fd8e2a10794b6d5e3d479d1b22c7e318, expected "
      "5c66aba3a762e749fce01733b324ea216dc02bd55e9854993e97fdb137383831";
  CHECK(user_error([&] { PublishedDataset(small.set).load(context); }) == message);
  CHECK(user_error([&] { verify_published(small.set.test_labels, path); }) == message);
}

TEST_CASE("verifying finds content that ends early or goes on") {
  const SmallSet small;
  const TemporaryFolder folder;
  const std::string content = idx({2}, std::string("\1\0", 2));
  const auto error = [&](const std::string& bytes) {
    const std::string path = folder.write("f", bytes);
    return without_path(user_error([&] { verify_published(small.set.test_labels, path); }), path);
  };
  CHECK(error(content) == "nothing was thrown");
  CHECK(error(gzip(content)) == "nothing was thrown");
  CHECK(error(content.substr(0, 9)) == "at byte 9: the content ends here, expected 10 bytes");
  CHECK(error(gzip(content + "x")) == "at byte 10: the content goes on, expected it to end here");
  CHECK(error(gzip(std::string(10'000'000, 'x'))) ==
        "at byte 10: the content goes on, expected it to end here");
}

}  // namespace strata::test
