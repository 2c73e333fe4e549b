#include "strata/support/free_cores.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace strata;

TEST_CASE("cores are free that no other task is on, and one always is") {
  CHECK(cores_left(8, 1, 1) == 8);
  CHECK(cores_left(8, 3, 1) == 6);
  CHECK(cores_left(8, 3, 3) == 8);  // all of them are this process's
  CHECK(cores_left(8, 1, 4) == 8);  // its threads were looked at later, and had begun
  CHECK(cores_left(2, 12, 1) == 1);
  CHECK(cores_left(1, 1, 1) == 1);
}

TEST_CASE("what is free lies between one core and all") {
  FreeCores free;
  for (int i = 0; i < 3; ++i) {
    CHECK(free.now() >= 1);
    CHECK(free.now() <= static_cast<int>(std::thread::hardware_concurrency()));
  }
}
