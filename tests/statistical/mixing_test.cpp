// Uneven partners and uneven months: gamma factors on a partner's leads, drawn once a replication (g, shape r) and once
// a month (xi, shape nu), and events that bring a batch of leads (MODEL.md, section 4; oracle 2 of section 15). Rate of
// false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr double kLeads = 3.0, kPartnerShape = 4.0, kMonthShape = 2.0, kYear = 12.0;
constexpr int kChecks = 38;
Family family{kChecks};

Run run(const std::string& partner, int months = 12) {
  return Run(Head{.months = months, .replications = 400'000, .seed = 31}.text() +
             "[partner.acme]\ndeal_value = 1\nleads = 3\n" + partner);
}

// Of mean `mean`: Poisson given a gamma factor of shape `shape`.
double negative_binomial(double shape, double mean, double k) {
  return pdf(boost::math::negative_binomial(shape, shape / (shape + mean)), k);
}

// Oracle 2 with the intensity of each month: T (lambda) + T lambda^2 (1 + 1/r)/nu + T^2 lambda^2 / r.
double exact_variance(double months, double leads, double partner_shape, double month_shape) {
  return months * leads + months * leads * leads * (1.0 + 1.0 / partner_shape) / month_shape +
         months * months * leads * leads / partner_shape;
}

// Given g the year is negative binomial: the months share their scale. Midpoints over g, whose density vanishes
// smoothly at both ends of (0, 8).
double mixed_twice(double k) {
  constexpr int kSteps = 400;
  const boost::math::gamma_distribution<> partner(kPartnerShape, 1.0 / kPartnerShape);
  double sum = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    const double g = 8.0 * (i + 0.5) / kSteps;
    sum += 8.0 / kSteps * pdf(partner, g) * negative_binomial(kYear * kMonthShape, kYear * kLeads * g, k);
  }
  return sum;
}

// A batch Poisson(m) in each of twelve months with probability c.
double events_law(double probability, double leads, double k) {
  double sum = 0.0;
  for (int n = 0; n <= 12; ++n) {
    const double batches = pdf(boost::math::binomial(12.0, probability), n);
    sum += batches * (n == 0 ? (k == 0.0 ? 1.0 : 0.0) : pdf(boost::math::poisson(n * leads), k));
  }
  return sum;
}

}  // namespace

TEST_CASE("a month whose intensity is gamma brings negative binomial leads") {
  const Run month = run("close_rate = 1\nmonth_shape = 2\n", 1);
  const auto leads = month.column("leads");
  check_mean(family, "leads of an uneven month", leads, kLeads);
  check_variance(family, "leads of an uneven month", leads, kLeads + kLeads * kLeads / kMonthShape);
  check_law(family, "leads of an uneven month", leads,
            [](double k) { return negative_binomial(kMonthShape, kLeads, k); });
}

TEST_CASE("uneven months are uneven independently of each other") {
  // Twelve months of shape nu add up to one of shape 12 nu.
  const Run year = run("close_rate = 1\nmonth_shape = 2\n");
  const auto leads = year.column("leads");
  check_mean(family, "leads of twelve uneven months", leads, kYear * kLeads);
  check_variance(family, "leads of twelve uneven months", leads, kYear * (kLeads + kLeads * kLeads / kMonthShape));
  check_law(family, "leads of twelve uneven months", leads,
            [](double k) { return negative_binomial(kYear * kMonthShape, kYear * kLeads, k); });
}

TEST_CASE("a partner who turns out better or worse does so in every month") {
  const Run year = run("close_rate = 1\nspread_shape = 4\n");
  const auto leads = year.column("leads");
  check_mean(family, "leads of an uneven partner", leads, kYear * kLeads);
  check_variance(family, "leads of an uneven partner", leads,
                 kYear * kLeads + kYear * kYear * kLeads * kLeads / kPartnerShape);
  check_law(family, "leads of an uneven partner", leads,
            [](double k) { return negative_binomial(kPartnerShape, kYear * kLeads, k); });
}

TEST_CASE("with both kinds the variance of a year is T l + T l^2 (1 + 1/r)/nu + T^2 l^2/r") {
  const Run year = run("close_rate = 1\nspread_shape = 4\nmonth_shape = 2\n");
  const auto leads = year.column("leads");
  check_mean(family, "leads with both", leads, kYear * kLeads);
  check_variance(family, "leads with both", leads, exact_variance(kYear, kLeads, kPartnerShape, kMonthShape));
  check_law(family, "leads with both", leads, mixed_twice);
  const auto g = year.column("partner.acme.spread");
  const boost::math::gamma_distribution<> law(kPartnerShape, 1.0 / kPartnerShape);
  check_distribution(family, "factor of the partner", {g.begin(), g.end()}, [&](double x) { return cdf(law, x); });
}

TEST_CASE("closing thins mixed leads: wins are mixed with the same shapes") {
  const Run year = run("close_rate = 0.4\nspread_shape = 4\nmonth_shape = 2\n");
  check_mean(family, "wins with both", year.column("wins"), kYear * kLeads * 0.4);
  check_variance(family, "wins with both", year.column("wins"),
                 exact_variance(kYear, 0.4 * kLeads, kPartnerShape, kMonthShape));
}

TEST_CASE("a ramp scales uneven leads by 1 - exp(-a/tau) and overlap takes its share") {
  const Run year = run("close_rate = 1\nspread_shape = 4\nmonth_shape = 2\nramp = 3\noverlap = 0.25\n");
  for (int month = 1; month <= 12; ++month) {
    const auto wins = year.monthly("wins", month);
    check_near(family, "wins on the ramp in month " + std::to_string(month), wins.mean, wins.error,
               0.75 * kLeads * (1.0 - std::exp(-month / 3.0)));
  }
}

TEST_CASE("events bring a Poisson batch with their probability, month by month") {
  const Run year(
      Head{.replications = 400'000, .seed = 32}.text() +
      "[partner.acme]\nleads = 0\nclose_rate = 1\ndeal_value = 1\nevent = { probability = 0.3, leads = 5 }\n");
  const auto leads = year.column("leads");
  check_mean(family, "leads of events", leads, 12.0 * 0.3 * 5.0);
  check_variance(family, "leads of events", leads, 12.0 * (0.3 * 5.0 + 0.3 * 0.7 * 25.0));
  check_law(family, "leads of events", leads, [](double k) { return events_law(0.3, 5.0, k); });
}

TEST_CASE("neither factor acts on events, and events come on top of both") {
  const Run year =
      run("close_rate = 0.5\nspread_shape = 4\nmonth_shape = 2\nevent = { probability = 0.3, leads = 5 }\n");
  const auto wins = year.column("wins");
  check_mean(family, "wins with events", wins, 0.5 * (kYear * kLeads + 12.0 * 0.3 * 5.0));
  check_variance(
      family, "wins with events", wins,
      exact_variance(kYear, 0.5 * kLeads, kPartnerShape, kMonthShape) + 12.0 * (0.3 * 2.5 + 0.3 * 0.7 * 2.5 * 2.5));
}

TEST_CASE("two partners are uneven independently") {
  const Run pair = run("close_rate = 1\nspread_shape = 4\nmonth_shape = 2\ncount = 2\n");
  const auto leads = pair.column("leads");
  check_mean(family, "leads of two", leads, 2.0 * kYear * kLeads);
  check_variance(family, "leads of two", leads, 2.0 * exact_variance(kYear, kLeads, kPartnerShape, kMonthShape));
  check_independent(family, "factors of two", pair.column("partner.acme_1.spread"),
                    pair.column("partner.acme_2.spread"));
}

TEST_CASE("season and trend scale every month of uneven leads") {
  const Run year(Head{.months = 2, .replications = 400'000, .seed = 33}.text() +
                 "[economy]\nseason = [2, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\ntrend = 0.5\n"
                 "[partner.acme]\nleads = 3\nclose_rate = 1\ndeal_value = 1\nmonth_shape = 2\n");
  const double first = 6.0, second = 3.0 * 0.5 * 1.5;
  const auto leads = year.column("leads");
  const auto wins = year.monthly("wins", 2);
  check_mean(family, "leads of two months in season", leads, first + second);
  check_variance(family, "leads of two months in season", leads,
                 first + second + (first * first + second * second) / kMonthShape);
  check_near(family, "wins of the second month", wins.mean, wins.error, second);
}
