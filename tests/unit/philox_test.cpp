// sim/rng/philox.h against Random123: its published vectors, its C library, and our own batches.
#include "sim/rng/philox.h"

#include <Random123/philox.h>
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "sim/lanes/lane.h"

namespace {

using Words = std::array<std::uint32_t, 4>;

// The address whose counter is (replication, c1, c2, c3).
sim::Address address_of(std::uint32_t c1, std::uint32_t c2, std::uint32_t c3) {
  return {static_cast<std::uint64_t>(c3) << 32U | c2, c1 >> 26U, c1 >> 16U & 0x3ffU, c1 & 0xffffU};
}

Words ours(const Words& counter, std::uint32_t key0, std::uint32_t key1) {
  const sim::Philox philox(static_cast<std::uint64_t>(key1) << 32U | key0);
  return philox.words(counter[0], address_of(counter[1], counter[2], counter[3]));
}

constexpr std::uint32_t kCanary = 0xdeadbeef;

// Rows of padded(count) words, and one more line that a batch may not touch.
struct Rows {
  explicit Rows(std::size_t count) : reach(sim::padded(count)), storage(4, reach + sim::kLanePadding) {
    storage.fill(kCanary);
  }
  sim::Philox::Words words() { return sim::Philox::Words::in(storage); }
  bool overrun() {
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t i = reach; i < reach + sim::kLanePadding; ++i)
        if (storage.row(k)[i] != kCanary) return true;
    return false;
  }
  std::size_t reach;
  sim::Grid<std::uint32_t> storage;
};

}  // namespace

TEST_CASE("Philox gives the known answers that Random123 publishes") {
  struct Vector {
    Words counter;
    std::uint32_t key0, key1;
    Words answer;
  };
  // philox4x32, 10 rounds, of kat_vectors in Random123 1.14: zeros, ones, digits of pi.
  const Vector vectors[] = {
      {{0, 0, 0, 0}, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       0xffffffff,
       0xffffffff,
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       0xa4093822,
       0x299f31d0,
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const Vector& v : vectors) CHECK(ours(v.counter, v.key0, v.key1) == v.answer);
}

TEST_CASE("Philox equals the Random123 library at random counters and keys") {
  std::mt19937_64 engine{1};
  const auto word = [&] { return static_cast<std::uint32_t>(engine() >> 32U); };
  int different = 0;
  for (int i = 0; i < 10000; ++i) {
    const Words counter{word(), word(), word(), word()};
    const std::uint32_t key0 = word(), key1 = word();
    const philox4x32_ctr_t in = {{counter[0], counter[1], counter[2], counter[3]}};
    const philox4x32_key_t key = {{key0, key1}};
    const philox4x32_ctr_t out = philox4x32_R(10, in, key);
    different += ours(counter, key0, key1) == Words{out.v[0], out.v[1], out.v[2], out.v[3]} ? 0 : 1;
  }
  CHECK(different == 0);
}

TEST_CASE("a batch equals one call for each replication, whatever the instruction set, the count and the lanes") {
  std::mt19937_64 engine{2};
  for (const sim::Isa isa : sim::available_isas()) {
    CAPTURE(sim::to_string(isa));
    // The last offset passes 2^32 in the middle of the batch.
    for (const std::uint32_t first : {0u, 1u, 7u, 511u, 3000000019u, 0xffffffd0u}) {
      CAPTURE(first);
      for (std::size_t count = 0; count <= 100; ++count) {
        const sim::Philox philox(engine());
        const sim::Address address{engine(), static_cast<std::uint32_t>(engine() & 63U),
                                   static_cast<std::uint32_t>(engine() & 1023U),
                                   static_cast<std::uint32_t>(engine() & 0xffffU)};
        std::vector<std::uint32_t> ascending(count + 1), scattered(count + 1);
        std::iota(ascending.begin(), ascending.end(), 0u);
        std::uint32_t lane = 0;
        for (std::uint32_t& l : scattered) l = lane += static_cast<std::uint32_t>(1 + engine() % 9);
        for (const auto* list : {static_cast<std::vector<std::uint32_t>*>(nullptr), &ascending, &scattered}) {
          sim::Lane<std::uint32_t> lanes(sim::padded(count + 1), 0x77777777u);
          for (std::size_t i = 0; list != nullptr && i < count; ++i) lanes[i] = (*list)[i];
          Rows rows(count);
          philox.words(isa, {list != nullptr ? lanes.data() : nullptr, count, first}, address, rows.words());
          int different = 0;
          for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t at = list != nullptr ? (*list)[i] : static_cast<std::uint32_t>(i);
            const Words expected = philox.words(first + at, address);
            for (std::size_t k = 0; k < 4; ++k) different += rows.storage.row(k)[i] == expected[k] ? 0 : 1;
          }
          CAPTURE(count);
          REQUIRE(different == 0);
          REQUIRE_FALSE(rows.overrun());
        }
      }
    }
  }
}

TEST_CASE("a batch with an entity for each counter equals single calls with that entity") {
  std::mt19937_64 engine{3};
  const sim::Philox philox(77);
  for (const sim::Isa isa : sim::available_isas()) {
    CAPTURE(sim::to_string(isa));
    for (std::size_t count = 0; count <= 100; ++count) {
      const std::size_t room = sim::padded(count + 1);
      sim::Lane<std::uint32_t> lanes(room), low(room), high(room);
      for (std::size_t i = 0; i < count; ++i) {
        lanes[i] = static_cast<std::uint32_t>(engine() % 1000);  // a lane may stand in a batch many times
        low[i] = static_cast<std::uint32_t>(engine() >> 32U);
        high[i] = static_cast<std::uint32_t>(engine() >> 32U);
      }
      const sim::Address address{0, 4, static_cast<std::uint32_t>(1 + count), 2};
      for (const std::uint32_t first : {0u, 3000000019u}) {
        Rows rows(count);
        philox.words(isa, {lanes.data(), count, first}, {low.data(), high.data()}, address, rows.words());
        int different = 0;
        for (std::size_t i = 0; i < count; ++i) {
          sim::Address own = address;
          own.entity = static_cast<std::uint64_t>(high[i]) << 32U | low[i];
          const Words expected = philox.words(first + lanes[i], own);
          for (std::size_t k = 0; k < 4; ++k) different += rows.storage.row(k)[i] == expected[k] ? 0 : 1;
        }
        CAPTURE(count);
        REQUIRE(different == 0);
        REQUIRE_FALSE(rows.overrun());
      }
    }
  }
}

TEST_CASE("every field of an address and the seed change all four words") {
  const sim::Address base{0x0123456789abcdefULL, 5, 17, 3};
  const sim::Philox philox(42);
  const Words words = philox.words(100, base);
  sim::Address low = base, high = base, process = base, month = base;
  low.entity ^= 1U;
  high.entity ^= 1ULL << 63U;
  process.process ^= 1U;
  month.month ^= 1U;
  for (const Words& other : {philox.words(101, base), philox.words(100, low), philox.words(100, high),
                             philox.words(100, process), philox.words(100, month), philox.words(100, base.at_call(4)),
                             sim::Philox(43).words(100, base), sim::Philox(42ULL | 1ULL << 32U).words(100, base)})
    for (std::size_t k = 0; k < 4; ++k) CHECK(other[k] != words[k]);
}
