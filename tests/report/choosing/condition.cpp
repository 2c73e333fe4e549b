#include "strata/report/choosing/condition.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace strata;

namespace {

/// "all(a > 1, none(b = c))"
std::string tree(const Condition& c) {
  if (c.kind == Condition::Kind::test)
    return fmt::format("{} {} {}", c.name, c.sign, c.quoted ? '"' + c.value + '"' : c.value);
  std::string parts;
  for (const Condition& part : c.parts) parts += (parts.empty() ? "" : ", ") + tree(part);
  return fmt::format("{}({})",
                     c.kind == Condition::Kind::all   ? "all"
                     : c.kind == Condition::Kind::any ? "any"
                                                      : "none",
                     parts);
}

std::string parsed(const std::string& text) {
  Issues issues;
  const auto condition = parse_condition(std::make_shared<Source>(Source{"--where", text}), issues);
  CHECK(condition.has_value() == issues.ok());
  if (condition) return tree(*condition);
  const Issue& issue = issues.all().at(0);
  return fmt::format("{}: {}", issue.origin.column, issue.message);
}

}  // namespace

TEST_CASE("'not' binds closer than 'and', and 'and' closer than 'or'; brackets go first") {
  CHECK(parsed("accuracy>0.9") == "accuracy > 0.9");
  CHECK(parsed("a = 1 or b = 2 and c = 3 and d = 4") == "any(a = 1, all(b = 2, c = 3, d = 4))");
  CHECK(parsed("(a = 1 or b = 2) and c != 3") == "all(any(a = 1, b = 2), c != 3)");
  CHECK(parsed("not a ~ x and b <= 1e-3") == "all(none(a ~ x), b <= 1e-3)");
  CHECK(parsed("not (a == x or b >= -2)") == "none(any(a = x, b >= -2))");
  CHECK(parsed("not not a < 1") == "none(none(a < 1))");
}

TEST_CASE("what stands in quotes is one name or value") {
  CHECK(parsed("'per_class_accuracy.Ankle boot' > .5 and note ~ \"and (so) on\"") ==
        "all(per_class_accuracy.Ankle boot > .5, note ~ \"and (so) on\")");
  CHECK(parsed("name = 'it''s'") == "12: expected 'and' or 'or' before 's'");
  CHECK(parsed("pretrain.stages[1].optimizer.lr = 0.1") == "pretrain.stages[1].optimizer.lr = 0.1");
}

TEST_CASE("a mistake is told with its column and what was expected") {
  CHECK(parsed("") == "1: expected the name of a setting or figure, and the condition ends here");
  CHECK(parsed("accuracy 0.9") == "10: expected =, !=, <, <=, >, >= or ~ after 'accuracy'");
  CHECK(parsed("accuracy >") == "11: expected a value, and the condition ends here");
  CHECK(parsed("accuracy > and a = 1") == "12: expected a value, not 'and'");
  CHECK(parsed("a = 1 b = 2") == "7: expected 'and' or 'or' before 'b'");
  CHECK(parsed("a = 1 && b = 2") == "7: '&' means nothing here; did you mean 'and'?");
  CHECK(parsed("a = 1 | b = 2") == "7: '|' means nothing here; did you mean 'or'?");
  CHECK(parsed("!a = 1") == "1: '!' means nothing here; did you mean 'not'?");
  CHECK(parsed("(a = 1 or b = 2") == "1: the bracket is not closed");
  CHECK(parsed("(a = 1 b = 2)") == "8: expected 'and', 'or' or ')' before 'b'");
  CHECK(parsed("a = 1)") == "6: ')' without '('");
  CHECK(parsed("ä = 'x") == "5: the quote is not closed");
  CHECK(parsed(std::string(100'000, '(')) == "102: more than 100 levels deep");
}
