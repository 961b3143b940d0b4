// Deals that wait for capacity (MODEL.md, section 6; oracle 20 of section 15): with all waiting abandoned a month
// serves min(N, K); else the queue is a Markov chain, followed here exactly. Rate of false alarms:
// tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 24;
constexpr int kChecks = 105;
Family family{kChecks};

double poisson(double mean, double k) { return pdf(boost::math::poisson(mean), k); }

Run run(double wins, const std::string& firm, const std::string& rest = "", int months = kMonths) {
  return Run(Head{.months = months,
                  .replications = 200'000,
                  .seed = 81,
                  .outcomes = "\"wins\", \"revenue\", \"deals_waiting_end\", \"deals_abandoned\""}
                 .text() +
             "[firm]\n" + firm + "[partner.acme]\nleads = " + std::to_string(2.0 * wins) +
             "\nclose_rate = 0.5\ndeal_value = 1\n" + rest);
}

// Mean and second moment of min(N, K).
struct Served {
  double mean = 0.0, square = 0.0;
  Served(double wins, int room) {
    for (int n = 0; n < 200; ++n) {
      const double s = std::min(n, room);
      mean += poisson(wins, n) * s;
      square += poisson(wins, n) * s * s;
    }
  }
  double variance() const { return square - mean * mean; }
};

// The queue at the end of each month: what is left of queue and newcomers after serving, thinned by abandonment.
struct Queue {
  std::vector<double> served;     // mean, by month
  std::vector<double> abandoned;  // mean, by month
  std::vector<double> waiting;    // law after the last month
};

Queue follow(const std::function<double(int)>& wins, const std::function<int(int)>& room, double abandonment,
             int months) {
  constexpr std::size_t kMost = 120;
  Queue queue{{}, {}, std::vector<double>(kMost, 0.0)};
  queue.waiting[0] = 1.0;
  for (int month = 1; month <= months; ++month) {
    double served = 0.0, abandoned = 0.0;
    std::vector<double> left(kMost, 0.0), next(kMost, 0.0);
    for (std::size_t q = 0; q < kMost; ++q)
      for (std::size_t n = 0; q + n < kMost && queue.waiting[q] > 0.0; ++n) {
        const double p = queue.waiting[q] * poisson(wins(month), static_cast<double>(n));
        const std::size_t out = std::min(q + n, static_cast<std::size_t>(room(month)));
        served += p * static_cast<double>(out);
        left[q + n - out] += p;
      }
    for (std::size_t q = 0; q < kMost; ++q) {
      if (left[q] == 0.0) continue;
      abandoned += left[q] * abandonment * static_cast<double>(q);
      if (abandonment == 0.0)
        next[q] += left[q];
      else
        for (std::size_t k = 0; k <= q; ++k)
          next[k] +=
              left[q] * pdf(boost::math::binomial(static_cast<double>(q), 1.0 - abandonment), static_cast<double>(k));
    }
    queue.served.push_back(served);
    queue.abandoned.push_back(abandoned);
    queue.waiting = next;
  }
  return queue;
}

void check_revenue(const std::string& claim, const Run& finished, const std::vector<double>& served) {
  for (int t = 1; t <= static_cast<int>(served.size()); ++t) {
    const auto revenue = finished.monthly("revenue", t);
    check_near(family, claim + ", served in month " + std::to_string(t), revenue.mean, revenue.error,
               served[static_cast<std::size_t>(t - 1)]);
  }
}

void check_waiting(const std::string& claim, const Run& finished, const Queue& exact) {
  std::vector<double> law = exact.waiting;
  double sum = 0.0;
  for (const double p : law) sum += p;
  law.back() += 1.0 - sum;
  check_law(family, claim + ", deals waiting at the end", tally(finished.column("deals_waiting_end")), law);
}

}  // namespace

TEST_CASE("when all waiting deals are abandoned a month serves min(N, K)") {
  for (const int room : {1, 3, 5}) {
    const Run finished = run(3.0, "capacity = " + std::to_string(room) + "\nabandonment = 1\n");
    const Served month(3.0, room);
    const boost::math::poisson law(3.0);
    const double below = room >= 2 ? cdf(law, room - 2.0) : 0.0;
    CHECK(month.mean == about(3.0 * below + room * (1.0 - cdf(law, room - 1.0)), 1e-12));
    const auto revenue = finished.column("revenue");
    const std::string claim = "served of 3 a month with room for " + std::to_string(room);
    check_mean(family, claim, revenue, kMonths * month.mean);
    check_variance(family, claim, revenue, kMonths * month.variance());
    const auto wins = finished.column("wins");
    const auto abandoned = finished.column("deals_abandoned");
    bool whole = true;
    for (std::size_t i = 0; i < wins.size(); ++i) whole = whole && wins[i] == revenue[i] + abandoned[i];
    CHECK(whole);
  }
}

TEST_CASE("without abandonment, with some, and under a shock on capacity, the queue follows its Markov chain") {
  struct Case {
    const char *claim, *firm, *rest;
    int shock;
    double abandonment;
  };
  const Case cases[] = {
      {"no abandonment", "capacity = 3\n", "", 0, 0.0},
      {"a quarter abandoned", "capacity = 3\nabandonment = 0.25\n", "", 0, 0.25},
      // Five deals less 40 % are three, whatever rounding says.
      {"capacity under a shock", "capacity = 5\nabandonment = 0.25\n",
       "[shock.strike]\nmonths = [6]\naffects = \"capacity\"\nseverity = 0.4\nduration = 12\n", 6, 0.25},
  };
  for (const Case& c : cases) {
    const Run finished = run(3.0, c.firm, c.rest);
    const auto room = [&](int t) { return c.shock == 0 || (t >= 6 && t < 18) ? 3 : 5; };
    const Queue exact = follow([](int) { return 3.0; }, room, c.abandonment, kMonths);
    check_revenue(c.claim, finished, exact.served);
    check_waiting(c.claim, finished, exact);
    double abandoned = 0.0;
    for (const double a : exact.abandoned) abandoned += a;
    if (abandoned > 0.0)
      check_mean(family, std::string("deals abandoned, ") + c.claim, finished.column("deals_abandoned"), abandoned);
    const auto wins = finished.column("wins");
    check_poisson(family, std::string("wins, ") + c.claim, wins, 3.0 * kMonths);
  }
}

TEST_CASE("deals are served at their own values, which waiting does not change") {
  // One of the month's deals, if any: with probability 1 - e^-3, of mean 10 and coefficient of variation .8.
  for (const char* value : {"{ lognormal = { mean = 10, cv = 0.8 } }", "{ gamma = { mean = 10, cv = 0.8 } }"}) {
    const Run finished(
        Head{.months = 12, .replications = 200'000, .seed = 82}.text() +
        "[firm]\ncapacity = 1\nabandonment = 1\n[partner.acme]\nleads = 3\nclose_rate = 1\ndeal_value = " + value +
        "\n");
    const double any = 1.0 - std::exp(-3.0);
    check_mean(family, std::string("revenue of single deals, ") + value, finished.column("revenue"), 12.0 * any * 10.0);
    check_variance(family, std::string("revenue of single deals, ") + value, finished.column("revenue"),
                   12.0 * 100.0 * (any * 1.64 - any * any));
  }
}

TEST_CASE("deals are served oldest first, at the price level of the month they closed in") {
  // 12 deals of month 1 at three times the value; then 4 a month at the plain one, behind them.
  const Run finished(Head{.months = 8, .replications = 200'000, .seed = 83}.text() +
                     "[firm]\ncapacity = 4\n[economy]\nstart = \"boom\"\npath = [\"boom\", "
                     "\"plain\"]\n[economy.regime.boom]\nmultiply = { value = 3, leads = 3 }\n"
                     "[economy.regime.plain]\n[partner.acme]\nleads = 4\nclose_rate = 1\ndeal_value = 1\n");
  const Queue all = follow([](int t) { return t == 1 ? 12.0 : 4.0; }, [](int) { return 4; }, 0.0, 8);
  for (int t = 1; t <= 8; ++t) {
    double dear = 0.0;  // of month 1's deals: min(4, (N - 4(t-1))+)
    for (int n = 0; n < 120; ++n) dear += poisson(12.0, n) * std::clamp(n - 4 * (t - 1), 0, 4);
    const auto revenue = finished.monthly("revenue", t);
    check_near(family, "revenue by price level in month " + std::to_string(t), revenue.mean, revenue.error,
               all.served[static_cast<std::size_t>(t - 1)] + 2.0 * dear);
  }
}

TEST_CASE("deals of one month queue in random order, whoever brought them") {
  const Run finished(Head{.months = 12,
                          .replications = 200'000,
                          .seed = 84,
                          .outcomes = "\"wins\", \"revenue\", \"direct_revenue\", \"acquisition_revenue_ads\""}
                         .text() +
                     "[firm]\ncapacity = 2\nabandonment = 1\n[firm.direct]\nleads = 3\nclose_rate = 1\ndeal_value = 1\n"
                     "[partner.acme]\nleads = 2\nclose_rate = 1\ndeal_value = 1\n[acquisition.ads]\nspend = "
                     "1\ncost_per_lead = 1\nclose_rate = 1\ndeal_value = 1\n");
  // Of the deals served each is direct with probability 1/2, the partner's 1/3, paid 1/6.
  const Served month(6.0, 2);
  check_mean(family, "revenue of all sources", finished.column("revenue"), 12.0 * month.mean);
  check_variance(family, "revenue of all sources", finished.column("revenue"), 12.0 * month.variance());
  check_mean(family, "direct revenue", finished.column("direct_revenue"), 6.0 * month.mean);
  check_mean(family, "paid revenue", finished.column("acquisition_revenue_ads"), 2.0 * month.mean);
  // Var of a share s of n: n s (1 - s) given n, and s^2 Var n.
  check_variance(family, "direct revenue", finished.column("direct_revenue"),
                 12.0 * (month.mean * 0.25 + 0.25 * month.variance()));
  const auto partner = finished.member("revenue", 0);
  check_near(family, "partner revenue", partner.mean, partner.error, 4.0 * month.mean);
}

TEST_CASE("a deal that waited is worth what it would have been worth at once") {
  // Where nothing waits at the end, all that was earned is what closed: the same sum, in another order.
  for (const std::string value : {"{ lognormal = { mean = 10, cv = 0.8 } }", "{ gamma = { mean = 10, cv = 0.8 } }"}) {
    const std::string partner = "[partner.acme]\nleads = 3\nclose_rate = 0.5\ndeal_value = " + value + "\n";
    const std::string outcomes = "\"revenue\", \"wins\"";
    const How together;
    const Run queue(Head{.replications = 20'000, .seed = 86, .outcomes = outcomes + ", \"deals_waiting_end\""}.text() +
                        "[firm]\ncapacity = 2\n" + partner,
                    together);
    const Run free(Head{.replications = 20'000, .seed = 86, .outcomes = outcomes}.text() + partner, together);
    const auto at_once = free.column("revenue"), later = queue.column("revenue");
    const auto waiting = queue.column("deals_waiting_end");
    double worst = 0.0, compared = 0.0;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i] > 0.0f) continue;
      compared += 1.0;
      worst = std::max(worst, std::abs(static_cast<double>(later[i]) - static_cast<double>(at_once[i])));
    }
    CHECK(compared > 5'000.0);
    CHECK(worst < 1e-3);  // of about 200, in single precision
  }
}

TEST_CASE("capacity that is never short changes nothing at all") {
  const std::string value =
      "[partner.other]\nleads = 3\nclose_rate = 0.5\ndeal_value = { lognormal = { mean = 10, cv = 0.8 } }\nlag = 2\n";
  const How together;
  const Run roomy = Run(Head{.seed = 85}.text() + "[firm]\ncapacity = 1000\n" + value, together);
  const Run free = Run(Head{.seed = 85}.text() + value, together);
  CHECK(free.column("revenue") == roomy.column("revenue"));
  CHECK(free.column("wins") == roomy.column("wins"));
  // Without any room deals close as before, and nothing is served.
  const Run tight = Run(Head{.seed = 85}.text() + "[firm]\ncapacity = 0\nabandonment = 1\n" + value);
  CHECK(free.column("wins") == tight.column("wins"));
  CHECK(tight.column("revenue") == std::vector<float>(200'000, 0.0f));
  check_poisson(family, "wins that wait for nothing", tight.column("wins"), 1.5 * 10.0);
}
