#include "strata/run/identity.hpp"

#include "run/small_run.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

std::string idx(const std::string& images) {
  return with(kSmallRun, "{type: synthetic_digits, train: 70, test: 30}",
              fmt::format("{{type: idx, classes: 10, shape: [1, 28, 28], train: {{images: {0}, "
                          "labels: l}}, test: {{images: {0}, labels: l}}}}",
                          images));
}

std::string id(const std::string& text) {
  return folder_id(load_good(text).experiment.settings);
}

Json content(const std::string& text, const std::vector<DataFile>& files = {},
             const std::vector<std::string>& folders = {}) {
  return content_of(load_good(text).experiment.settings, files, folders);
}

}  // namespace

TEST_CASE("what changes no bit of the result is not in a folder's id") {
  const std::string own = id(kSmallRun);
  CHECK(own.size() == 8);
  CHECK(id(with(kSmallRun, "name: small", "name: other")) == own);
  CHECK(id("images: false\n" + kSmallRun) == own);
  CHECK(id("note: a thought\n" + kSmallRun) == own);
  CHECK(id(with(kSmallRun, "[accuracy, per_class_accuracy, confusion_matrix]", "[accuracy]")) ==
        own);
  CHECK(id(with(kSmallRun, "seed: 3", "seed: 4")) != own);
  CHECK(id(with(kSmallRun, "lr: 0.1", "lr: 0.2")) != own);
  CHECK(id(with(kSmallRun, "device: cpu", "device: auto")) != own);
}

TEST_CASE("a path is the same however it is spelled") {
  const std::string own = id(idx("folder/images"));
  for (const std::string& same :
       {std::string("./folder/images"), std::string("folder//images"),
        std::string("folder/x/../images"), (fs::current_path() / "folder/images").string()})
    CHECK(id(idx(same)) == own);
  CHECK(id(idx("folder/others")) != own);
  CHECK(id(idx("../folder/images")) != own);
}

TEST_CASE("a content key is of the data's bytes, wherever they lie") {
  const TemporaryFolder folder("identity");
  for (const char* name : {"a", "b", "l"}) folder.write(name, "bytes");
  const std::vector<std::string> folders{folder.path.string()};
  const std::vector<DataFile> files{{"a", folder / "a", "1234"}},
      others{{"a", folder / "a", "5678"}};
  const Json own = content(idx("a"), files, folders);
  CHECK(content(idx("b"), files, folders) == own);
  CHECK(content(idx(folder / "a"), files, folders) == own);
  CHECK(own["data"] == Json::array({"1234"}));
  CHECK(own["strata"].get<std::string>().size() == 64);
  CHECK(own["plugins"] == Json::array());
  const Json other = content(idx("a"), others, folders);
  CHECK(other["key"] != own["key"]);
  CHECK(differing_parts(own, other) == std::vector<std::string>{"data"});
  CHECK(differing_parts(own, own).empty());
  // A path that leads nowhere is told apart by its name.
  CHECK(content(idx("c"), files, folders)["settings"] != own["settings"]);
  CHECK(differing_parts(own, content(with(idx("a"), "lr: 0.1", "lr: 0.2"), files, folders)) ==
        std::vector<std::string>{"settings"});
}
