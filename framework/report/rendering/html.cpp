#include "strata/report/rendering/html.hpp"

#include "strata/report/rendering/report_data.hpp"

namespace strata {
namespace {

/// Text inside a <script> must not end it.
std::string script_safe(const std::string& text) {
  std::string safe;
  safe.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool ends =
        text[i] == '<' && i + 1 < text.size() && (text[i + 1] == '/' || text[i + 1] == '!');
    safe += ends ? "\\u003c" : std::string(1, text[i]);
  }
  return safe;
}

std::string html_text(const std::string& text) {
  std::string safe;
  for (const char c : text)
    safe += c == '<' ? "&lt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return safe;
}

/// Every "{{name}}" of the page by its text; the texts themselves are not looked through.
std::string filled(std::string_view page,
                   const std::vector<std::pair<std::string_view, std::string>>& parts) {
  std::string text;
  for (size_t begin = 0; begin < page.size();) {
    const size_t open = page.find("{{", begin);
    text += page.substr(begin, open - begin);
    if (open == std::string_view::npos) break;
    const size_t close = page.find("}}", open);
    const std::string_view name = page.substr(open + 2, close - open - 2);
    for (const auto& [key, value] : parts)
      if (key == name) text += value;
    begin = close + 2;
  }
  return text;
}

}  // namespace

std::string html_report(const Comparison& comparison, const std::string& title,
                        const ReportAssets& assets) {
  const std::string data =
      report_data(comparison).dump(-1, ' ', false, Json::error_handler_t::replace);
  return filled(assets.page, {{"title", html_text(title)},
                              {"style", std::string(assets.style)},
                              {"charts", std::string(assets.charts)},
                              {"script", std::string(assets.script)},
                              {"data", script_safe(data)}});
}

}  // namespace strata
