#include "strata/report/rendering/table.hpp"

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

TEST_CASE("where the width does not suffice, headers are broken first, then text; nothing is cut") {
  const std::vector<Column> columns = {{"row", {"1", "2"}, true},
                                       {"pretrain.epochs", {"10", "100"}, false},
                                       {"encoder", {"linear(400) tanh", "none"}, false},
                                       {"accuracy", {"0.9183", "0.9184"}, true}};
  CHECK(text_table(columns, 52) ==
        "row  pretrain.epochs  encoder           accuracy\n"
        "  1  10               linear(400) tanh    0.9183\n"
        "  2  100              none                0.9184\n");
  CHECK(text_table(columns, 42) ==
        "     pretrain.\n"
        "row  epochs     encoder           accuracy\n"
        "  1  10         linear(400) tanh    0.9183\n"
        "  2  100        none                0.9184\n");
  CHECK(text_table(columns, 39) ==
        "     pretrain.\n"
        "row  epochs     encoder        accuracy\n"
        "  1  10         linear(400)      0.9183\n"
        "                  tanh\n"
        "  2  100        none             0.9184\n");
}

TEST_CASE("columns that do not fit make further tables under the same first ones") {
  const std::vector<Column> columns = {{"row", {"1", "2"}, true},
                                       {"lr", {"0.1", "1"}, false},
                                       {"accuracy", {"0.9 [0.8, 1.0]", "0.7 [0.6, 0.8]"}, false},
                                       {"nll", {"0.5 [0.4, 0.6]", "-"}, false}};
  CHECK(text_tables(columns, 1, 42) ==
        "row  lr   accuracy        nll\n"
        "  1  0.1  0.9 [0.8, 1.0]  0.5 [0.4, 0.6]\n"
        "  2  1    0.7 [0.6, 0.8]  -\n");
  CHECK(text_tables(columns, 1, 30) ==
        "row  lr   accuracy\n"
        "  1  0.1  0.9 [0.8, 1.0]\n"
        "  2  1    0.7 [0.6, 0.8]\n"
        "\n"
        "row  nll\n"
        "  1  0.5 [0.4, 0.6]\n"
        "  2  -\n");
}

TEST_CASE("text is broken at blanks, but not within an interval; long words where they join") {
  CHECK(wrapped("a mean of 0.5 [0.4, 0.6] here", 20, "  ") == "a mean of 0.5\n  [0.4, 0.6] here\n");
  CHECK(wrapped("read results/lecture/mnist/record.json", 20, "  ") ==
        "read\n  results/lecture/\n  mnist/record.json\n");
  CHECK(wrapped("ääääääääää", 4, "") == "ääää\nääää\nää\n");
  CHECK(wrapped("█▃▂▁|█▂▁", 6, " ") == "█▃▂▁|\n █▂▁\n");
  CHECK(wrapped("one [two three four", 10, "") == "one\n[two three\nfour\n");
}

TEST_CASE("sparklines: eight heights, a bar between stages, one scale for one quantity") {
  CHECK(sparkline({curve("pixels", "mse", {8, 4, 1})}) == "█▄▁");
  // The second stage begins above the first one's end: the jump shows.
  CHECK(sparkline({curve("pixels", "mse", {8, 1}), curve("pixels", "mse", {2, 1})}) == "█▁|▂▁");
  // Codes are another quantity: their own scale.
  CHECK(sparkline({curve("pixels", "mse", {8, 1}), curve("codes", "mse", {2, 1})}) == "█▁|█▁");
  CHECK(sparkline({curve("labels", "nll", {2, NAN, 1})}) == "█?▁");
  CHECK(sparkline({curve("labels", "nll", {3, 3})}) == "▁▁");
  // Constant but for rounding: flat.
  CHECK(sparkline({curve("pixels", "mse", {12.306532, 12.306533, 12.306532})}) == "▁▁▁");
  CHECK(sparkline({curve("pixels", "mse", {12.31, 12.30, 12.29})}) == "█▅▁");
  CHECK(sparkline({}).empty());
  CHECK(display_width(sparkline({curve("labels", "nll", std::vector<double>(200, 1))})) == 20);
  CHECK(sparkline({curve("labels", "nll", {3, 2.9, 2, 1.1, 1})}, 3) == "█▅▁");
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
  CHECK(end_text(-0.00018, 0.01) == "-0.0002");
  CHECK(end_text(0.00018, 0.01) == "0.0002");
  CHECK(end_text(-0.0096, 0.1) == "-0.01");
  CHECK(end_text(-0.02, 0.01) == "-0.020");
  CHECK(end_text(0, 0.01) == "0.000");
  CHECK(end_text(NAN, 0.01) == "-");
  CHECK(p_text(0.04126) == "0.041");
  CHECK(p_text(0.00283) == "0.0028");
  CHECK(p_text(1e-9) == "< 0.0001");
  CHECK(p_text(NAN) == "-");
}
