// Resilience (MODEL.md, section 14): performance Q against the twin on the same draws carries no Poisson noise, so that
// a scheduled shock is measured exactly in every future. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/shipped.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 24;
constexpr int kChecks = 4;
Family family{kChecks};

const char* const kMeasures =
    "\"resilience_loss\", \"resilience_index\", \"residual_performance\", \"disrupted\", \"recovery_months\", "
    "\"unrecovered\", "
    "\"recovery_observed\", \"recovery_rapidity\", \"overshoot\", \"revenue\", \"wins\"";

// Acme brings 3/4 of the expected revenue, other the rest.
const std::string kPartners =
    "[partner.acme]\nleads = 6\nclose_rate = 0.5\ndeal_value = { lognormal = { mean = 10, cv = 0.8 } }\n"
    "[partner.other]\nleads = 4\nclose_rate = 0.25\ndeal_value = 10\n";

Run run(const std::string& rest, const std::string& partners = kPartners, int replications = 4'000) {
  return Run(Head{.months = kMonths, .replications = replications, .seed = 141, .outcomes = kMeasures}.text() +
             partners + rest);
}

void check_all(const Run& finished, const std::string& column, double exact) {
  CAPTURE(column);
  bool right = true;
  double worst = 0.0;
  for (const float v : finished.column(column)) {
    right = right && std::isnan(v) == std::isnan(exact);
    if (!std::isnan(exact)) worst = std::max(worst, std::abs(static_cast<double>(v) - exact));
  }
  CHECK(right);
  CHECK(worst < 2e-6 * std::max(1.0, std::abs(exact)));
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("a step shock of severity S for D months on a share w loses w S D months and is over after D") {
  const Run finished =
      run("[resilience]\n[shock.storm]\nmonths = [5]\naffects = \"functionality\"\nseverity = 0.4\nduration = "
          "6\ntarget = { partners = [\"acme\"] }\n");
  check_all(finished, "resilience_loss", 0.75 * 0.4 * 6.0);
  check_all(finished, "resilience_index", 1.0 - 0.75 * 0.4 * 6.0 / kMonths);
  check_all(finished, "residual_performance", 0.7);
  check_all(finished, "disrupted", 1.0);
  check_all(finished, "recovery_months", 6.0);
  check_all(finished, "recovery_observed", 6.0);
  check_all(finished, "unrecovered", 0.0);
  check_all(finished, "overshoot", 0.0);
  // From the first month at .7 to the one back at 1.
  check_all(finished, "recovery_rapidity", 0.3 / 6.0);
  for (int t = 1; t <= kMonths; ++t)
    CHECK(finished.monthly("performance", t).mean == about(t >= 5 && t < 11 ? 0.7 : 1.0, 1e-6));
}

TEST_CASE("recovery is the first of three months at .95 or above, and a relapse starts it again") {
  // Linear over 4 months after 2: Q = 0, 0, .25, .5, .75 and 1 from the sixth.
  const Run linear =
      run("[resilience]\n[shock.storm]\nmonths = [3]\naffects = \"leads\"\nduration = 2\nrecovery = { linear = 4 }\n");
  check_all(linear, "resilience_loss", 2.0 + 0.75 + 0.5 + 0.25);
  check_all(linear, "recovery_months", 5.0);
  check_all(linear, "residual_performance", 0.0);
  check_all(linear, "recovery_rapidity", 1.0 / 5.0);
  // Two good months between months 3 and 6: not yet recovered; three after month 6.
  const Run relapse = run("[resilience]\n[shock.storm]\nmonths = [3, 6]\naffects = \"close\"\nseverity = 0.5\n");
  check_all(relapse, "recovery_months", 4.0);
  check_all(relapse, "resilience_loss", 1.0);
  // Three between 3 and 7: recovered, and the second blow only adds to the area.
  const Run twice = run("[resilience]\n[shock.storm]\nmonths = [3, 7]\naffects = \"close\"\nseverity = 0.5\n");
  check_all(twice, "recovery_months", 1.0);
  check_all(twice, "recovery_rapidity", 0.5);
  check_all(twice, "resilience_loss", 1.0);
}

TEST_CASE("losses within 5 % disrupt nothing, and what has not recovered at the horizon is counted apart") {
  const Run small = run("[resilience]\n[shock.storm]\nmonths = [3]\naffects = \"leads\"\nseverity = 0.04\n");
  check_all(small, "disrupted", 0.0);
  check_all(small, "resilience_loss", 0.04);
  check_all(small, "recovery_months", kNone);
  check_all(small, "recovery_observed", kNone);
  check_all(small, "unrecovered", 0.0);
  const Run late =
      run("[resilience]\n[shock.storm]\nmonths = [20]\naffects = \"leads\"\nseverity = 0.5\nduration = 3\n");
  check_all(late, "unrecovered", 1.0);
  check_all(late, "recovery_months", kNone);
  check_all(late, "recovery_observed", 2.0);  // three good months would have had to follow
}

TEST_CASE("a kill takes the partner's share for good, from the month after") {
  const Run finished = run("[resilience]\n[shock.end]\nmonths = [4]\nkill = 1\ntarget = { partners = [\"acme\"] }\n");
  check_all(finished, "residual_performance", 0.25);
  check_all(finished, "resilience_loss", 0.75 * 20.0);
  check_all(finished, "unrecovered", 1.0);
  check_all(finished, "recovery_observed", 17.0);
  CHECK(finished.monthly("performance", 4).mean == 1.0);
}

TEST_CASE("what ends without the shock too is no loss: the twin's partnership has a life of its own") {
  // One partner, churn .1 and a kill in month 4: performance is 0 while the twin's lives, then 1 of nothing. Months
  // lost are those the twin works after month 4, out of 20.
  const Run finished = run("[resilience]\n[shock.end]\nmonths = [4]\nkill = 1\n",
                           "[partner.acme]\nleads = 6\nclose_rate = 0.5\ndeal_value = 10\nchurn = 0.1\n", 200'000);
  double mean = 0.0, square = 0.0;
  for (int k = 1; k <= 20; ++k) {
    const double works = std::pow(0.9, 4 + k - 1);  // in month 4 + k
    mean += works;
    square += (2.0 * k - 1.0) * works;
  }
  check_mean(family, "months lost to a kill", finished.column("resilience_loss"), mean);
  check_variance(family, "months lost to a kill", finished.column("resilience_loss"), square - mean * mean);
}

TEST_CASE("without shocks every future is its own twin") {
  const Run finished = run("[resilience]\n[shock.blank]\nrate = 2\nkill = 0\n");
  check_all(finished, "resilience_loss", 0.0);
  check_all(finished, "residual_performance", 1.0);
  check_all(finished, "disrupted", 0.0);
  const Run harmless = run("[resilience]\n[shock.storm]\nrate = 2\naffects = \"leads\"\nseverity = 0\n");
  check_all(harmless, "resilience_loss", 0.0);
  check_all(harmless, "overshoot", 0.0);
}

TEST_CASE("asking for resilience changes no outcome") {
  const std::string rest =
      "[shock.storm]\nrate = 0.2\naffects = \"functionality\"\nseverity = 0.5\nduration = 3\n[shock.end]\nrate = "
      "0.05\nkill = 0.5\n"
      "[firm.direct]\nleads = 3\nclose_rate = 0.5\ndeal_value = 10\nword_of_mouth = 0.4\n";
  const auto outcomes = [&](const std::string& text) {
    return Run(Head{.months = kMonths, .replications = 20'000, .seed = 142}.text() + kPartners + text);
  };
  const Run plain = outcomes(rest), measured = outcomes(rest + "[resilience]\n");
  CHECK(plain.column("revenue") == measured.column("revenue"));
  CHECK(plain.column("leads") == measured.column("leads"));
}

TEST_CASE("the calm twin lives in the starting regime throughout") {
  // Recession halves leads in months 7 to 12: against the calm twin that is a loss, against the other it is none.
  const std::string economy =
      "[economy]\nstart = \"good\"\npath = { bad = [7, 8, 9, 10, 11, 12] "
      "}\n[economy.regime.good]\n[economy.regime.bad]\nmultiply = { leads = 0.5 }\n";
  const std::string shock = "[shock.storm]\nmonths = [9]\naffects = \"leads\"\nseverity = 0.2\nduration = 2\n";
  const Run calm = run(economy + shock + "[resilience]\ntwin = \"calm\"\n");
  check_all(calm, "resilience_loss", 6.0 * 0.5 + 2.0 * 0.5 * 0.2);
  check_all(calm, "residual_performance", 0.4);
  check_all(calm, "recovery_months", 6.0);
  // Also where the path begins in another one.
  const Run early = run(replaced(economy, "[7, 8, 9, 10, 11, 12]", "[1, 2, 3]") + "[resilience]\ntwin = \"calm\"\n");
  check_all(early, "resilience_loss", 3.0 * 0.5);
  check_all(early, "recovery_months", 3.0);
  const Run shocks = run(economy + shock + "[resilience]\n");
  check_all(shocks, "resilience_loss", 2.0 * 0.2);
  check_all(shocks, "recovery_months", 2.0);
  // A chain: expected months in recession times the loss of one.
  const Run chain =
      run("[economy]\nstart = \"good\"\n[economy.regime.good]\nto = { bad = 0.1 }\n[economy.regime.bad]\nto = { good = "
          "0.3 }\nmultiply = { leads = 0.5 }\n[resilience]\ntwin = \"calm\"\n",
          kPartners, 100'000);
  double bad = 0.0, months = 0.0;
  for (int t = 2; t <= kMonths; ++t) months += bad = bad * 0.7 + (1.0 - bad) * 0.1;
  check_mean(family, "loss area against the calm twin", chain.column("resilience_loss"), 0.5 * months);
}

TEST_CASE("performance includes word of mouth, which a shock slows a month later") {
  // Leads of month 5 are lost whole: then nothing is talked about in month 6 but what came earlier.
  const Run finished =
      run("[resilience]\n[shock.storm]\nmonths = [5]\naffects = \"leads\"\ntarget = \"everyone\"\n",
          "[firm.direct]\nleads = 200\nclose_rate = 0.5\ndeal_value = 10\nword_of_mouth = 1\n", 50'000);
  // The shock stops leads that come by themselves; those by word of mouth still come.
  const auto fifth = finished.monthly("performance", 5), sixth = finished.monthly("performance", 6);
  double wins = 0.0;
  for (int t = 1; t <= 4; ++t) wins = 100.0 + 0.5 * wins;
  // Ratios of intensities 0.5 W and 100 + 0.5 W, W the wins of last month: to second order in their spread.
  const double w4 = 0.5 * wins, total = 100.0 + w4;
  double variance = 0.0;
  double mean = 0.0;
  for (int t = 1; t <= 4; ++t) {
    mean = 100.0 + 0.5 * mean;
    variance = 0.25 * variance + mean;
  }
  const double spread = 0.25 * variance;  // of 0.5 W
  check_near(family, "performance in the month of the shock", fifth.mean, fifth.error,
             w4 / total - 100.0 * spread / std::pow(total, 3));
  CHECK(sixth.mean < 0.8);
  CHECK(sixth.mean > 0.6);
  CHECK(finished.monthly("performance", 24).mean == about(1.0, 1e-4));
}

TEST_CASE("recovery begins with the first of three good months, months without a twin's business left out") {
  // A shock keeps a alive whose twin may leave before b comes: no performance until month 8.
  const Run run(R"(
[scenario]
months = 12
replications = 20000
[partner.a]
leads = 3
close_rate = 0.5
deal_value = 100
churn = 0.1
[partner.b]
start = 8
leads = 3
close_rate = 0.5
deal_value = 100
[shock.weak]
months = [2]
affects = "leads"
target = { partners = ["a"] }
severity = 0.5
duration = 2
[shock.guard]
months = [1]
affects = "churn"
target = { partners = ["a"] }
factor = 0
duration = 20
[resilience]
)");
  int at_once = 0, late = 0, others = 0;
  for (const float months : run.column("recovery_months")) {
    if (std::isnan(months)) continue;
    at_once += months == 2.0f;
    late += months == 6.0f;
    others += months != 2.0f && months != 6.0f;
  }
  // The twin's a lives through month 3 (0.9^3), or ends in month 2 or 3: good months come in month 4, or 8.
  CHECK(others == 0);
  CHECK(at_once == doctest::Approx(20000 * 0.729).epsilon(0.02));
  CHECK(late == doctest::Approx(20000 * 0.171).epsilon(0.06));
}
