// sim/lanes/lane_list.h: lists, packing and spreading of each instruction set against the plain loops they stand for.
#include "sim/lanes/lane_list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

#include "sim/lanes/cells.h"

namespace {

constexpr std::size_t kRoom = 160;
using Words = sim::Lane<std::uint32_t>;
using Singles = sim::Lane<float>;

class Source {
 public:
  std::uint32_t word() { return static_cast<std::uint32_t>(engine_() >> 32U); }
  Words words(std::uint32_t below) {
    Words values(sim::padded(kRoom));
    for (std::uint32_t& v : values) v = word() % below;
    return values;
  }
  // Any bit pattern: moving must not look at values.
  Singles patterns() {
    Singles values(sim::padded(kRoom));
    for (float& v : values) v = std::bit_cast<float>(word());
    return values;
  }
  Singles numbers() {
    Singles values(sim::padded(kRoom));
    for (float& v : values) v = static_cast<float>(word()) * 0x1p-16f;
    return values;
  }

 private:
  std::mt19937_64 engine_{7};
};

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

// Lists of every density, from blocks of every size: body(source, isa, list, lanes of it, lanes of the block).
template <class Body>
void for_all(Body body) {
  Source source;
  for (const sim::Isa isa : sim::available_isas()) {
    CAPTURE(sim::to_string(isa));
    for (std::size_t lanes = 1; lanes <= kRoom; lanes += lanes < 70 ? 1 : 13) {
      CAPTURE(lanes);
      for (std::uint32_t tenths = 0; tenths <= 10; ++tenths) {
        CAPTURE(tenths);
        const Words values = source.words(10);
        std::vector<std::uint32_t> expected;
        for (std::uint32_t l = 0; l < lanes; ++l)
          if (values[l] + 1 > tenths) expected.push_back(l);
        sim::LaneList list(kRoom);
        list.all(kRoom);  // of a larger block, before
        tenths == 0 ? list.all(lanes) : list.above(isa, values.data(), lanes, tenths - 1);
        body(source, isa, list, expected, lanes);
      }
    }
  }
}

void check_list(const sim::LaneList& list, const std::vector<std::uint32_t>& expected, std::size_t lanes) {
  REQUIRE(std::equal(list.begin(), list.end(), expected.begin(), expected.end()));
  REQUIRE(list.empty() == expected.empty());
  REQUIRE(list.groups() == (lanes + 15) / 16);
  for (std::size_t l = 0; l < 16 * list.groups(); ++l)
    REQUIRE((list.bits()[l / 16] >> l % 16 & 1U) ==
            (std::binary_search(expected.begin(), expected.end(), static_cast<std::uint32_t>(l)) ? 1U : 0U));
}

}  // namespace

TEST_CASE("A list holds the lanes asked for, as numbers and as bits, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, sim::LaneList& list, std::vector<std::uint32_t>& expected,
             std::size_t lanes) {
    check_list(list, expected, lanes);
    // A flag is anything but 0; lists shrink month after month.
    for (const std::uint32_t most : {9u, 2u, 1u}) {
      Words flags = source.words(most + 1);
      for (std::uint32_t& f : flags) f *= source.word() | 1U;
      const bool keep = source.word() % 2 == 0;
      std::vector<std::uint32_t> dropped;
      std::copy_if(expected.begin(), expected.end(), std::back_inserter(dropped),
                   [&](std::uint32_t l) { return flags[l] != 0; });
      std::vector<std::uint32_t> left;
      std::set_difference(expected.begin(), expected.end(), dropped.begin(), dropped.end(), std::back_inserter(left));
      sim::LaneList shrinking(kRoom), gone(kRoom);
      shrinking = list;
      REQUIRE(shrinking.drop_flagged(isa, flags.data(), gone) == !dropped.empty());
      check_list(shrinking, left, lanes);
      if (!dropped.empty()) check_list(gone, dropped, lanes);
      std::erase_if(expected, [&](std::uint32_t l) { return (flags[l] != 0) != keep; });
      sim::LaneList other(kRoom);  // of a larger block, before
      other.all(kRoom);
      keep ? other.flagged(isa, list, flags.data()) : other.unflagged(isa, list, flags.data());
      check_list(other, expected, lanes);
      keep ? list.flagged(isa, list, flags.data()) : list.unflagged(isa, list, flags.data());
      check_list(list, expected, lanes);
    }
    list.none(lanes);
    check_list(list, {}, lanes);
  });
}

TEST_CASE("above compares without sign on every instruction set") {
  Source source;
  for (const sim::Isa isa : sim::available_isas())
    for (const std::uint32_t limit : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xfffffffeu, 0xffffffffu}) {
      const Words values = source.words(0xffffffffu);
      std::vector<std::uint32_t> expected;
      for (std::uint32_t l = 0; l < kRoom; ++l)
        if (values[l] > limit) expected.push_back(l);
      sim::LaneList list(kRoom);
      list.above(isa, values.data(), kRoom, limit);
      check_list(list, expected, kRoom);
    }
}

TEST_CASE("compress packs the listed lanes' bits, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, const sim::LaneList& list, const std::vector<std::uint32_t>& expected,
             std::size_t) {
    const Singles floats = source.patterns(), a = source.numbers(), b = source.numbers();
    const Words words = source.words(0xffffffffu);
    Singles packed(sim::padded(kRoom)), product(packed);
    Words packed_words(sim::padded(kRoom));
    sim::compress(isa, floats.data(), list, packed.data());
    sim::compress(isa, words.data(), list, packed_words.data());
    sim::compress_product(isa, a.data(), b.data(), list, product.data());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      REQUIRE(same_bits(packed[k], floats[expected[k]]));
      REQUIRE(packed_words[k] == words[expected[k]]);
      REQUIRE(same_bits(product[k], a[expected[k]] * b[expected[k]]));
    }
  });
}

TEST_CASE("expand spreads to the listed lanes and clears the others of the block, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, const sim::LaneList& list, const std::vector<std::uint32_t>& expected,
             std::size_t lanes) {
    const Singles from = source.patterns();
    Singles to = source.patterns();
    Singles wanted(lanes, 0.0f);
    for (std::size_t k = 0; k < expected.size(); ++k) wanted[expected[k]] = from[k];
    sim::expand(isa, from.data(), list, to.data());
    REQUIRE(std::equal(wanted.begin(), wanted.end(), to.begin(), same_bits));
    const Words words = source.words(0xffffffffu);
    Words spread = source.words(0xffffffffu);
    sim::expand(isa, words.data(), list, spread.data());
    for (std::size_t l = 0, k = 0; l < lanes; ++l)
      REQUIRE(spread[l] == (k < expected.size() && expected[k] == l ? words[k++] : 0u));
  });
}

TEST_CASE("expand_add adds to the listed lanes and to no other, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, const sim::LaneList& list, const std::vector<std::uint32_t>& expected,
             std::size_t) {
    const Singles from = source.numbers();
    Singles to = source.numbers();
    Singles wanted = to;
    for (std::size_t k = 0; k < expected.size(); ++k) wanted[expected[k]] += from[k];
    sim::expand_add(isa, from.data(), list, to.data());
    REQUIRE(std::equal(wanted.begin(), wanted.end(), to.begin(), same_bits));
  });
}

TEST_CASE("expand_add_product and add_to add to the listed lanes and to no other, on every instruction set") {
  for_all([](Source& source, sim::Isa isa, const sim::LaneList& list, const std::vector<std::uint32_t>& expected,
             std::size_t) {
    const Singles from = source.numbers(), times = source.numbers();
    Singles to = source.numbers();
    Singles wanted = to;
    for (std::size_t k = 0; k < expected.size(); ++k) wanted[expected[k]] += from[k] * times[expected[k]];
    sim::expand_add_product(isa, from.data(), times.data(), list, to.data());
    REQUIRE(std::equal(wanted.begin(), wanted.end(), to.begin(), same_bits));
    for (const std::uint32_t lane : expected) wanted[lane] += from[0];
    sim::add_to(isa, from[0], list, to.data());
    REQUIRE(std::equal(wanted.begin(), wanted.end(), to.begin(), same_bits));
  });
}

TEST_CASE("expand undoes compress") {
  for_all([](Source& source, sim::Isa isa, const sim::LaneList& list, const std::vector<std::uint32_t>& expected,
             std::size_t lanes) {
    const Singles from = source.patterns();
    Singles packed(sim::padded(kRoom)), back(packed);
    sim::compress(isa, from.data(), list, packed.data());
    sim::expand(isa, packed.data(), list, back.data());
    for (std::uint32_t l = 0; l < lanes; ++l)
      REQUIRE(same_bits(back[l], std::binary_search(expected.begin(), expected.end(), l) ? from[l] : 0.0f));
  });
}

TEST_CASE("cells of many lists are those of one list after the other, on every instruction set") {
  constexpr std::size_t kLists = 7;
  Source source;
  for (const sim::Isa isa : sim::available_isas())
    for (const std::size_t lanes : {1U, 15U, 16U, 17U, 40U, 160U})
      for (const std::size_t stride : {std::size_t{0}, sim::padded(kRoom)}) {
        CAPTURE(sim::to_string(isa));
        CAPTURE(lanes);
        sim::LaneLists lists(kLists, kRoom);
        std::vector<std::uint64_t> entities;
        Singles a, b, factor = source.numbers();
        for (std::size_t k = 0; k < kLists; ++k) {
          lists[k].above(isa, source.words(4).data(), lanes, static_cast<std::uint32_t>(k % 4));  // the fourth is empty
          entities.push_back(std::uint64_t{source.word()} << 32 | source.word());
          for (Singles* rows : {&a, &b}) {
            const Singles row = source.numbers();
            rows->insert(rows->end(), row.begin(), row.end());
          }
        }
        Words lane(kLists * kRoom + 16), list(lane), low(lane), high(lane);
        Singles to_a(lane.size()), to_b(lane.size());
        const std::size_t size =
            sim::append_cells(isa, lists.all(), 100, {entities.data(), a.data(), b.data(), stride, factor.data()},
                              {lane.data(), list.data(), low.data(), high.data(), to_a.data(), to_b.data()});
        Singles sums = source.numbers(), wanted = sums;
        std::size_t cell = 0;
        for (std::size_t k = 0; k < kLists; ++k)
          for (const std::uint32_t l : lists[k]) {
            REQUIRE(lane[cell] == l);
            REQUIRE(list[cell] == 100 + k);
            REQUIRE((std::uint64_t{high[cell]} << 32 | low[cell]) == entities[k]);
            REQUIRE(same_bits(to_a[cell], a[k * stride + l] * factor[l]));
            REQUIRE(same_bits(to_b[cell], b[k * stride + l] * factor[l]));
            wanted[l] += to_a[cell++];
          }
        REQUIRE(cell == size);
        sim::expand_add(isa, to_a.data(), lists.all(), sums.data());
        REQUIRE(std::equal(wanted.begin(), wanted.end(), sums.begin(), same_bits));
      }
}
