#include "strata/report/table.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace strata;

namespace {

StageCurve curve(const std::string& target, const std::string& loss, std::vector<double> losses) {
  return {"stage", "pretrain", target, loss, std::move(losses)};
}

std::string text(const std::vector<double>& values) {
  return summary_text(summarize(values));
}

}  // namespace

TEST_CASE("columns are aligned, without blanks at the end") {
  CHECK(text_table(
            {{"row", {"1", "10"}, true}, {"name", {"ä", "bcd"}, false}, {"x", {"", "y"}, false}},
            80) ==
        "row  name  x\n"
        "  1  ä\n"
        " 10  bcd   y\n");
}

TEST_CASE("a table is cut to the width, the widest column first") {
  const std::string table = text_table(
      {{"key", {"a-rather-long-value-of-a-setting"}, false}, {"accuracy", {"0.9183"}, false}}, 30);
  CHECK(table ==
        "key                   accuracy\n"
        "a-rather-long-value…  0.9183\n");
}

TEST_CASE("sparklines: eight heights, a bar between stages, one scale for one quantity") {
  CHECK(sparkline({curve("pixels", "mse", {8, 4, 1})}) == "█▄▁");
  // The second stage begins above the first one's end: the jump shows.
  CHECK(sparkline({curve("pixels", "mse", {8, 1}), curve("pixels", "mse", {2, 1})}) == "█▁|▂▁");
  // Codes are another quantity: their own scale.
  CHECK(sparkline({curve("pixels", "mse", {8, 1}), curve("codes", "mse", {2, 1})}) == "█▁|█▁");
  CHECK(sparkline({curve("labels", "nll", {2, NAN, 1})}) == "█?▁");
  CHECK(sparkline({curve("labels", "nll", {3, 3})}) == "▁▁");
  CHECK(sparkline({}).empty());
  CHECK(text_width(sparkline({curve("labels", "nll", std::vector<double>(200, 1))})) == 20);
}

TEST_CASE("figures have as many decimals as two digits of the spread") {
  CHECK(text({0.912, 0.918, 0.921, 0.915, 0.919}) == "0.9170 ± 0.0035 [0.9126, 0.9214]");
  CHECK(text({0.06601, 0.06603, 0.06602}) == "0.066020 ± 0.000010 [0.065995, 0.066045]");
  CHECK(text({120, 130}) == "125.0 ± 7.1 [61.5, 188.5]");
  CHECK(text({0.91834}) == "0.9183");
  CHECK(text({}) == "-");
  CHECK(text({0.5, 0.5}) == "0.5000 ± 0 [0.5000, 0.5000]");
  CHECK(figure_text(6.12e8, NAN) == "6.12e+08");
  CHECK(figure_text(-0.00001, 0.1) == "0.00");
  CHECK(p_text(0.04126) == "0.041");
  CHECK(p_text(0.00283) == "0.0028");
  CHECK(p_text(1e-9) == "< 0.0001");
  CHECK(p_text(NAN) == "-");
}

TEST_CASE("headers that do not fit are cut in the middle, stay apart, and are told in full") {
  const std::vector<std::string> keys = {"pretrain.optimizer.lr", "classify.optimizer.lr",
                                         "pretrain.epochs", "pretrain.strategy"};
  std::vector<Column> columns;
  for (const std::string& key : keys) columns.push_back({key, {"1"}, false});
  columns.push_back({"pretrain.optimizer.mr.lr", {"1"}, false});
  CutHeaders cut;
  const std::string table = text_table(columns, 48, &cut);
  CHECK(table.substr(0, table.find('\n')) == "pre…r.lr  cla…r.lr  pre…ochs  pre…tegy  pre….lr2");
  REQUIRE(cut.size() == 5);
  CHECK(cut[0] == std::pair<std::string, std::string>("pre…r.lr", "pretrain.optimizer.lr"));
}
