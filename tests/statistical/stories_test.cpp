// The scenarios that ship show the figures their comments promise, within the tolerance they promise.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/shipped.h"

using partnersim::testing::about;

using partnersim::testing::replaced;
using partnersim::testing::Run;
using partnersim::testing::shipped;

namespace {

double mean(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("the ceiling breaker makes 4.69 M in the twelve months to month 18") {
  const Run run(shipped("ceiling_breaker", 20'000));
  CHECK(std::abs(mean(run.column("revenue_trailing12")) - 4.69e6) < 0.02e6);
  CHECK(run.expected().outcomes.at("revenue_trailing12") == about(4.69e6, 1e-4));
}

TEST_CASE("farm to table makes 850 k in six months") {
  const Run run(shipped("farm_to_table", 20'000));
  CHECK(std::abs(mean(run.column("revenue")) - 850e3) < 3e3);
  CHECK(run.expected().outcomes.at("revenue") == about(850e3, 2e-4));
  CHECK(std::abs(mean(run.column("jobs")) - 23.0) < 0.1);
}

TEST_CASE(
    "a reseller whose customers pay late keeps a firm of subscribers alive in half of the futures it would not be") {
  const std::string scenario = shipped("subscriptions", 20'000);
  const Run with(scenario), alone(replaced(scenario, "[partner.reseller]\n", "[partner.reseller]\nenabled = false\n"));
  CHECK(std::abs(mean(with.column("out_of_cash")) - 0.210) < 0.014);
  CHECK(std::abs(mean(alone.column("out_of_cash")) - 0.497) < 0.014);
  CHECK(std::abs(mean(with.column("profit")) + 4'900) < 1'100);
  CHECK(std::abs(mean(alone.column("profit")) + 32'700) < 1'100);
  CHECK(std::abs(mean(with.column("recurring_revenue_end")) - 16'600) < 290);
  CHECK(std::abs(mean(alone.column("recurring_revenue_end")) - 9'300) < 290);
}

TEST_CASE("each way to grow has the profit and the risk it says") {
  const std::string base = shipped("make_buy_or_partner", 20'000);
  struct Way {
    std::vector<std::string> tables;
    double profit, out_of_cash;
  };
  const Way ways[] = {{{}, 139'300, 0.013},
                      {{"[change.develop]\n", "[change.launch]\n"}, 257'800, 0.065},
                      {{"[acquisition.ads]\n"}, 308'400, 0.011},
                      {{"[change.hire]\n", "[change.trained]\n"}, 140'500, 0.090},
                      {{"[partner.software_house]\n"}, 225'700, 0.009}};
  for (const Way& way : ways) {
    std::string text = base;
    for (const std::string& table : way.tables) text = replaced(text, table + "enabled = false\n", table);
    CAPTURE(way.profit);
    const Run run(text);
    CHECK(std::abs(mean(run.column("profit")) - way.profit) < 6'000);
    CHECK(std::abs(mean(run.column("out_of_cash")) - way.out_of_cash) < 0.009);
  }
}

TEST_CASE("in the downturn three partners keep one firm in ten alive that would have failed alone") {
  const std::string scenario = shipped("downturn", 20'000);
  const Run with(scenario);
  CHECK(std::abs(mean(with.column("out_of_cash")) - 0.263) < 0.012);
  CHECK(std::abs(mean(with.column("profit")) - 48'400) < 1'500);
  std::string alone = replaced(scenario, "fixed_cost = 13_500", "fixed_cost = 12_000");
  for (const char* partner : {"[partner.accountant]", "[partner.web_agency]", "[partner.wholesaler]"})
    alone = replaced(alone, partner, std::string(partner) + "\nenabled = false");
  const Run without(alone);
  CHECK(std::abs(mean(without.column("out_of_cash")) - 0.365) < 0.012);
  CHECK(std::abs(mean(without.column("profit")) - 14'000) < 1'500);
}

TEST_CASE("everything.toml shows what it says") {
  const Run run(shipped("everything", 20'000));
  CHECK(std::abs(mean(run.column("revenue")) - 927e3) < 12e3);
  CHECK(std::abs(mean(run.column("out_of_cash")) - 0.208) < 0.012);
}
