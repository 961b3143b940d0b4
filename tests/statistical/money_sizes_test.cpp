// Money of very different sizes in one scenario: sums of cents beside sums of billions. Rate of false alarms:
// tests/support/statistics.h.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kChecks = 12;
Family family{kChecks};

const std::string kHead = "[scenario]\nmonths = 12\nreplications = 5000\nseed = 1\n";

std::string partner(const char* leads, const char* deal) {
  return std::string("[partner.acme]\nclose_rate = 0.3\nleads = ") + leads + "\ndeal_value = " + deal + "\n";
}

}  // namespace

TEST_CASE("large cash stands beside small deals, and both means are right") {
  struct Case {
    std::string firm, partner;
    double cash, sold, drained;  // opening cash; a month: revenue, and what is spent
  };
  for (const Case& c : {Case{"cash = 5_000_000\nfixed_cost = 20_000\n", partner("50_000", "0.02"), 5e6, 300.0, 2e4},
                        Case{"cash = 2e11\n", partner("4", "2_000"), 2e11, 2400.0, 0.0},
                        Case{"cash = -1e12\ncredit = 1e12\n", partner("4", "1e-9"), -1e12, 1.2e-9, 0.0}}) {
    const Run run(kHead + "[firm]\n" + c.firm + c.partner);
    const auto sold = run.monthly("revenue", 12);
    check_near(family, "revenue of month 12", sold.mean, sold.error, c.sold);
    CHECK(run.monthly("cash", 12).mean == about(c.cash + 12 * (c.sold - c.drained), 1e-6));
    const auto profit = run.monthly("profit", 12);
    check_near(family, "profit of month 12", profit.mean, profit.error, c.sold - c.drained);
    const auto brought = run.member("net_value", 0);
    check_near(family, "net value of the partner", brought.mean, brought.error, 12 * c.sold);
  }
}

TEST_CASE("what a shock takes may be far larger than what is sold") {
  const Run run(kHead + "[firm]\ncash = 1e9\n[shock.fire]\nmonths = [6]\naffects = \"cash\"\namount = 1e7\n" +
                partner("10", "0.05"));
  CHECK(run.monthly("profit", 6).mean == about(0.15 - 1e7, 1e-9));
  CHECK(run.monthly("cash", 6).mean == about(1e9 - 1e7, 1e-9));
}

TEST_CASE("fees may be far larger than deals, or all that there is, however small") {
  const std::string fees = "recurring = { fee = 300, retention = 0.9 }\n";
  const Run large(kHead + partner("10", "0.01") + fees);
  const auto month = large.monthly("revenue", 1);
  check_near(family, "fees of month 1", month.mean, month.error, 3 * 300.01);
  const Run small(kHead + partner("10", "0") + "recurring = { fee = 0.0003, retention = 0.9 }\n");
  const auto tiny = small.monthly("revenue", 1);
  check_near(family, "small fees of month 1", tiny.mean, tiny.error, 3 * 0.0003);
  CHECK(tiny.error > 0.0);
}

TEST_CASE("a firm that sells nothing has its costs to the last cent") {
  const Run run(kHead + "[firm]\ncash = 10\nfixed_cost = 0.003\n" + partner("10", "0"));
  CHECK(run.monthly("profit", 7).mean == about(-0.003, 1e-6));
  CHECK(run.monthly("cash", 12).mean == about(10 - 12 * 0.003, 1e-9));
}
