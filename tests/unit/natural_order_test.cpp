// sim/base/natural_order.h
#include "sim/base/natural_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

TEST_CASE("names with numbers stand in the order of their numbers, and every order of them is sorted alike") {
  const std::vector<std::string> sorted{"",    "a",   "a0",  "a00", "a01",  "a1",    "a1b",     "a2",
                                        "a2_", "a10", "a_1", "b",   "b_99", "b_100", "b_100_2", "b_100_10"};
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<std::string> shuffled = sorted;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    std::sort(shuffled.begin(), shuffled.end(), sim::natural_less);
    CHECK(shuffled == sorted);
  }
  for (const std::string& a : sorted)
    for (const std::string& b : sorted) CHECK((sim::natural_less(a, b) || sim::natural_less(b, a)) == (a != b));
}
