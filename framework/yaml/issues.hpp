#pragma once
// Mistakes of the user: where they are, how they are printed, and the nearest name. Implemented in
// issues.cpp.
#include <memory>
#include <string>
#include <vector>

#include "strata/support/display.hpp"
#include "strata/support/errors.hpp"

namespace strata {

/// A text that settings come from: a file, or one command-line argument.
struct Source {
  std::string name;  ///< the file's path as the user wrote it, or "--set"
  std::string text;
};

/// Where a value was written. Lines and columns count from 1; line 0 means the file as a whole, and
/// no source means that nobody wrote it (a default).
struct Origin {
  std::shared_ptr<const Source> source;
  int line = 0;
  int column = 0;

  /// "file:line:col", "file", or "default".
  std::string text() const;
};

/// One mistake in the user's input.
struct Issue {
  Origin origin;
  std::string message;  ///< what is wrong and what was expected, without the position
  std::string path;     ///< the key's path, "encoder[0][1].units"; empty at the root
  bool warning = false;
};

/// The mistakes found so far. Collected, never thrown one by one, so that all of them are printed
/// in one run.
class Issues {
 public:
  static constexpr size_t kMostPrinted = 100;

  void error(const Origin& origin, const std::string& path, std::string message);
  void warning(const Origin& origin, const std::string& path, std::string message);

  /// A mistake met again that was reported before: nothing is added, and ok() stays false.
  void count_again() { ++errors_; }

  /// True where no error was added (warnings may have been).
  bool ok() const { return errors_ == 0; }
  int errors() const { return errors_; }
  const std::vector<Issue>& all() const { return issues_; }

  /// True where more are there than format() prints: what was meant need not be sought.
  bool full() const { return issues_.size() >= kMostPrinted; }

  /// Every issue once, in order of source and position, lines parted by '\n' (none at the end),
  /// each as
  ///     file:line:col: error: message (at key.path)
  ///       12 | the source line
  ///          |     ^
  /// Past the first kMostPrinted only their number is given.
  std::string format(const Display& display = {}) const;

 private:
  std::vector<Issue> issues_;
  int errors_ = 0;
};

/// Thrown where a function cannot go on because of mistakes collected; what() is Issues::format().
class ConfigError : public UserError {
 public:
  explicit ConfigError(const Issues& issues);
};

/// Called in a catch block, by a command: tells on standard error what the exception says, and
/// returns the exit code, which is 2 for the user's mistakes (a place that cannot be reached among
/// them) and 1 for all else.
int report_current_exception();

/// The known word nearest to `word` by edit distance (transpositions count one), or "" where none
/// is near enough to be meant.
std::string nearest(const std::string& word, const std::vector<std::string>& known);

/// "; did you mean 'tanh'? Known: linear, relu, tanh", or "; known: linear, relu, tanh" where none
/// is near: the end of a message about an unknown name.
std::string suggestion(const std::string& word, const std::vector<std::string>& known);

/// The same of a guess that was made already, or "", and the known names as a text.
std::string suggestion_of(const std::string& guess, const std::string& known);

}  // namespace strata
