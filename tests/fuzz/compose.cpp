// A file, --set, --sweep and --seeds, parted by zero bytes.
#include "strata/composition/compose.hpp"
#include "fuzz.hpp"

using namespace strata;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::File file("compose");
  std::string_view input = fuzz::view(data, size);
  file.fill(fuzz::next_part(input));
  CommandSettings settings;
  for (std::vector<std::string>* arguments : {&settings.set, &settings.sweep})
    if (std::string argument = fuzz::next_part(input); !argument.empty())
      arguments->push_back(std::move(argument));
  settings.seeds = fuzz::next_part(input);
  return fuzz::refused_or_read([&] {
    Issues issues;
    compose(file.path(), settings, issues);
    issues.format();
  });
}
