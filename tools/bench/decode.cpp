// Wall seconds to read MNIST's training images and labels, as a run does: found, unpacked where
// they are gzip, checked, hashed. usage: bench_decode [FOLDER]   (which is searched before all
// others). Prints the file of images and the seconds.
#include <fmt/format.h>

#include <chrono>

#include "strata/data/idx.hpp"
#include "strata/data/published.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"

namespace {

using namespace strata;

int measure(const std::vector<std::string>& folders) {
  const ComponentInfo& mnist = *Registry::instance().find(Dataset::family, "mnist");
  const auto dataset = std::static_pointer_cast<Dataset>(mnist.create(mnist.make_params().get()));
  const std::vector<FoundSet> found = find_published(*dataset->published(), folders);
  if (found.empty() || !found[0].complete()) throw UserError("MNIST is not on this machine");
  const DatasetInfo info = dataset->info();
  std::vector<DataFile> files;
  const auto begin = std::chrono::steady_clock::now();
  const Samples samples = read_idx_samples(found[0].paths[0], found[0].paths[1], info.sample_shape,
                                           info.classes, files);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (files[0].sha256 != dataset->published()->train_images.sha256 || samples.count() != 60000) {
    throw UserError(files[0].path + " does not hold MNIST");
  }
  print_out("{} {:.3f}\n", files[0].path, seconds.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return measure({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    print_err("bench_decode: {}\n", e.what());
    return 2;
  }
}
