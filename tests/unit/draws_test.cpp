// sim/rng/draws.h: words to uniforms and coins, ids to entities, addresses to counters.
#include "sim/rng/draws.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

constexpr std::uint32_t kTop = 0xffffffffu;

// Both ends, three words around every power of two, and a spread; ascending.
std::vector<std::uint32_t> telling_words() {
  std::vector<std::uint32_t> words{0, 1, 2, 3, kTop - 3, kTop - 2, kTop - 1, kTop};
  for (std::uint32_t bit = 2; bit < 32; ++bit)
    for (const std::uint32_t offset : {kTop, 0u, 1u}) {
      words.push_back((1u << bit) + offset);
      words.push_back(~((1u << bit) + offset));
    }
  std::mt19937_64 engine{3};
  for (int i = 0; i < 200000; ++i) words.push_back(static_cast<std::uint32_t>(engine() >> 32U));
  for (std::uint32_t i = 0; i < 5000; ++i) {
    words.push_back(i);
    words.push_back(kTop - i);
  }
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace

TEST_CASE("uniforms lie in the open interval at every extreme word") {
  CHECK(sim::uniform(0) == 0x1p-32f);
  CHECK(sim::uniform(1) == 0x1p-32f);
  CHECK(sim::uniform(kTop) == 1.0f - 0x1p-24f);
  CHECK(sim::uniform(kTop - 1) == 1.0f - 0x1p-24f);
  CHECK(sim::uniform_exact(0) == 0x1p-33);
  CHECK(sim::uniform_exact(1) == 1.5 * 0x1p-32);
  CHECK(sim::uniform_exact(kTop - 1) == 1.0 - 1.5 * 0x1p-32);
  CHECK(sim::uniform_exact(kTop) == 1.0 - 0x1p-33);
  for (const std::uint32_t word : telling_words()) {
    const bool open = sim::uniform(word) > 0.0f && sim::uniform(word) < 1.0f && sim::uniform_exact(word) > 0.0 &&
                      sim::uniform_exact(word) < 1.0;
    if (!open) FAIL_CHECK("not inside (0, 1): word " << word);
  }
}

TEST_CASE("uniforms never fall when the word rises, and the two precisions agree") {
  float before = 0.0f;
  double exact_before = 0.0;
  double worst = 0.0;
  std::uint32_t last = kTop;
  for (const std::uint32_t word : telling_words()) {
    const float u = sim::uniform(word);
    const double exact = sim::uniform_exact(word);
    if (u < before || (word != last && exact <= exact_before)) FAIL_CHECK("falls at word " << word);
    // Half a word is lost to the 31 bits; two roundings to 24 bits come on top.
    worst = std::max(worst, (std::abs(static_cast<double>(u) - exact) - 0x1p-33) / exact);
    before = u;
    exact_before = exact;
    last = word;
  }
  CHECK(worst <= 0x1p-23);
}

TEST_CASE("an event of probability 0 never happens, one of probability 1 always") {
  for (const std::uint32_t word : telling_words()) {
    const bool never = sim::coin(word) < sim::threshold(0.0);
    const bool always = sim::coin(word) < sim::threshold(1.0);
    if (never || !always) FAIL_CHECK("at word " << word);
  }
  CHECK(sim::threshold(-1.0) == 0);
  CHECK(sim::threshold(-0.0) == 0);
  CHECK(sim::threshold(std::numeric_limits<double>::quiet_NaN()) == 0);
  CHECK(sim::threshold(2.0) == 0x80000000u);
  CHECK(sim::threshold(1.0 - 0x1p-53) == 0x80000000u);
}

TEST_CASE("the probability of an event is met to 2^-31 and never falls when it is raised") {
  std::mt19937_64 engine{4};
  std::vector<double> probabilities{0x1p-40, 0x1p-32, 0x1p-31, 1e-9, 1e-6, 0.1, 0.5, 0.9, 1.0 - 0x1p-31, 1.0 - 0x1p-40};
  for (int i = 0; i < 100000; ++i) probabilities.push_back(static_cast<double>(engine() >> 11U) * 0x1p-53);
  std::sort(probabilities.begin(), probabilities.end());
  double worst = 0.0;
  std::uint32_t before = 0;
  for (const double p : probabilities) {
    const std::uint32_t t = sim::threshold(p);
    worst = std::max(worst, std::abs(static_cast<double>(t) * 0x1p-31 - p));
    if (t < before) FAIL_CHECK("falls at p = " << p);
    before = t;
  }
  CHECK(worst <= 0x1p-32);
}

TEST_CASE("a coin is the word without its lowest bit") {
  CHECK(sim::coin(0) == 0);
  CHECK(sim::coin(1) == 0);
  CHECK(sim::coin(2) == 1);
  CHECK(sim::coin(kTop) == 0x7fffffffu);
}

TEST_CASE("entities are XXH64 of the dotted id with seed 0") {
  // Values of the reference implementation.
  CHECK(sim::entity_hash("") == 0xef46db3751d8e999ULL);
  CHECK(sim::entity_hash("a") == 0xd24ec4f1a98c6e5bULL);
  CHECK(sim::entity_hash("as") == 0x1c330fb2d66be179ULL);
  CHECK(sim::entity_hash("asd") == 0x631c37ce72a97393ULL);
  CHECK(sim::entity_hash("asdf") == 0x415872f599cea71eULL);
  CHECK(sim::entity_hash("abc") == 0x44bc2cf5ad770999ULL);
  CHECK(sim::entity_hash("Call me Ishmael. Some years ago--never mind how long precisely-") == 0x02a2e85470d6fd96ULL);
}

TEST_CASE("ids of a large network have hashes of their own") {
  std::set<std::uint64_t> hashes;
  constexpr std::size_t kPartners = 100000;
  for (std::size_t i = 0; i < kPartners; ++i) hashes.insert(sim::entity_hash("partner.referrer_" + std::to_string(i)));
  CHECK(hashes.size() == kPartners);
}

TEST_CASE("process, month and call share a counter word without overlap") {
  constexpr auto packed = [](std::uint32_t process, std::uint32_t month, std::uint32_t call) {
    return sim::Address{0, process, month, call}.packed();
  };
  constexpr auto kMonths = static_cast<std::uint32_t>(sim::kMaxMonths);
  constexpr auto kProcesses = static_cast<std::uint32_t>(sim::kMaxProcesses);
  static_assert(kMonths == 1023 && kProcesses == 64);
  static_assert(packed(kProcesses - 1, 0, 0) == 0xfc000000u);
  static_assert(packed(0, kMonths, 0) == 0x03ff0000u);
  static_assert(packed(0, 0, 0xffff) == 0x0000ffffu);
  static_assert(packed(kProcesses - 1, kMonths, 0xffff) == 0xffffffffu);
  for (const std::uint32_t process : {0u, 1u, 2u, 62u, 63u})
    for (const std::uint32_t month : {0u, 1u, 2u, 512u, 1022u, 1023u})
      for (const std::uint32_t call : {0u, 1u, 0x7fffu, sim::kFirstAttempt, 0xfffeu, 0xffffu}) {
        const std::uint32_t p = packed(process, month, call);
        CHECK((p >> 26U) == process);
        CHECK((p >> 16U & 0x3ffU) == month);
        CHECK((p & 0xffffU) == call);
      }
}

TEST_CASE("another call of an address changes nothing but the call") {
  constexpr sim::Address base{99, 4, 12, 3};
  constexpr sim::Address other = base.at_call(70);
  static_assert(other.entity == 99 && other.process == 4 && other.month == 12 && other.call == 70);
}
