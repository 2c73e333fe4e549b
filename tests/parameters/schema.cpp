#include "strata/parameters/schema.hpp"

#include <doctest/doctest.h>

#include <set>

#include "parameters/sample.hpp"

using namespace strata;
using namespace strata::sample;

namespace {

Json schema() {
  return experiment_schema(param_list<Experiment>(), SampleCatalog());
}

/// Every "$ref" in a schema.
void collect_references(const Json& json, std::set<std::string>& found) {
  if (json.is_object() && json.contains("$ref")) found.insert(json["$ref"].get<std::string>());
  if (json.is_structured())
    for (const Json& item : json) collect_references(item, found);
}

}  // namespace

TEST_CASE("A number with bounds, or a reference") {
  CHECK(schema()["definitions"]["optimizer"]["anyOf"][1]["properties"]["momentum"].dump() ==
        R"({"title":"momentum","description":"momentum","default":0.0,"anyOf":[{"type":"number",)"
        R"("minimum":0,"exclusiveMaximum":1,"title":"momentum","description":"momentum"},)"
        R"({"$ref":"#/definitions/reference"}]})");
}

TEST_CASE("A component: its bare name where nothing is required, or a map told apart by its type") {
  const Json layer = schema()["definitions"]["layer"]["anyOf"];
  REQUIRE(layer.size() == 5);
  CHECK(layer[0].dump() == R"({"enum":["tanh"],"enumDescriptions":["The hyperbolic tangent."]})");
  CHECK(layer[1]["properties"]["type"]["const"] == "linear");
  CHECK(layer[1]["required"].dump() == R"(["type","units"])");
  CHECK(layer[1]["additionalProperties"] == false);
  CHECK(layer[2].dump() ==
        R"({"type":"object","description":"The hyperbolic tangent.","title":"tanh","properties":)"
        R"({"type":{"const":"tanh","description":"The hyperbolic tangent."}},)"
        R"("additionalProperties":false,"required":["type"]})");
  CHECK(layer[3].dump() ==
        R"({"type":"object","title":"layer by reference","required":["type"],"properties":)"
        R"({"type":{"$ref":"#/definitions/reference"}}})");
  CHECK(layer[4].dump() == R"({"$ref":"#/definitions/reference"})");
  // "linear" needs units, which hides it from an editor's suggestions
  CHECK(schema()["definitions"]["layer"]["properties"]["type"]["defaultSnippets"].dump() ==
        R"([{"label":"linear","body":"linear"}])");
  CHECK(!schema()["definitions"]["optimizer"].contains("properties"));
}

TEST_CASE("Lists, choices, optional values and values for every stage") {
  const Json properties = schema()["definitions"]["experiment"]["properties"];
  // An item, too, may be a reference, but one that has it already is left as it is.
  const Json entry = properties["encoder"]["anyOf"][0]["items"]["anyOf"];
  REQUIRE(entry.size() == 2);
  CHECK(entry[0]["items"].dump() == R"({"$ref":"#/definitions/layer"})");
  CHECK(entry[1].dump() == R"({"$ref":"#/definitions/reference"})");
  CHECK(properties["limit"]["anyOf"][1]["type"] == "null");
  CHECK(properties["seed"]["anyOf"].size() == 2);
  const Json pretrain = properties["pretrain"]["anyOf"][0]["properties"];
  CHECK(pretrain["target"]["anyOf"][0]["enum"].dump() == R"(["pixels","codes"])");
  CHECK(pretrain["epochs"]["anyOf"][0]["type"] == "integer");
  CHECK(pretrain["epochs"]["anyOf"][1]["items"]["anyOf"][0]["minimum"] == 1);
  CHECK(properties["tuner"]["anyOf"][1]["type"] == "null");
}

TEST_CASE("The file's name is that of a folder, or a reference") {
  const Json all = schema();
  for (const char* definition : {"experiment", "extending-experiment"}) {
    const Json name = all["definitions"][definition]["properties"]["name"]["anyOf"];
    REQUIRE(name.size() == 2);
    CHECK(name[0]["pattern"] == "^[A-Za-z0-9_-][A-Za-z0-9._-]*$");
    CHECK(name[0]["patternErrorMessage"] == "expected letters, digits, '.', '_' and '-'");
    CHECK(name[1].dump() == R"({"$ref":"#/definitions/reference"})");
  }
}

TEST_CASE("What a file that extends another may leave to its base is not required") {
  const Json all = schema();
  CHECK(all["if"]["required"].dump() == R"(["extends"])");
  CHECK(all["else"]["$ref"] == "#/definitions/experiment");
  CHECK(all["definitions"]["experiment"]["required"].dump() == R"(["name","encoder"])");
  const Json partial = all["definitions"]["extending-experiment"];
  CHECK(!partial.contains("required"));
  CHECK(partial["properties"]["tuner"]["anyOf"][0]["$ref"] == "#/definitions/optimizer-partial");
  CHECK(!all["definitions"]["optimizer-partial"]["anyOf"][1].contains("required"));
  // Lists are replaced as a whole, so what stands in them is complete.
  CHECK(partial["properties"]["encoder"]["anyOf"][0]["items"]["anyOf"][0]["items"]["$ref"] ==
        "#/definitions/layer");
}

TEST_CASE("The keys of composition stand beside the experiment's own") {
  for (const char* kind : {"experiment", "extending-experiment"}) {
    const Json properties = schema()["definitions"][kind]["properties"];
    CHECK(properties["extends"]["type"] == "string");
    const Json zip = properties["sweep"]["properties"]["zip"];
    CHECK(zip["type"].dump() == R"(["object","null"])");  // an inherited one is taken away
    CHECK(zip["additionalProperties"]["anyOf"][2].dump() == R"({"type":"null"})");
    CHECK(properties["seeds"]["anyOf"].size() == 3);
  }
}

TEST_CASE("Every definition that is referred to is there") {
  const Json all = schema();
  std::set<std::string> references;
  collect_references(all, references);
  CHECK(references.size() == 7);
  for (const std::string& reference : references) {
    REQUIRE(reference.rfind("#/definitions/", 0) == 0);
    CHECK_MESSAGE(all["definitions"].contains(reference.substr(14)), reference);
  }
}
