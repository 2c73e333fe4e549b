#pragma once
// What makes rows not comparable. Implemented in flags.cpp.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"

namespace strata {

/// A column of figures.
struct ComparedMetric {
  std::string name;
  RunFigure figure;        ///< what the records declare of it
  bool comparable = true;  ///< false where the groups' units differ, or several are of codes
};

/// Why runs cannot simply be compared: one key of their records that differs where it should not.
struct Flag {
  struct Side {
    std::string value;
    std::vector<size_t> groups;  ///< indices into the groups, ascending
    int64_t runs = 0;
  };
  /// What the runs of one Fact::scope say.
  struct Difference {
    std::string scope;
    std::vector<Side> sides;  ///< most runs first
  };
  std::string mark;      ///< "a", "b" ...: stands in the table
  std::string category;  ///< as Fact::category
  std::string key;       ///< what differs
  /// By scope; none that says but a part of what another says.
  std::vector<Difference> differences;
  std::string effect;  ///< what it means for the figures, a clause
  /// Of two values, the groups that are not with the most runs; of more, all that have one.
  std::vector<size_t> marked;
  std::string metric;  ///< the one metric whose definition differs; "" where all are concerned
  /// By group: its values in each scope where groups differ.
  std::vector<std::map<std::string, std::set<std::string>>> values;

  /// Whether the difference lies between two groups: in a scope that both have.
  bool between(size_t a, size_t b) const;
  /// Whether no such figure is best across the difference. Machines differ in costs alone,
  /// the classifier's epochs in nothing that stands before it trains.
  bool concerns(const ComparedMetric& metric) const;
  /// Whether figures of this name measure different things: no test is made of them.
  bool forbids(const ComparedMetric& metric) const;

  /// "epochs: stages[].epochs of pretrain is 20 in rows 1 and 2, 10 in row 3; some ..."
  std::string text() const;
};

/// A setting that the user compares on purpose (--by), with its value in each group.
struct Factor {
  std::string key;
  std::vector<std::string> values;
};

/// @param groups  the runs of each group
/// @param factors  no fault; epochs trained are one between groups that were asked for the same
std::vector<Flag> find_flags(const std::vector<std::vector<const ComparedRun*>>& groups,
                             const std::vector<Factor>& factors);

/// "accuracy" of "validation.accuracy", "loss" of "loss.pretrain-1".
std::string metric_base(const std::string& name);

/// "1, 2 and 5", counted from 1.
std::string row_list(const std::vector<size_t>& groups);
/// "1 run", "2 runs"
std::string counted(size_t count, const char* one, const char* several);
/// "rows 1 to 3"
std::string rows_text(const std::vector<size_t>& groups);

}  // namespace strata
