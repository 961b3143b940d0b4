// Partners that hold back each other (MODEL.md, section 17).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"

namespace {

using namespace partnersim::testing;

// Partners of one deal a month each, in the order given, with when they begin and whom they exclude.
struct Agreement {
  std::string id;
  int start;
  std::string exclusive;
};
std::vector<double> wins_of(const std::vector<Agreement>& agreements) {
  std::string text = "[scenario]\nmonths = 12\nreplications = 64\nmode = \"expected\"\n";
  for (const Agreement& a : agreements)
    text += "[partner." + a.id + "]\nleads = 1\nclose_rate = 1\ndeal_value = 1\nstart = " + std::to_string(a.start) +
            "\nexclusive = [" + a.exclusive + "]\n";
  return Run(text).expected().member_totals.at("revenue");
}

}  // namespace

TEST_CASE("of two that exclude each other the older one works, alone once it is there") {
  CHECK(wins_of({{"a", 3, "\"b\""}, {"b", 1, "\"a\""}}) == std::vector{0.0, 12.0});
  CHECK(wins_of({{"a", 1, "\"b\""}, {"b", 3, "\"a\""}}) == std::vector{12.0, 0.0});
  CHECK(wins_of({{"b", 1, "\"*\""}, {"a", 1, "\"*\""}}) == std::vector{12.0, 0.0});  // of one age: by id
}

TEST_CASE("in a circle of three the oldest works, and whom the one it holds back would hold back is held back") {
  CHECK(wins_of({{"a", 2, "\"b\""}, {"b", 3, "\"c\""}, {"c", 1, "\"a\""}}) == std::vector{0.0, 0.0, 12.0});
}

TEST_CASE("without a circle everyone holds back whom it names, older or not") {
  CHECK(wins_of({{"a", 1, ""}, {"b", 5, "\"a\""}}) == std::vector{4.0, 8.0});
}
