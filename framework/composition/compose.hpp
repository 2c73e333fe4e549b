#pragma once
// From a file and the command line to the settings of each run. Implemented in compose.cpp (the
// order), override.cpp, sweep.cpp with sweep_axis.cpp, and interpolate.cpp.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "strata/yaml/node.hpp"

/// The order is fixed; what comes later wins:
///   1. the file that `extends` names, and before it the one that that file extends, and so on;
///   2. the file itself, merged over them (see merge_over); then those keys at its root that are
///      paths, as --set has them: "encoder[2][0].units: 20" changes one item of an inherited list;
///   3. the run's point in the sweep: the keys of `sweep` and --sweep, then the seed of `seeds` or
///   --seeds;
///   4. --set, in the order given. What --set decides is no longer swept by the file, so a point of
///      a sweep can be run by itself; a note says so. Swept on the command line too, it is a
///      mistake;
///   5. `${key.path}` and `${env:NAME}` are filled in, so they see what the steps before made of a
///   key.
///
/// Positions stay with each value through all of this. `extends`, `sweep` and `seeds` are gone from
/// the result; everything else is left to the typed reading, which finds misspelt keys.
namespace strata {

/// A key and the value that it is set to.
struct Override {
  std::string path;  ///< "pretrain.optimizer.lr"
  Origin origin;     ///< where the path was written
  Node value;

  std::string text() const;  ///< "pretrain.optimizer.lr=0.1", as --set takes it
};

/// What the command line says about the settings, each string one argument.
struct CommandSettings {
  std::vector<std::string> set;    ///< "key=value"
  std::vector<std::string> sweep;  ///< "key=v1,v2", "key=log(1e-3,1,7)", "zip:key=v1,v2"
  std::string seeds;               ///< "0-4", "0,3,7"; empty where not given
};

/// One run of the file.
struct ComposedRun {
  Node root;                    ///< with its paths set
  std::vector<Override> point;  ///< where in the sweep it is; empty where nothing is swept
  std::string label;            ///< the same, short: "lr=0.1 seed=3"
};

struct Composition {
  std::vector<ComposedRun> runs;   ///< in order, the last key swept (the seed) changing fastest
  std::vector<std::string> notes;  ///< a line for each value that gives way unseen
  /// The file itself, then those that it extends.
  std::vector<std::shared_ptr<const Source>> files;
};

/// Reads a file as the list above says. Where there are mistakes, `runs` holds what can be read on
/// all the same (so that all mistakes are found in one go), or is empty.
Composition compose(const std::string& path, const CommandSettings& settings, Issues& issues);

/// Where the value at a path was written: the node there, or the bare name of a component whose
/// `type` the path leads to; nullptr where it was not.
const Node* written_at(const Node& root, const std::string& path);

// The steps, in order.

/// Reads a file and those it extends (`extends: base.yaml`, relative to the file). A cycle is an
/// issue that shows the chain. The root is null where there is nothing to read on. `notes` gets a
/// line for each list of names that a file puts in the place of another, without some of its names.
Node load_with_bases(const std::string& path, std::vector<std::shared_ptr<const Source>>& files,
                     std::vector<std::string>& notes, Issues& issues);

/// Merges `over` into `base`: maps key by key, anything else replaced. A map whose `type` differs
/// from its base's replaces it, as other parameters belong to it; a map without `type` over the
/// bare name of a component gives parameters to that component. `replaced`, where it is given, is
/// told of each list that takes another's place.
using ListReplaced = std::function<void(const Node& base, const Node& over)>;
void merge_over(Node& base, Node over, const ListReplaced& replaced = {});

/// The message about a text that is no path.
std::string no_path(const std::string& text);

/// Reads "key=value". Mistakes are reported with their position in the argument.
bool parse_override(const std::string& argument, Override& override, Issues& issues);

/// Sets one key; a map is merged over what is there (see merge_over), anything else replaces it. A
/// bare name becomes a map with `type` where a key below it is set; a missing map is made; a list
/// is indexed within its size. A mistake leaves the tree as it was.
void apply_override(Node& root, const Override& override, Issues& issues);

/// A point of a sweep.
struct SweepPoint {
  std::vector<Override> overrides;
  std::string label;
};

/// Takes `sweep` and `seeds` out of the tree and lists the points; one, empty, where nothing is
/// swept. `notes` gets a line for each key of the file's sweep that gives way to the command line.
///
///     sweep:
///       pretrain.optimizer.lr: log(1e-3, 1, 7)   # a grid with the other keys
///       pretrain.optimizer: [sgd, adam]          # what contains another key is set before it
///       zip:                                     # these change together
///         encoder[0][0].units: [100, 200]
///         encoder[1][0].units: [50, 100]
///     seeds: 0-9                                 # or a list
///
/// Values: a list, lin(from, to, count), log(from, to, count) (evenly spaced logarithms, inner
/// points rounded to six digits), or a range of integers 0-4; these may stand in lists too.
///
/// A zip of the file is never torn apart: --set leaves its points with the value that it gives, and
/// --sweep takes the place of all of its keys or none; see settle_zip(). A null takes an inherited
/// key, or `zip`, away.
///
/// No point says what its run does not do: where a value of one key decides what another key, or
/// --set, gives ({type: adam, lr: 1e-3} beside the lr), one of the two gives way as for equal keys.
std::vector<SweepPoint> expand_sweep(Node& root, const CommandSettings& settings,
                                     const std::vector<Override>& set,
                                     std::vector<std::string>& notes, Issues& issues);

/// Fills in `${key.path}` (a value written elsewhere in the tree) and `${env:NAME}` (an environment
/// variable); paths must be set. A string that is nothing but one reference takes the value with
/// its type, in quotes or not; inside a longer string its text is put in. `$${` stands for `${`.
void interpolate(Node& root, Issues& issues);

}  // namespace strata
