#include "strata/support/errors.hpp"

#include <algorithm>

namespace strata {

std::string current_exception_text() {
  try {
    throw;
  } catch (const std::exception& e) {
    const std::string text = e.what();
    return text.substr(0, std::min(text.find("\nException raised from "), text.find("\nframe #")));
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

}  // namespace strata
