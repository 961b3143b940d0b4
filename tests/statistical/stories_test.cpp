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
