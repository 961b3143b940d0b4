// Shocks that strike several partnerships at once (MODEL.md, sections 0 and 2). Rate of false alarms:
// tests/support/statistics.h.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/recursion.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 24;
constexpr int kChecks = (5 + 2 + 1 + 2) * kMonths + 3 * 4 + 4;
Family family{kChecks};

// Partners `acme`, as many as said, over 24 months.
Run run(int partners, const std::string& shocks, int replications = 1'000'000) {
  return Run("[scenario]\nmonths = 24\nseed = 22\nreplications = " + std::to_string(replications) +
             "\n"
             "[output]\noutcomes = [\"active_partners_end\", \"wins\"]\ntrajectories = \"means\"\n"
             "[partner.acme]\nleads = 2\nclose_rate = 0.5\ndeal_value = 1\ncount = " +
             std::to_string(partners) + "\n" + shocks);
}

double alive_after(const Run& run, std::size_t partner, int month) {
  return static_cast<double>(run.sums().survivors(partner)[static_cast<std::size_t>(month - 1)]);
}

void check_survival(const std::string& claim, const Run& run, std::size_t partner, double hazard) {
  for (int month = 1; month <= kMonths; ++month)
    check_share(family, claim + ", alive after month " + std::to_string(month), alive_after(run, partner, month),
                run.replications(), std::exp(-hazard * month));
}

// Partners left of n when only shocks end them: an economy of one regime without churn.
std::vector<double> left_law(double partners, double rate, double kill) {
  Workload w;
  w.economy = {{1.0, 0.0}, {{1.0, 0.0}, {0.0, 1.0}}, {1.0, 1.0}, {1.0, 1.0}};
  w.partners = partners;
  w.shock_rate = rate;
  w.kill = kill;
  return survivors_law(w, kMonths);
}

}  // namespace

TEST_CASE("with shocks alone a partnership outlives a month with probability exp(-rate x kill)") {
  check_survival("rate .1, kill .2", run(1, "[shock.storm]\nrate = 0.1\nkill = 0.2\n"), 0, 0.1 * 0.2);
  // Mostly several arrivals a month, and often more than the four a call of the generator serves.
  check_survival("rate 3, kill .05", run(1, "[shock.storm]\nrate = 3\nkill = 0.05\n", 500'000), 0, 3.0 * 0.05);
  check_survival("rate 10, kill .01", run(1, "[shock.storm]\nrate = 10\nkill = 0.01\n", 200'000), 0, 10.0 * 0.01);
  check_survival("every 50 months, kill 1", run(1, "[shock.storm]\nevery = 50\nkill = 1\n"), 0, 0.02);
}

TEST_CASE("shocks that strike independently add their hazards, to each other and to churn") {
  check_survival(
      "two shocks and churn",
      run(1, "churn = 0.02\n[shock.storm]\nrate = 0.1\nkill = 0.2\n[shock.flood]\nrate = 0.5\nkill = 0.06\n"), 0,
      0.1 * 0.2 + 0.5 * 0.06 - std::log(0.98));
}

TEST_CASE("two partnerships both outlive the shocks more often than independent ones") {
  struct Case {
    const char* shock;
    double rate, kill;
  };
  for (const Case& c : {Case{"rate = 0.05\nkill = 0.5\n", 0.05, 0.5}, Case{"rate = 0.5\nkill = 0.1\n", 0.5, 0.1},
                        Case{"rate = 0.02\nkill = 0.9\n", 0.02, 0.9}}) {
    const Run pair = run(2, std::string("[shock.storm]\n") + c.shock);
    const auto left = tally(pair.column("active_partners_end"));
    const double n = pair.replications();
    const double both = std::exp(-c.rate * kMonths * (1.0 - std::pow(1.0 - c.kill, 2)));
    const double one = std::exp(-c.rate * kMonths * c.kill);
    const std::string claim = "rate " + std::to_string(c.rate) + ", kill " + std::to_string(c.kill);
    check_share(family, "both of two left, " + claim, left.at(2), n, both);
    check_share(family, "one of two left, " + claim, left.at(1), n, 2.0 * (one - both));
    check_share(family, "none of two left, " + claim, left.at(0), n, 1.0 - 2.0 * one + both);
    // So that the case can tell the joint law from independence at all.
    CHECK(both - one * one > 10.0 * std::sqrt(both / n));
    const Run dozen = run(12, std::string("[shock.storm]\n") + c.shock, 300'000);
    check_law(family, "partners left of 12, " + claim, tally(dozen.column("active_partners_end")),
              left_law(12.0, c.rate, c.kill));
  }
}

TEST_CASE("a shock that always kills takes everybody at once") {
  const Run dozen = run(12, "[shock.storm]\nrate = 0.05\nkill = 1\n", 300'000);
  const auto left = tally(dozen.column("active_partners_end"));
  for (std::size_t k = 1; k < 12; ++k) CHECK(left.at(k) == 0.0);
  check_share(family, "all of 12 left", left.at(12), dozen.replications(), std::exp(-0.05 * kMonths));
}

TEST_CASE("a shock with kill = 0 changes nothing at all") {
  const Run calm = run(12, "churn = 0.02\n", 50'000);
  const Run harmless = run(12, "churn = 0.02\n[shock.storm]\nrate = 3\nkill = 0\n", 50'000);
  CHECK(calm.column("active_partners_end") == harmless.column("active_partners_end"));
  CHECK(calm.column("wins") == harmless.column("wins"));
  const Run immortal = run(3, "[shock.storm]\nrate = 3\nkill = 0\n", 50'000);
  for (std::size_t p = 0; p < 3; ++p)
    for (int month = 1; month <= kMonths; ++month) CHECK(alive_after(immortal, p, month) == immortal.replications());
}

TEST_CASE("scheduled months strike when they say, twice when named twice") {
  const Run scheduled = run(2, "[shock.storm]\nmonths = [3, 3, 7]\nkill = 0.3\n");
  const double n = scheduled.replications();
  for (std::size_t p = 0; p < 2; ++p)
    for (int month = 1; month <= kMonths; ++month) {
      const int strikes = month < 3 ? 0 : month < 7 ? 2 : 3;
      check_share(family, "alive after month " + std::to_string(month), alive_after(scheduled, p, month), n,
                  std::pow(0.7, strikes));
    }
  // The month of a scheduled shock is no luck, so coins alone decide: the two are independent.
  check_binomial(family, "left of two after scheduled shocks", scheduled.column("active_partners_end"), 2.0,
                 std::pow(0.7, 3));
}

TEST_CASE("a shock strikes its targets only") {
  const Run aimed = run(3, "[shock.storm]\nrate = 0.1\nkill = 0.4\ntarget = { partners = [\"acme_2\"] }\n");
  check_survival("the target", aimed, 1, 0.1 * 0.4);
  for (const std::size_t spared : {std::size_t{0}, std::size_t{2}})
    CHECK(alive_after(aimed, spared, kMonths) == aimed.replications());
}

TEST_CASE("a shock takes effect at the end of its month") {
  const Run struck = run(1, "[shock.storm]\nmonths = [1]\nkill = 1\n");
  const auto wins = struck.monthly("wins", 1);
  check_near(family, "wins of the month of the shock", wins.mean, wins.error, 1.0);
  for (int month = 2; month <= kMonths; ++month) CHECK(struck.monthly("wins", month).mean == 0.0);
  CHECK(alive_after(struck, 0, 1) == 0.0);
}

TEST_CASE("a shock before a partnership starts does not reach it") {
  const Run late = run(1, "start = 5\n[shock.storm]\nmonths = [1, 4]\nkill = 1\n");
  CHECK(alive_after(late, 0, 4) == 0.0);
  CHECK(alive_after(late, 0, kMonths) == late.replications());
  const Run first = run(1, "start = 5\n[shock.storm]\nmonths = [5]\nkill = 1\n");
  const auto wins = first.monthly("wins", 5);
  check_near(family, "wins of a first month that is struck", wins.mean, wins.error, 1.0);
  CHECK(alive_after(first, 0, 5) == 0.0);
}

TEST_CASE("active partners and wins a month fall as the exact survival says") {
  const Run storm = run(4, "[shock.storm]\nrate = 0.3\nkill = 0.25\n");
  for (int month = 1; month <= kMonths; ++month) {
    const auto active = storm.monthly("active_partners", month);
    const auto wins = storm.monthly("wins", month);
    const std::string name = " of month " + std::to_string(month);
    check_near(family, "active partners" + name, active.mean, active.error, 4.0 * std::exp(-0.075 * month));
    check_near(family, "wins" + name, wins.mean, wins.error, 4.0 * std::exp(-0.075 * (month - 1)));
  }
}
