// sim/lanes/compact.h: each instruction set against the plain loop it stands for.
#include "sim/lanes/compact.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "sim/lanes/lane.h"

namespace {

constexpr std::size_t kRoom = 512;
constexpr std::uint32_t kCanary = 0xdeadbeef;

using Positions = sim::Lane<std::uint32_t>;
using Singles = sim::Lane<float>;

class Source {
 public:
  std::uint32_t word() { return static_cast<std::uint32_t>(engine_() >> 32U); }
  std::uint32_t below(std::uint32_t limit) { return word() % limit; }
  // `count` different lanes of kRoom, ascending, padded with rubbish that must not matter.
  Positions list(std::size_t count) {
    std::vector<std::uint32_t> all(kRoom);
    std::iota(all.begin(), all.end(), 0u);
    std::shuffle(all.begin(), all.end(), engine_);
    std::sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
    Positions list(sim::padded(count) + sim::kLanePadding, kCanary);
    std::copy_n(all.begin(), count, list.begin());
    return list;
  }
  // Any bit pattern: gathers and scatters must not look at values.
  Singles floats() {
    Singles values(kRoom);
    for (float& v : values) v = std::bit_cast<float>(word());
    return values;
  }
  Positions words() {
    Positions values(kRoom);
    for (std::uint32_t& v : values) v = word();
    return values;
  }

 private:
  std::mt19937_64 engine_{5};
};

template <class Body>
void for_all(Body body) {
  Source source;
  for (const sim::Isa isa : sim::available_isas()) {
    CAPTURE(sim::to_string(isa));
    for (std::size_t count = 0; count <= 100; ++count) {
      CAPTURE(count);
      for (int repeat = 0; repeat < 20; ++repeat) body(source, isa, count, repeat);
    }
  }
}

bool same_float(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

bool untouched(const Positions& values, std::size_t from) {
  return std::all_of(values.begin() + static_cast<std::ptrdiff_t>(from), values.end(),
                     [](std::uint32_t v) { return v == kCanary; });
}

}  // namespace

TEST_CASE("positions_above finds the values above the limit, unsigned, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, std::size_t count, int repeat) {
    Positions values = source.words();
    if (repeat % 2 == 0)
      for (std::uint32_t& v : values) v %= 7;
    const std::uint32_t limits[] = {0, 1, 3, 6, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    for (const std::uint32_t limit : limits) {
      std::vector<std::uint32_t> expected;
      for (std::size_t i = 0; i < count; ++i)
        if (values[i] > limit) expected.push_back(static_cast<std::uint32_t>(i));
      Positions out(sim::padded(count) + sim::kLanePadding, kCanary);
      const std::size_t found = sim::positions_above(isa, values.data(), count, limit, out.data());
      REQUIRE(found == expected.size());
      REQUIRE(std::equal(expected.begin(), expected.end(), out.begin()));
      REQUIRE(untouched(out, sim::padded(count)));
    }
  });
}

TEST_CASE("gather moves the listed lanes' bits, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, std::size_t count, int) {
    const Positions list = source.list(count);
    const Singles floats = source.floats();
    const Positions words = source.words();
    Singles float_out(sim::padded(count) + sim::kLanePadding, std::bit_cast<float>(kCanary));
    Positions word_out(sim::padded(count) + sim::kLanePadding, kCanary);
    sim::gather(isa, floats.data(), list.data(), count, float_out.data());
    sim::gather(isa, words.data(), list.data(), count, word_out.data());
    for (std::size_t i = 0; i < count; ++i) {
      REQUIRE(same_float(float_out[i], floats[list[i]]));
      REQUIRE(word_out[i] == words[list[i]]);
    }
    REQUIRE(untouched(word_out, sim::padded(count)));
    for (std::size_t i = sim::padded(count); i < float_out.size(); ++i)
      REQUIRE(same_float(float_out[i], std::bit_cast<float>(kCanary)));
  });
}

TEST_CASE("scatter_add adds to the listed lanes and to no other, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, std::size_t count, int) {
    const Positions list = source.list(count);
    Singles from(kRoom), to(kRoom);
    for (float& v : from) v = static_cast<float>(source.word()) * 0x1p-20f;
    for (float& v : to) v = static_cast<float>(source.word()) * 0x1p-16f - 1e4f;
    Singles expected = to;
    for (std::size_t i = 0; i < count; ++i) expected[list[i]] += from[i];
    sim::scatter_add(isa, from.data(), list.data(), count, to.data());
    REQUIRE(std::equal(to.begin(), to.end(), expected.begin(), same_float));
  });
}

TEST_CASE("move_above moves the elements whose key is above the limit, in place too, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, std::size_t count, int repeat) {
    Positions keys = source.words();
    for (std::uint32_t& k : keys) k %= static_cast<std::uint32_t>(repeat / 4 + 2);
    if (repeat % 4 == 0)
      for (std::uint32_t& k : keys) k |= 0x80000000u;
    const Positions words = source.words();
    Singles floats = source.floats();
    const Singles given = floats;
    const std::uint32_t limit = repeat % 4 == 0 ? 0x80000000u : source.below(4);
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < count; ++i)
      if (keys[i] > limit) expected.push_back(i);
    Positions out(sim::padded(count) + sim::kLanePadding, kCanary);
    const std::size_t moved =
        sim::move_above(isa, keys.data(), count, limit, {{words.data(), out.data()}, {floats.data(), floats.data()}});
    REQUIRE(moved == expected.size());
    for (std::size_t k = 0; k < moved; ++k) {
      REQUIRE(out[k] == words[expected[k]]);
      REQUIRE(same_float(floats[k], given[expected[k]]));
    }
    REQUIRE(untouched(out, sim::padded(count)));
    for (std::size_t i = sim::padded(count); i < kRoom; ++i) REQUIRE(same_float(floats[i], given[i]));
    // All in place, the keys last; as many rows as there are callers for.
    Positions given_keys = keys, a = words, b = words, c = words, d = words;
    REQUIRE(sim::move_above(isa, keys.data(), count, limit,
                            {{a.data(), a.data()},
                             {b.data(), b.data()},
                             {c.data(), c.data()},
                             {d.data(), d.data()},
                             {words.data(), out.data()},
                             {keys.data(), keys.data()}}) == moved);
    for (std::size_t k = 0; k < moved; ++k) {
      REQUIRE(keys[k] == given_keys[expected[k]]);
      for (const Positions* row : {&a, &b, &c, &d, &out}) REQUIRE((*row)[k] == words[expected[k]]);
    }
    keys = given_keys;
    REQUIRE(sim::move_above(isa, keys.data(), count, limit,
                            {{keys.data(), a.data()},
                             {keys.data(), b.data()},
                             {keys.data(), c.data()},
                             {keys.data(), d.data()},
                             {keys.data(), keys.data()}}) == moved);
    for (std::size_t k = 0; k < moved; ++k)
      for (const Positions* row : {&a, &b, &c, &d, &keys}) REQUIRE((*row)[k] == given_keys[expected[k]]);
  });
}
