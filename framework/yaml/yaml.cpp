#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <deque>
#include <map>
#include <sstream>
#include <unordered_map>

#include "strata/support/files.hpp"
#include "strata/yaml/merge_keys.hpp"
#include "strata/yaml/node.hpp"
#include "strata/yaml/source_line.hpp"
#include "strata/yaml/text.hpp"
#include "strata/yaml/yaml_text.hpp"

namespace strata {
namespace {

/// Ends the parse; the issue is reported already.
struct Stop {};

/// What an anchor stands for: where it is in the tree, by the index of each child on the way.
struct Anchor {
  std::vector<size_t> way;
  bool finished = false;
  size_t nodes = 0;
  int height = 0;
};

/// Builds the tree from yaml-cpp's events. Nodes stand in their parents from the start, and only
/// the last child of each is open, so pointers to the open ones stay valid.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const YamlText& text, Issues& issues, const YamlLimits& limits)
      : text_(text), issues_(issues), limits_(limits) {}

  Node root;
  bool any_document() const { return documents_ > 0; }

  const Node* innermost() const { return open_.empty() ? nullptr : open_.back().node; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    if (root.is_map() && root.origin.column > text_.origin(mark).column) {
      issues_.error(root.origin, {},
                    fmt::format("indented, and line {} is not; begin it in column {}",
                                text_.origin(mark).line, text_.origin(mark).column));
      throw Stop();
    }
    if (root.is_sequence() && source_line(root.origin).after.rfind("- ", 0) == 0 &&
        text_.origin(mark).column == root.origin.column &&
        text_.at(mark.pos).rfind("---", 0) != 0) {
      issues_.error(root.origin, {},
                    fmt::format("a '- item', and line {} is none; leave out the '-' where the "
                                "file's keys begin",
                                text_.origin(mark).line));
      throw Stop();
    }
    fail(mark, text_.at(mark.pos).rfind("---", 0) == 0
                   ? "a second document begins here; a file holds one"
                   : "more text after the value has ended; is a ',' or a bracket missing?");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (key_expected()) fail(mark, "expected the name of a key");
    Node node;
    node.scalar = text_.null_word(mark.pos);
    if (!node.scalar.empty()) {
      node.origin = text_.origin(mark);
    } else if (!open_.empty() && open_.back().node->is_map()) {
      node.origin = open_.back().node->entries.back().key_origin;
    } else {
      node.origin =
          text_.dash_before(mark, open_.empty() ? root.origin : open_.back().node->origin);
    }
    leaf(mark, std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::scalar;
    node.scalar = value;
    node.origin = text_.origin(mark);
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!node.quoted) check_tag(mark, tag);
    if (!text_.quote_is_closed(mark.pos)) fail(mark, "a quote that is never closed");
    if (key_expected()) return key(mark, std::move(node));
    leaf(mark, std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t id) override {
    if (key_expected()) fail(mark, "an alias cannot be a key; write the key's name");
    const Anchor& anchor = anchors_[id];
    if (!anchor.finished)
      fail(mark, "this alias refers to itself: it is part of what it stands for");
    if (static_cast<int>(open_.size()) + anchor.height > limits_.depth) too_deep(mark);
    count(mark, anchor.nodes);
    Node copy = follow(anchor.way);
    copy.origin = text_.origin(mark);
    place(std::move(copy));
    after_value();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node* node;
    bool is_key;  ///< stands where a key should, which is reported once it is closed
    YAML::anchor_t anchor;
    bool key_next = true;                          ///< of a map
    std::unordered_map<std::string, Origin> keys;  ///< of a map
  };

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) {
    issues_.error(text_.origin(mark), {}, message);
    throw Stop();
  }
  [[noreturn]] void too_deep(const YAML::Mark& mark) {
    fail(mark, fmt::format("nested more than {} levels deep", limits_.depth));
  }

  bool key_expected() const {
    return !open_.empty() && open_.back().node->is_map() && open_.back().key_next;
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    fail(mark, "a YAML tag ('!...') has no meaning here; leave it out");
  }

  void count(const YAML::Mark& mark, size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > limits_.nodes)
      fail(mark,
           fmt::format("more than {} values, counting what aliases stand for", limits_.nodes));
  }

  void key(const YAML::Mark& mark, Node name) {
    Open& map = open_.back();
    // The first of two stays; merge_and_prune() drops the other.
    const auto [first, fresh] = map.keys.emplace(name.scalar, name.origin);
    if (!fresh)
      issues_.error(name.origin, {},
                    fmt::format("duplicate key {}; it is first given on line {}",
                                quote(name.scalar), first->second.line));
    if (name.scalar == "<<" && name.quoted) fail(mark, "'<<' in quotes cannot be a key");
    if (map.keys.size() > limits_.keys)
      fail(mark, fmt::format("a map of more than {} keys", limits_.keys));
    map.node->entries.push_back({std::move(name.scalar), name.origin, {}});
    map.key_next = false;
  }

  /// Puts a node where the next value belongs.
  Node& place(Node node) {
    if (open_.empty()) return root = std::move(node);
    Node& parent = *open_.back().node;
    if (parent.is_map()) return parent.entries.back().value = std::move(node);
    parent.items.push_back(std::move(node));
    return parent.items.back();
  }

  void after_value() {
    if (!open_.empty()) open_.back().key_next = true;
  }

  void leaf(const YAML::Mark& mark, Node node, YAML::anchor_t anchor) {
    count(mark, 1);
    place(std::move(node));
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {way(), true, 1, 1};
    after_value();
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    check_tag(mark, tag);
    count(mark, 1);
    if (static_cast<int>(open_.size()) >= limits_.depth) too_deep(mark);
    Node node;
    node.kind = kind;
    node.origin = text_.origin(mark);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {};
    const bool is_key = key_expected();
    Node* placed = nullptr;
    if (is_key)
      placed = &not_placed_.emplace_back(std::move(node));
    else
      placed = &place(std::move(node));
    open_.push_back({placed, is_key, anchor, true, {}});
  }

  void close() {
    const Open closed = std::move(open_.back());
    open_.pop_back();
    if (closed.is_key) {
      issues_.error(closed.node->origin, {},
                    closed.node->describe() + " cannot be a key; a key is a plain name");
      throw Stop();
    }
    if (closed.anchor != YAML::NullAnchor)
      anchors_[closed.anchor] = {way(), true, count_nodes(*closed.node), height_of(*closed.node)};
    after_value();
  }

  /// To the value placed last.
  std::vector<size_t> way() const {
    std::vector<size_t> indices;
    for (const Open& parent : open_)
      indices.push_back(
          (parent.node->is_map() ? parent.node->entries.size() : parent.node->items.size()) - 1);
    return indices;
  }

  const Node& follow(const std::vector<size_t>& indices) const {
    const Node* node = &root;
    for (const size_t i : indices)
      node = node->is_map() ? &node->entries[i].value : &node->items[i];
    return *node;
  }

  const YamlText& text_;
  Issues& issues_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::deque<Node> not_placed_;
  std::map<YAML::anchor_t, Anchor> anchors_;
  size_t nodes_ = 0;
  int documents_ = 0;
};

Node parse(const YamlText& text, Issues& issues, const YamlLimits& limits) {
  TreeBuilder builder(text, issues, limits);
  // At a text's very end, yaml-cpp tells an open quote or bracket by other means than elsewhere.
  std::istringstream stream{std::string(text.text()) + '\n'};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return {};
  } catch (const YAML::Exception& error) {
    const size_t position = static_cast<size_t>(std::max(error.mark.pos, 0));
    report_parse_stop(text,
                      {error.msg, text.origin(error.mark), text.at(error.mark.pos),
                       text.text().substr(0, position), builder.innermost()},
                      issues);
    return {};
  }
  if (!builder.any_document()) return {};
  merge_and_prune(builder.root, issues);
  return std::move(builder.root);
}

}  // namespace

Node parse_yaml(std::shared_ptr<const Source> source, Issues& issues, const YamlLimits& limits) {
  const Origin whole{source, 0, 0};
  if (source->text.size() > limits.bytes) {
    issues.error(whole, {}, fmt::format("larger than {} bytes", limits.bytes));
    return {};
  }
  const size_t size = source->text.size();
  const YamlText text(std::move(source), 0, size);
  if (!text.check(issues)) return {};
  const int errors = issues.errors();
  Node root = parse(text, issues, limits);
  if (root.is_null() && issues.errors() == errors) issues.error(whole, {}, "the file is empty");
  return root;
}

Node parse_yaml_value(std::shared_ptr<const Source> source, size_t offset, size_t length,
                      Issues& issues) {
  const YamlText text(std::move(source), offset, length);
  if (!text.check(issues)) return {};
  Node value = parse(text, issues, {});
  if (value.origin.source == nullptr) value.origin = text.origin(YAML::Mark());
  return value;
}

Node parse_yaml_file(const std::string& path, Issues& issues, const Node* named) {
  auto source = std::make_shared<Source>();
  source->name = path;
  try {
    source->text = read_file(path, YamlLimits().bytes);
    if (source->text.rfind("\xef\xbb\xbf", 0) == 0) source->text.erase(0, 3);  // as YAML 1.2 allows
  } catch (const UserError& error) {
    if (named == nullptr) {
      issues.error({}, {}, error.what());
    } else {
      issues.error(named->origin, named->path, error.what());
    }
    return {};
  }
  return parse_yaml(std::move(source), issues);
}

}  // namespace strata
