// models/shocks/firm_factor.h: rows that firms share, against a row for each firm.
#include "models/shocks/firm_factor.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

namespace {

using partnersim::Firm;
using partnersim::index;
using partnersim::numbered;

constexpr std::size_t kFirms = 9, kLanes = 5;

// The plain way: a row for each firm.
struct Plain {
  std::vector<std::vector<float>> rows = std::vector<std::vector<float>>(kFirms, std::vector<float>(kLanes, 1.0f));
};

void check_same(const partnersim::FirmFactor& factor, const Plain& plain) {
  for (std::size_t firm = 0; firm < kFirms; ++firm)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      REQUIRE((factor.used(numbered<Firm>(firm)) ? factor.row(numbered<Firm>(firm))[lane] : 1.0f) ==
              plain.rows[firm][lane]);
}

}  // namespace

TEST_CASE("factors of firms that share rows are those of a row for each") {
  std::mt19937 engine(3);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(engine() % n); };
  partnersim::FirmFactor factor(kFirms, kLanes);
  for (int month = 0; month < 500; ++month) {
    factor.clear();
    Plain plain;
    check_same(factor, plain);
    for (std::size_t strike = below(8); strike > 0; --strike) {
      const std::size_t lane = below(kLanes);
      const float left = static_cast<float>(1 + below(7)) / 8.0f;
      if (below(3) == 0) {
        const std::size_t firm = below(kFirms);
        factor.touch(numbered<Firm>(firm))[lane] *= left;
        plain.rows[firm][lane] *= left;
      } else {
        std::vector<Firm> firms;
        for (std::size_t firm = 0; firm < kFirms; ++firm)
          if (below(3) != 0) firms.push_back(numbered<Firm>(firm));
        const auto rows = factor.touch(firms);
        CHECK(std::set<float*>(rows.begin(), rows.end()).size() == rows.size());
        for (float* row : rows) row[lane] *= left;
        for (const Firm firm : firms) plain.rows[index(firm)][lane] *= left;
      }
      check_same(factor, plain);
    }
  }
}

TEST_CASE("firms struck together share a row until one of them is struck alone") {
  partnersim::FirmFactor factor(kFirms, kLanes);
  const std::vector<Firm> all{Firm{0}, Firm{1}, Firm{2}, Firm{3}}, some{Firm{1}, Firm{2}};
  CHECK(factor.touch(all).size() == 1);
  CHECK(factor.row(Firm{0}) == factor.row(Firm{3}));
  CHECK(factor.touch(all).size() == 1);
  CHECK(factor.touch(some).size() == 1);
  CHECK(factor.row(Firm{1}) == factor.row(Firm{2}));
  CHECK(factor.row(Firm{0}) != factor.row(Firm{1}));
  CHECK(factor.touch(all).size() == 2);
  factor.touch(Firm{3});
  CHECK(factor.row(Firm{0}) != factor.row(Firm{3}));
  CHECK(factor.row(Firm{8}) == nullptr);
}
