// Valuation, jobs, shares of markets, and whom revenue comes through (MODEL.md, section 14): future by future from the
// outcomes they are made of.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/shipped.h"

namespace {

using namespace partnersim::testing;

const std::string kFirm =
    "[firm]\nfixed_cost = 300\nvaluation_multiple = 4\nrevenue_per_job = 200\nrevenue_before = 1_000\n"
    "[market.all]\nsize = 50_000\ngrowth = 0.1\n[market.north]\nsize = 9_000\nregion = \"north\"\n"
    "[firm.direct]\nleads = 10\nclose_rate = 0.3\ndeal_value = 100\n"
    "[partner.a]\nleads = 6\nclose_rate = 0.5\ndeal_value = 50\nregion = \"north\"\nsector = \"Food & drink\"\n"
    "type = \"channel\"\nchurn = 0.05\n"
    "[partner.b]\nleads = 2\nclose_rate = 0.5\ndeal_value = 80\n";

Run run(int months, const std::string& more = "") {
  return Run(Head{.months = months, .replications = 2'000, .seed = 291, .outcomes = "", .output = more}.text() + kFirm);
}

// As far as single precision goes.
void check_same(const std::string& claim, const std::vector<float>& found, const std::vector<double>& exact) {
  CAPTURE(claim);
  REQUIRE(found.size() == exact.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(exact[i]) && std::isnan(found[i])) continue;
    worst = std::max(worst, std::abs(static_cast<double>(found[i]) - exact[i]) / std::max(1.0, std::abs(exact[i])));
  }
  CHECK(worst < 1e-5);
}

}  // namespace

TEST_CASE("valuation, jobs and market shares are of the last twelve months") {
  const Run two = run(24), one = run(12);  // the same first year
  const auto of = [](const Run& finished, const char* name) { return finished.column(name); };
  const auto profit = of(two, "profit"), early_profit = of(one, "profit"), trailing = of(two, "revenue_trailing12");
  const Run totals = run(24, "breakdown = true\n"), early_totals = run(12, "breakdown = true\n");
  const auto north = totals.column("revenue_by_type_channel"),
             early_north = early_totals.column("revenue_by_type_channel");
  std::vector<double> valuation, jobs, share, regional, first_year;
  for (std::size_t i = 0; i < profit.size(); ++i) {
    const auto real = [&](const std::vector<float>& column) { return static_cast<double>(column[i]); };
    valuation.push_back(4.0 * (real(profit) - real(early_profit)));
    jobs.push_back((real(trailing) - 1'000.0) / 200.0);
    share.push_back(real(trailing) / (50'000.0 * std::pow(1.1, 23.0 / 12.0)));
    regional.push_back((real(north) - real(early_north)) / 9'000.0);
    first_year.push_back(4.0 * real(early_profit));
  }
  check_same("valuation", of(two, "valuation"), valuation);
  check_same("valuation after a year", of(one, "valuation"), first_year);
  check_same("jobs", of(two, "jobs"), jobs);
  check_same("market share", of(two, "market_share_all"), share);
  check_same("share of a region", of(two, "market_share_north"), regional);
  // The spreadsheet, exactly: 300 of direct business, 150 and 80 of partners a month.
  const auto expected = two.expected().outcomes;
  const double year = 12.0 * (300.0 + 80.0), lasts = 150.0 * std::pow(0.95, 12) * (1.0 - std::pow(0.95, 12)) / 0.05;
  CHECK(expected.at("jobs") == about((year + lasts - 1'000.0) / 200.0, 1e-9));
  CHECK(expected.at("valuation") == about(4.0 * (year + lasts - 3'600.0), 1e-9));
  CHECK(expected.at("market_share_north") == about(lasts / 9'000.0, 1e-9));
  CHECK(expected.at("market_share_all") == about((year + lasts) / (50'000.0 * std::pow(1.1, 23.0 / 12.0)), 1e-9));
}

TEST_CASE("half a year is twice as much a year") {
  const Run half(Head{.months = 6, .replications = 2'000, .seed = 291, .outcomes = ""}.text() +
                 replaced(kFirm, "valuation_multiple = 4\n", ""));
  const auto revenue = half.column("revenue");
  std::vector<double> jobs;
  for (const float r : revenue) jobs.push_back((2.0 * static_cast<double>(r) - 1'000.0) / 200.0);
  check_same("jobs", half.column("jobs"), jobs);
}

TEST_CASE("revenue by type and sector, and how much hangs on few, are made of partners' revenue") {
  const Run finished = run(24, "breakdown = true\n");
  const auto a = finished.column("revenue_by_type_channel"), b = finished.column("revenue_by_type_referral"),
             all = finished.column("revenue");
  CHECK(a == finished.column("revenue_by_sector_food_drink"));
  std::vector<double> index, effective, top;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double one = static_cast<double>(a[i]), other = static_cast<double>(b[i]), sum = one + other;
    index.push_back((one * one + other * other) / (sum * sum));
    effective.push_back(1.0 / index.back());
    top.push_back(std::max(one, other) / static_cast<double>(all[i]));
  }
  check_same("Herfindahl index", finished.column("herfindahl_index"), index);
  check_same("effective partners", finished.column("effective_partners"), effective);
  check_same("top share", finished.column("top_share"), top);
}
