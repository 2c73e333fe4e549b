#include "strata/registry/registry.hpp"

#include <doctest/doctest.h>

using namespace strata;

namespace {

struct Shape {
  static constexpr const char* family = "test_shape";
  virtual ~Shape() = default;
  virtual double area() const = 0;
};

class Square final : public Shape {
 public:
  struct Params {
    double side = 2;
    static void declare(Declare<Params>& d) {
      d.doc("A square.");
      d.add("side", &Params::side, "its side").above(0);
    }
  };
  explicit Square(const Params& p) : side_(p.side) {}
  double area() const override { return side_ * side_; }

 private:
  double side_;
};

struct Settings {
  Slot<Shape> shape{"square"};
  static void declare(Declare<Settings>& d) { d.add("shape", &Settings::shape, "what it is"); }
};

STRATA_REGISTER(Shape, Square, "square");

Settings read(const std::string& text) {
  Issues issues;
  Node root = parse_yaml(std::make_shared<Source>(Source{"f", text}), issues);
  set_paths(root);
  const auto settings = read_params<Settings>(root, issues, Registry::instance());
  CHECK(issues.format() == "");
  return settings;
}

}  // namespace

TEST_CASE("A registered component is found and built from its settings") {
  CHECK(make<Shape>(read("shape: {type: square, side: 3}").shape)->area() == 9);
  CHECK(make<Shape>(read("shape: square").shape)->area() == 4);
  CHECK(make<Shape>(read("{}").shape)->area() == 4);
  CHECK(Registry::instance().names("test_shape") == std::vector<std::string>{"square"});
  CHECK(Registry::instance().find("test_shape", "circle") == nullptr);
  CHECK(Registry::instance().find("nothing", "square") == nullptr);
}

TEST_CASE("A name registered twice is a problem, and the first stays") {
  Registry& registry = Registry::instance();
  REQUIRE(registry.problems().empty());
  registry.set_library("libother.so");
  ComponentInfo info;
  info.family = "test_shape";
  info.name = "square";
  registry.add(info);
  info.name = "circle";
  registry.add(info);
  registry.set_library("");
  REQUIRE(registry.problems().size() == 1);
  CHECK(registry.problems()[0] ==
        "test_shape 'square' of libother.so is registered already, by strata itself");
  CHECK(registry.find("test_shape", "square")->library == "");
  CHECK(registry.find("test_shape", "circle")->library == "libother.so");
  registry.remove_library("libother.so");
  CHECK(registry.find("test_shape", "circle") == nullptr);
  CHECK(registry.find("test_shape", "square") != nullptr);
  registry.clear_problems();
}
