// Business that begets business (MODEL.md, section 4; oracles 10 and 11 of section 15): word of mouth, whose totals are
// Borel clusters, and leads given and returned, whose means and covariances follow m_t = mu + Phi m_{t-1}. Rate of
// false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>

#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kChecks = 114;
Family family{kChecks};

constexpr double kBranching = 0.5;  // word of mouth 1.25 at a close rate of .4

// Leads in the first month only: then nothing but word of mouth. 80 generations leave 1e-24 outside.
Run clusters(double first_wins, const std::string& told) {
  return Run(Head{.months = 80, .replications = 400'000, .seed = 61}.text() + "[firm.direct]\nleads = " +
             std::to_string(first_wins / 0.4) + "\nclose_rate = 0.4\ndeal_value = 1\nword_of_mouth = " + told +
             "\n[change.stop]\nmonth = 2\nset = { \"firm.direct.leads\" = 0 }\n");
}

// Poisson(mu) clusters of Borel(n): mu (mu + n k)^(k-1) exp(-(mu + n k)) / k!.
double borel_clusters(double mu, double n, double k) {
  return std::exp(std::log(mu) + (k - 1.0) * std::log(mu + n * k) - (mu + n * k) - std::lgamma(k + 1.0));
}

// Two arcs: leads received and given. m_t = mu + Phi m_{t-1}, covariances of x_t and of the totals S_t alongside; given
// x_{t-1} both are Poisson, so Cov x_t = Phi Cov x_{t-1} Phi' + diag(m_t).
struct Exchange {
  double received = 0.0, given = 0.0;  // mu
  double alpha_in = 0.0, alpha_out = 0.0;
  std::array<double, 2> mean{};
  using Matrix = std::array<std::array<double, 2>, 2>;
  Matrix now{}, with_totals{}, totals{};  // Cov x, Cov(S, x), Cov S
  std::array<double, 2> total_mean{};

  // Phi x: alpha_in times what was given, alpha_out times what was received.
  template <class Vector>
  std::array<double, 2> carried(const Vector& x) const {
    return {alpha_in * x[1], alpha_out * x[0]};
  }
  void step() {
    mean = carried(mean);
    mean[0] += received;
    mean[1] += given;
    const Matrix half{carried(now[0]), carried(now[1])};  // (Phi now)' as now is symmetric
    Matrix next{};
    for (std::size_t j = 0; j < 2; ++j) {
      const auto column = carried(std::array<double, 2>{half[0][j], half[1][j]});
      next[0][j] = column[0];
      next[1][j] = column[1];
    }
    now = next;
    for (std::size_t i = 0; i < 2; ++i) now[i][i] += mean[i];
    for (auto& row : with_totals) row = carried(row);
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j) totals[i][j] += with_totals[i][j] + with_totals[j][i] + now[i][j];
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j) with_totals[i][j] += now[i][j];
    for (std::size_t i = 0; i < 2; ++i) total_mean[i] += mean[i];
  }
};

void check_total(const std::string& claim, const Run& run, const Exchange& exact) {
  double resolution = 1.0;
  const auto& returned = run.member_moments("leads_returned", 0, resolution);
  const double n = run.replications();
  check_near(family, claim + ", leads given", returned.mean(resolution), std::sqrt(exact.totals[1][1] / n),
             exact.total_mean[1]);
  // Nearly normal totals: the variance of s^2 is that of a normal law, and a half more for their skewness.
  check_near(family, claim + ", variance of leads given", returned.variance(resolution),
             1.5 * exact.totals[1][1] * std::sqrt(2.0 / n), exact.totals[1][1]);
  check_mean(family, claim + ", leads received", run.column("leads"), exact.total_mean[0]);
  check_variance(family, claim + ", leads received", run.column("leads"), exact.totals[0][0]);
}

}  // namespace

TEST_CASE("the deals that one brings about are a Borel cluster") {
  for (const double first : {0.05, 2.0}) {
    const auto wins = clusters(first, "1.25").column("wins");
    const std::string claim = "deals from " + std::to_string(first) + " first ones";
    check_mean(family, claim, wins, first / (1.0 - kBranching));
    check_variance(family, claim, wins, first / std::pow(1.0 - kBranching, 3));
    check_law(family, claim, wins, [&](double k) { return borel_clusters(first, kBranching, k); });
  }
}

TEST_CASE("word of mouth that is uncertain has the mean over its own law") {
  // b uniform on 0 to 2: E 1/(1 - b p) = -ln(1 - 2p)/(2p) with p = .4.
  const auto wins = clusters(2.0, "{ uniform = { low = 0, high = 2 } }").column("wins");
  check_mean(family, "deals under uncertain word of mouth", wins, 2.0 * -std::log(1.0 - 0.8) / 0.8);
  // Var = E[mu/(1-n)^3] + Var(mu/(1-n)), n uniform on 0 to .8.
  const double cubes = (1.0 / std::pow(0.2, 2) - 1.0) / (2.0 * 0.8), squares = (1.0 / 0.2 - 1.0) / 0.8;
  const double mean = -std::log(0.2) / 0.8;
  check_variance(family, "deals under uncertain word of mouth", wins, 2.0 * cubes + 4.0 * (squares - mean * mean));
}

TEST_CASE("all closings are talked about, of every source, a month later") {
  const Run run(Head{.months = 24, .replications = 400'000, .seed = 62}.text() +
                "[firm.direct]\nleads = 5\nclose_rate = 0.4\ndeal_value = 1\nword_of_mouth = 0.75\n"
                "[partner.acme]\nleads = 6\nclose_rate = 0.5\ndeal_value = 1\n"
                "[acquisition.ads]\nspend = 100\ncost_per_lead = 50\nclose_rate = 0.5\ndeal_value = 1\n");
  double wins = 0.0;
  for (int t = 1; t <= 24; ++t) {
    wins = 2.0 + 3.0 + 1.0 + 0.4 * 0.75 * wins;
    const auto seen = run.monthly("wins", t);
    check_near(family, "wins of month " + std::to_string(t), seen.mean, seen.error, wins);
  }
}

TEST_CASE("a deal is talked about when it closes, not when its lead comes") {
  const Run run(Head{.replications = 300'000, .seed = 63}.text() +
                "[firm.direct]\nleads = 5\nclose_rate = 0.4\ndeal_value = 1\nword_of_mouth = 1\nlag = 2\n");
  std::array<double, 13> leads{}, wins{};
  for (std::size_t t = 1; t <= 12; ++t) {
    leads[t] = 5.0 + wins[t - 1];
    wins[t] = t > 2 ? 0.4 * leads[t - 2] : 0.0;
    const auto seen = run.monthly("wins", static_cast<int>(t));
    if (t <= 2)
      CHECK(seen.mean == 0.0);
    else
      check_near(family, "delayed wins of month " + std::to_string(t), seen.mean, seen.error, wins[t]);
  }
  double total = 0.0;
  for (const double l : leads) total += l;
  check_mean(family, "leads of a year with delay", run.column("leads"), total);
}

TEST_CASE("leads given and received follow m_t = mu + Phi m_{t-1}, and their covariances theirs") {
  struct Case {
    double received, given, alpha_in, alpha_out;
  };
  for (const Case& c : {Case{4.0, 6.0, 0.6, 0.5}, Case{0.0, 6.0, 1.5, 0.6}}) {
    const Run run(
        Head{.replications = 400'000, .seed = 64}.text() + "[partner.acme]\nleads = " + std::to_string(c.received) +
        "\nclose_rate = 1\ndeal_value = 1\nreturns = { leads = " + std::to_string(c.given) +
        ", alpha_in = " + std::to_string(c.alpha_in) + ", alpha_out = " + std::to_string(c.alpha_out) + " }\n");
    Exchange exact{.received = c.received, .given = c.given, .alpha_in = c.alpha_in, .alpha_out = c.alpha_out};
    const std::string claim = "alpha " + std::to_string(c.alpha_in);
    for (int t = 1; t <= 12; ++t) {
      exact.step();
      const auto wins = run.monthly("wins", t);
      if (exact.mean[0] == 0.0)
        CHECK(wins.mean == 0.0);
      else
        check_near(family, claim + ", leads received in month " + std::to_string(t), wins.mean, wins.error,
                   exact.mean[0]);
    }
    check_total(claim, run, exact);
  }
}

TEST_CASE("what was given and received counts only while the partnership works") {
  const Run run(Head{.replications = 400'000, .seed = 65}.text() +
                "[partner.acme]\nleads = 4\nclose_rate = 1\ndeal_value = 1\nchurn = 0.1\n"
                "returns = { leads = 6, alpha_in = 0.6, alpha_out = 0.5 }\n");
  Exchange alive{.received = 4.0, .given = 6.0, .alpha_in = 0.6, .alpha_out = 0.5};
  double given = 0.0;
  for (int t = 1; t <= 12; ++t) {
    alive.step();
    const double works = std::pow(0.9, t - 1);
    given += works * alive.mean[1];
    const auto wins = run.monthly("wins", t);
    check_near(family, "leads under churn in month " + std::to_string(t), wins.mean, wins.error, works * alive.mean[0]);
  }
  const auto returned = run.member("leads_returned", 0);
  check_near(family, "leads given under churn", returned.mean, returned.error, given);
}

TEST_CASE("leads given are as uneven as the partner's, from draws of their own") {
  const Run run(Head{.replications = 400'000, .seed = 66}.text() +
                "[partner.acme]\nleads = 3\nclose_rate = 1\ndeal_value = 1\nspread_shape = 4\nmonth_shape = 2\nreturns "
                "= { leads = 3 }\n");
  double resolution = 1.0;
  const auto& returned = run.member_moments("leads_returned", 0, resolution);
  const double exact = 36.0 + 12.0 * 9.0 * 1.25 / 2.0 + 144.0 * 9.0 / 4.0;
  check_near(family, "uneven leads given", returned.mean(resolution), std::sqrt(exact / 400'000.0), 36.0);
  // Leads have the same law as those received, and so has the error of their variance.
  const Sample received = describe(run.column("leads"));
  check_near(family, "variance of uneven leads given", returned.variance(resolution), received.variance_error(), exact);
  check_independent(family, "factors of the two arcs", run.column("partner.acme.spread"),
                    run.column("partner.acme.returns.spread"));
}

TEST_CASE("a recession slows the rates of both arcs but not what was received last month") {
  const Run run(Head{.months = 24, .replications = 300'000, .seed = 67}.text() +
                "[economy]\nstart = \"bad\"\n[economy.regime.bad]\nmultiply = { leads = 0.5 }\n"
                "[partner.acme]\nleads = 4\nclose_rate = 1\ndeal_value = 1\nreturns = { leads = 6, alpha_in = 0.6, "
                "alpha_out = 0.5 }\n");
  Exchange exact{.received = 2.0, .given = 3.0, .alpha_in = 0.6, .alpha_out = 0.5};
  for (int t = 1; t <= 24; ++t) {
    exact.step();
    const auto wins = run.monthly("wins", t);
    check_near(family, "leads in recession in month " + std::to_string(t), wins.mean, wins.error, exact.mean[0]);
  }
}
