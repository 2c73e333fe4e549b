// One of two numbers, with the same probability: an initializer with a
// parameter, to put your own in the place of.
#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class @Class@ final : public Initializer {
 public:
  struct Params {
    double size = 0.1;
    static void declare(Declare<Params>& d) {
      d.doc("Either of two numbers, size and -size, with the same probability.");
      d.add("size", &Params::size, "the number").above(0);
    }
  };
  explicit @Class@(const Params& params) : size_(params.size) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t, int64_t) const override {
    fill_each(out, [&](uint64_t i) { return stream.uniform(i) < 0.5 ? size_ : -size_; });
  }

 private:
  double size_;
};

STRATA_REGISTER(Initializer, @Class@, "@name@");

}  // namespace
}  // namespace strata
