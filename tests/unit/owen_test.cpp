// Owen scrambling by a hash: nested, a bijection on prefixes, and random enough from seed to seed.
#include "sim/base/owen.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

using namespace sim;

namespace {

constexpr std::array<std::uint32_t, 6> kSeeds{0u, 1u, 0xffffffffu, 0x80000000u, mix_seed(1, 0), mix_seed(7, 3)};

// Words to try: a fixed walk through all 32 bits.
std::uint32_t tried(std::uint32_t i) { return mix_seed(i, 99); }

}  // namespace

TEST_CASE("reversing bits twice gives the word back, and moves the first bit to the last place") {
  static_assert(reverse_bits(1u) == 0x80000000u);
  static_assert(reverse_bits(0x00000006u) == 0x60000000u);
  for (std::uint32_t i = 0; i < 1000; ++i) CHECK(reverse_bits(reverse_bits(tried(i))) == tried(i));
}

TEST_CASE("every digit of a scrambled word depends on the digits before it only") {
  for (const std::uint32_t seed : kSeeds)
    for (std::uint32_t i = 0; i < 200; ++i) {
      const std::uint32_t word = tried(i);
      for (unsigned digit = 0; digit < 32; ++digit) {
        // Flip one digit (and, below it, all of them): what stands above stays, the digit itself flips.
        const std::uint32_t bit = 0x80000000u >> digit;
        const std::uint32_t change = owen_scramble(word, seed) ^ owen_scramble(word ^ bit, seed);
        CHECK((change & bit) != 0);
        CHECK((change & ~(bit | (bit - 1))) == 0);
        const std::uint32_t below = owen_scramble(word, seed) ^ owen_scramble(word ^ (bit - 1), seed);
        CHECK((below & ~(bit - 1)) == 0);
      }
    }
}

TEST_CASE("scrambling is a bijection on the prefixes of every length") {
  for (const std::uint32_t seed : kSeeds)
    for (unsigned digits = 1; digits <= 10; ++digits) {
      std::set<std::uint32_t> images;
      for (std::uint32_t prefix = 0; prefix < (1u << digits); ++prefix)
        images.insert(owen_scramble(prefix << (32 - digits), seed) >> (32 - digits));
      CHECK(images.size() == (std::size_t{1} << digits));
    }
}

TEST_CASE("scrambled radical-inverse points stand one in every elementary interval") {
  for (const std::uint32_t seed : kSeeds)
    for (unsigned digits = 0; digits <= 10; ++digits) {
      std::vector<int> found(std::size_t{1} << digits, 0);
      for (std::uint32_t i = 0; i < (1u << digits); ++i) {
        const std::uint64_t word = owen_scramble(reverse_bits(i), seed);
        ++found[word >> (32 - digits)];
      }
      for (const int count : found) CHECK(count == 1);
    }
}

TEST_CASE("over seeds each scrambled digit is a fair coin, and coins of different prefixes do not move together") {
  constexpr int kSeedsTried = 4096;
  // Digit k of two words that part at digit k - 1: agreement about half of the time. 4.5 standard deviations of
  // a coin, for 2 · 12 checks.
  const double allowed = 4.5 * std::sqrt(kSeedsTried) / 2.0;
  for (unsigned digit = 0; digit < 12; ++digit) {
    int ones = 0, agree = 0;
    for (int s = 0; s < kSeedsTried; ++s) {
      const std::uint32_t seed = mix_seed(static_cast<std::uint64_t>(s), 5);
      const std::uint32_t one = (owen_scramble(0x5a5a0000u, seed) >> (31 - digit)) & 1u;
      const std::uint32_t flipped = digit == 0 ? 0u : 0x80000000u >> (digit - 1);
      const std::uint32_t other = (owen_scramble(0x5a5a0000u ^ flipped, seed) >> (31 - digit)) & 1u;
      ones += static_cast<int>(one);
      agree += one == other ? 1 : 0;
    }
    CHECK(std::abs(ones - kSeedsTried / 2) < allowed);
    if (digit > 0) CHECK(std::abs(agree - kSeedsTried / 2) < allowed);
  }
}

TEST_CASE("seeds of small keys and small salts do not meet more often than chance allows") {
  std::set<std::uint32_t> seeds;
  for (std::uint64_t key = 0; key < 64; ++key)
    for (std::uint32_t salt = 0; salt < 64; ++salt) seeds.insert(mix_seed(key, salt));
  // 4096 random words of 32 bits: 0.002 collisions are expected.
  CHECK(seeds.size() == 4096);
  CHECK(mix_seed(0, 0) != 0);
  CHECK(mix_seed(3, 4) != mix_seed(4, 3));
}

TEST_CASE("known words: a scramble that changes would change results") {
  // The scrambled words by a second implementation in Python, with integers of any size.
  CHECK(owen_scramble(0x12345678u, 0x9abcdef0u) == 0x1f8b4945u);
  CHECK(owen_scramble(0u, 1u) == 0xd5a1fe3du);
  CHECK(mix_seed(0, 0) == 0xa706dd2fu);
  CHECK(mix_seed(1, 2) == 0x0b95f66du);
}
