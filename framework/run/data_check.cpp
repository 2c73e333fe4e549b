#include "strata/run/data_check.hpp"

#include <algorithm>

#include "strata/data/dataset.hpp"
#include "strata/data/published.hpp"
#include "strata/support/errors.hpp"

namespace strata {

std::string missing_data(const Slot<Dataset>& dataset, const std::vector<std::string>& folders) {
  if (!dataset.info->library.empty()) return "";
  try {
    const auto set = make(dataset);
    const DataContext context{folders, 0};
    if (const PublishedSet* published = set->published()) {
      const auto found = find_published(*published, folders);
      if (std::any_of(found.begin(), found.end(), [](auto& part) { return part.complete(); }))
        return "";
    } else if (set->sizes(context)) {
      return "";
    }
    set->load(context);  // says what is wrong
  } catch (const UserError& e) {
    return e.what();
  } catch (...) {  // the run tells it with its place
  }
  return "";
}

}  // namespace strata
