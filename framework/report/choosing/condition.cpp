#include "strata/report/choosing/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "strata/support/display.hpp"

namespace strata {
namespace {

constexpr const char* kSigns = "=, !=, <, <=, >, >= or ~";

struct Token {
  enum class Kind { word, quoted, sign, open, close, end };
  Kind kind = Kind::end;
  std::string text;
  Origin origin;
};

/// A mistake was noted: there is no more to be read.
struct Stop {};

class Parser {
 public:
  Parser(const std::shared_ptr<const Source>& source, Issues& issues)
      : source_(source), text_(source->text), issues_(issues) {
    next();
  }

  Condition whole() {
    Condition condition = any_of(0);
    if (token_.kind == Token::Kind::close) fail(token_.origin, "')' without '('");
    if (token_.kind != Token::Kind::end)
      fail(token_.origin, fmt::format("expected 'and' or 'or' before '{}'", token_.text));
    return condition;
  }

 private:
  [[noreturn]] void fail(const Origin& origin, std::string message) {
    issues_.error(origin, "", std::move(message));
    throw Stop();
  }

  Origin here() const {
    return {source_, 1, static_cast<int>(display_width(text_.substr(0, at_))) + 1};
  }

  static bool ends_word(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("()=!<>~'\"&|").find(c) != std::string_view::npos;
  }

  void next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    token_ = {Token::Kind::end, "", here()};
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    if (c == '(' || c == ')') {
      token_.kind = c == '(' ? Token::Kind::open : Token::Kind::close;
      token_.text = text_[at_++];
    } else if (c == '\'' || c == '"') {
      const size_t end = text_.find(c, at_ + 1);
      if (end == std::string::npos) fail(token_.origin, "the quote is not closed");
      token_.kind = Token::Kind::quoted;
      token_.text = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else if (ends_word(c)) {
      read_sign();
    } else {
      const size_t begin = at_;
      while (at_ < text_.size() && !ends_word(text_[at_])) ++at_;
      token_.kind = Token::Kind::word;
      token_.text = text_.substr(begin, at_ - begin);
    }
  }

  void read_sign() {
    static const std::array<const char*, 8> signs = {"==", "!=", "<=", ">=", "=", "<", ">", "~"};
    for (const char* sign : signs) {
      if (text_.compare(at_, std::char_traits<char>::length(sign), sign) != 0) continue;
      at_ += std::char_traits<char>::length(sign);
      token_.kind = Token::Kind::sign;
      token_.text = sign == std::string("==") ? "=" : sign;
      return;
    }
    const char c = text_[at_];
    fail(token_.origin, fmt::format("'{}' means nothing here{}", c,
                                    c == '&'   ? "; did you mean 'and'?"
                                    : c == '|' ? "; did you mean 'or'?"
                                               : "; did you mean 'not'?"));
  }

  bool is_word(const char* word) const {
    return token_.kind == Token::Kind::word && token_.text == word;
  }

  Condition any_of(int depth) {
    return list(Condition::Kind::any, "or",
                [&] { return list(Condition::Kind::all, "and", [&] { return one(depth); }); });
  }

  /// One part, or several with the word between them.
  template <class Part>
  Condition list(Condition::Kind kind, const char* word, const Part& part) {
    Condition first = part();
    if (!is_word(word)) return first;
    Condition condition;
    condition.kind = kind;
    condition.parts.push_back(std::move(first));
    while (is_word(word)) {
      next();
      condition.parts.push_back(part());
    }
    return condition;
  }

  Condition one(int depth) {
    static constexpr int most = 100;
    if (depth > most) fail(token_.origin, fmt::format("more than {} levels deep", most));
    if (is_word("not")) {
      next();
      Condition condition;
      condition.kind = Condition::Kind::none;
      condition.parts.push_back(one(depth + 1));
      return condition;
    }
    if (token_.kind != Token::Kind::open) return test();
    const Origin open = token_.origin;
    next();
    Condition condition = any_of(depth + 1);
    if (token_.kind != Token::Kind::close) {
      if (token_.kind == Token::Kind::end) fail(open, "the bracket is not closed");
      fail(token_.origin, fmt::format("expected 'and', 'or' or ')' before '{}'", token_.text));
    }
    next();
    return condition;
  }

  Condition test() {
    Condition test;
    read_text("the name of a setting or figure", test.name, test.name_origin);
    if (token_.kind != Token::Kind::sign)
      fail(token_.origin, fmt::format("expected {} after '{}'", kSigns, test.name));
    test.sign = token_.text;
    test.sign_origin = token_.origin;
    next();
    test.quoted = token_.kind == Token::Kind::quoted;
    read_text("a value", test.value, test.value_origin);
    return test;
  }

  void read_text(const char* what, std::string& text, Origin& origin) {
    const bool found = token_.kind == Token::Kind::quoted ||
                       (token_.kind == Token::Kind::word && !is_word("and") && !is_word("or"));
    if (!found)
      fail(token_.origin,
           fmt::format("expected {}{}", what,
                       token_.kind == Token::Kind::end ? ", and the condition ends here"
                                                       : fmt::format(", not '{}'", token_.text)));
    text = token_.text;
    origin = token_.origin;
    next();
  }

  const std::shared_ptr<const Source>& source_;
  const std::string& text_;
  Issues& issues_;
  size_t at_ = 0;
  Token token_;
};

}  // namespace

std::optional<Condition> parse_condition(const std::shared_ptr<const Source>& source,
                                         Issues& issues) try {
  return Parser(source, issues).whole();
} catch (const Stop&) {
  return std::nullopt;
}

}  // namespace strata
