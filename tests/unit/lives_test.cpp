// models/network/lives.h against a plain table of what each link does in each lane.
#include "models/network/lives.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

using namespace partnersim;

TEST_CASE("lives: links begin, end once for the first cause, and leave when the month closes") {
  constexpr std::size_t kLinks = 9;
  std::mt19937 engine(11);
  for (const sim::Isa isa : sim::available_isas())
    for (const std::size_t lanes : {1U, 15U, 16U, 17U, 40U}) {
      CAPTURE(sim::to_string(isa));
      CAPTURE(lanes);
      Lives lives(kLinks, 40);
      std::vector<std::vector<Cause>> plain(kLinks, std::vector<Cause>(lanes, Cause::not_begun));
      std::vector<std::vector<bool>> works(kLinks, std::vector<bool>(lanes, false));
      lives.clear(lanes);
      sim::LaneList all(lanes);
      all.all(lanes);
      for (int month = 1; month <= 30; ++month) {
        for (std::size_t l = 0; l < kLinks; ++l)
          if (static_cast<std::size_t>(month) == 1 + l / 3) {
            lives.begin(numbered<Link>(l), all, month);
            std::ranges::fill(plain[l], Cause::none);
            works[l].assign(lanes, true);
          }
        for (int k = 0; k < 12; ++k) {
          const std::size_t l = engine() % kLinks, lane = engine() % lanes;
          const Cause cause = engine() % 2 == 0 ? Cause::shock : Cause::churn;
          const bool ends = plain[l][lane] == Cause::none;
          REQUIRE(lives.end(numbered<Link>(l), static_cast<std::uint32_t>(lane), cause) == ends);
          if (ends) plain[l][lane] = cause;
        }
        using End = std::tuple<std::size_t, std::size_t, Cause>;
        std::vector<End> told, expected;
        for (std::size_t l = 0; l < kLinks; ++l)
          for (std::size_t lane = 0; lane < lanes; ++lane) {
            REQUIRE(lives.lives(numbered<Link>(l), static_cast<std::uint32_t>(lane)) ==
                    (plain[l][lane] == Cause::none));
            if (!works[l][lane] || plain[l][lane] == Cause::none) continue;
            works[l][lane] = false;
            expected.emplace_back(l, lane, plain[l][lane]);
          }
        lives.close(isa, [&](Link link, const sim::LaneList& ended) {
          for (const std::uint32_t lane : ended) told.emplace_back(index(link), lane, lives.fate(link, lane));
        });
        REQUIRE(told == expected);
        for (std::size_t l = 0; l < kLinks; ++l) {
          const sim::LaneList& working = lives.working(numbered<Link>(l));
          REQUIRE(working.empty() == !lives.works(numbered<Link>(l)));
          for (std::uint32_t lane = 0; lane < lanes; ++lane)
            REQUIRE(std::binary_search(working.begin(), working.end(), lane) == works[l][lane]);
        }
      }
    }
}

TEST_CASE("lives: lanes of a link may first begin in different months, and begin with others that begin anew") {
  constexpr Link kLink{1};
  Lives lives(2, 20);
  lives.clear(20);
  const std::vector<std::uint32_t> early{0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                         0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  sim::LaneList first(20), mixed(20);
  first.above(sim::Isa::baseline, early.data(), 20, 0);
  lives.begin(kLink, first, 1);
  CHECK(lives.end(kLink, 2, Cause::churn));
  lives.close(sim::Isa::baseline, [](Link, const sim::LaneList&) {});
  mixed.unflagged(
      sim::Isa::baseline,
      [] {
        sim::LaneList all(20);
        all.all(20);
        return all;
      }(),
      early.data());
  sim::LaneList again(20);
  again.none(20);
  again.add(mixed);
  sim::LaneList two(20);
  std::vector<std::uint32_t> only_two(32, 0);
  only_two[2] = 1;
  two.above(sim::Isa::baseline, only_two.data(), 20, 0);
  again.add(two);
  lives.begin(kLink, again, 4);
  for (std::uint32_t lane = 0; lane < 20; ++lane) {
    CAPTURE(lane);
    CHECK(lives.generation(kLink, lane) == (lane == 2 ? 1u : 0u));
    CHECK(lives.age(kLink, lane, 6) == (lane == 1 || lane == 17 ? 6 : 3));
    CHECK(lives.lives(kLink, lane));
  }
  REQUIRE(lives.reborn().size() == 1);
  CHECK(lives.reborn().front().lane == 2);
}
