// sim/lanes/ranks.h against counting, on all instruction sets, on both sides of the count from which keys are sorted.
#include "sim/lanes/ranks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

void check(const std::vector<std::uint64_t>& keys) {
  constexpr std::uint32_t kUntouched = 0xdeadbeef;
  for (const sim::Isa isa : sim::available_isas()) {
    std::vector<std::uint32_t> ranks(keys.size() + 1, kUntouched);
    sim::ranks(isa, keys.data(), keys.size(), ranks.data());
    bool right = ranks.back() == kUntouched;
    for (std::size_t i = 0; i < keys.size(); ++i)
      right = right &&
              ranks[i] == std::count_if(keys.begin(), keys.end(), [&](std::uint64_t key) { return key < keys[i]; });
    if (!right) FAIL_CHECK("wrong ranks of " << keys.size() << " keys with " << sim::to_string(isa));
  }
}

}  // namespace

TEST_CASE("ranks are those of counting, for any number of keys") {
  std::mt19937_64 random(11);
  for (std::size_t count = 0; count <= 200; ++count)
    for (int repetition = 0; repetition < 5; ++repetition) {
      std::vector<std::uint64_t> keys(count);
      for (std::uint64_t& key : keys) key = random();
      check(keys);
    }
}

TEST_CASE("ranks compare whole keys without a sign") {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max(), kSign = std::uint64_t{1} << 63U;
  check({kMost, 0, kSign, kSign - 1, 1, kSign + 1, kMost - 1, kSign | 1U << 31U, std::uint64_t{1} << 32U});
  // Words that tie, told apart by their places.
  std::vector<std::uint64_t> keys;
  for (std::uint64_t place = 0; place < 64; ++place) keys.push_back((place % 3) << 62U | place);
  check(keys);
}
