// Numbers that are a share of others follow them in every future, through their dated changes (MODEL.md, section 13).
// Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"
#include "tests/support/text.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 12;
constexpr int kChecks = 20;
Family family{kChecks};

const std::string kDirect =
    "[firm.direct]\nleads = { lognormal = { mean = 4, cv = 0.5 } }\nclose_rate = 1\ndeal_value = 1\n";

std::string neighbour(const std::string& id, const std::string& leads) {
  return "[partner." + id + "]\nclose_rate = 1\ndeal_value = 1\nleads = " + leads + "\n";
}

Run run(const std::string& rest) {
  return Run(Head{.months = kMonths, .replications = 100'000, .seed = 301}.text() + rest);
}

std::string complaint(const std::string& rest) {
  try {
    run(rest);
  } catch (const sim::ConfigurationError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a share of an uncertain number is the same share in every future") {
  const Run finished = run(kDirect + neighbour("a", "{ share = 0.5, of = \"firm.direct.leads\" }") +
                           neighbour("b", "{ share = 0.4, of = \"partner.a.leads\" }"));
  // 1 + .5 + .2 of one draw, of mean 4 and variance 4.
  const double mean = 1.7 * 4.0 * kMonths, variance = mean + 1.7 * 1.7 * kMonths * kMonths * 4.0;
  check_mean(family, "related leads", finished.column("wins"), mean);
  check_variance(family, "related leads", finished.column("wins"), variance);
  CHECK(finished.outputs().inputs.size() == 1);
  CHECK(finished.expected().outcomes.at("wins") == about(mean, 1e-9));
}

TEST_CASE("dated changes of a number carry over to its shares, and those of a share end it") {
  const Run finished = run(kDirect + neighbour("a", "{ share = 0.5, of = \"firm.direct.leads\" }") +
                           "[change.up]\nmonth = 5\nset = { \"firm.direct.leads\" = 8 }\n"
                           "[change.own]\nmonth = 9\nset = { \"partner.a.leads\" = 1 }\n");
  for (int t = 1; t <= kMonths; ++t) {
    const double exact = (t < 5 ? 4.0 : 8.0) + (t >= 9 ? 1.0 : t < 5 ? 2.0 : 4.0);
    CHECK(finished.expected().trajectories.at("revenue")[static_cast<std::size_t>(t - 1)] == about(exact, 1e-9));
    const auto month = finished.monthly("revenue", t);
    check_near(family, "month " + std::to_string(t), month.mean, month.error, exact);
  }
}

TEST_CASE("shares of themselves, of nothing, or beyond what is possible are refused with the reason") {
  const std::string circle = complaint(neighbour("a", "{ share = 0.5, of = \"partner.b.leads\" }") +
                                       neighbour("b", "{ share = 0.5, of = \"partner.a.leads\" }"));
  CHECK(says(circle, "partner.a.leads -> partner.b.leads -> partner.a.leads"));
  const std::string reason = "is a share of itself";
  CHECK(circle.find(reason) == circle.rfind(reason));  // once is enough
  // Long ones are found as quickly, and shown by their beginning.
  std::string ring;
  for (int k = 0; k < 300; ++k)
    ring += neighbour("p" + std::to_string(k),
                      "{ share = 1, of = \"partner.p" + std::to_string((k + 1) % 300) + ".leads\" }");
  const std::string long_circle = complaint(ring);
  CHECK(says(long_circle, "-> ... -> partner.p"));
  CHECK(long_circle.size() < 1000);
  CHECK(says(complaint(neighbour("a", "{ share = 0.5, of = \"partner.b.leads\" }") + neighbour("b", "2") +
                       "enabled = false\n"),
             "partner.b.leads is disabled"));
  CHECK(says(complaint(kDirect + neighbour("a", "{ share = 0.5, of = \"firm.direct.leeds\" }")),
             "Did you mean firm.direct.leads?"));
  CHECK(says(complaint(kDirect + neighbour("a", "{ share = 0.5, of = \"firm.direct.lag\" }") +
                       "[firm.direct.lag]\ngeometric = { mean = 1 }\n"),
             "drawn more than once in a future"));
  CHECK(says(complaint(kDirect + "[partner.a]\nleads = 1\ndeal_value = 1\nclose_rate = { share = 1.5, of = "
                                 "\"firm.direct.close_rate\" }\n"),
             "can be 1.5"));
  // What is only looked at in the beginning cannot change at a date, a share or not.
  CHECK(says(complaint(kDirect + "[firm]\nfixed_cost = 10\ncash = { share = 9, of = \"firm.fixed_cost\" }\n"
                                 "[change.a]\nmonth = 5\nset = { \"firm.cash\" = 4 }\n"),
             "firm.cash cannot change at a date"));
}
