// Exact moments of partnerships that share an economy and shocks (MODEL.md, sections 0, 1, 2 and 9), in double
// precision and with nothing of the simulator: small chains of regime and survival, month by month.
//
// Month 1 is lived in the start regime; a month's leads come from the partnerships alive at its start; its
// churn uses its regime; then the chain steps. A plain churn h under multiplier m is outlived with
// probability (1 - h)^m. Shocks arrive Poisson(nu) a month and each kills with probability k, a
// coin for each partnership: one outlives a month with probability e^(-nu k), two with e^(-nu (1 - (1-k)^2)).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace partnersim::testing {

struct RegimeLaw {
  std::vector<double> start;                    // probabilities of month 1
  std::vector<std::vector<double>> transition;  // [from][to]
  std::vector<double> leads, churn;             // multipliers
};

inline std::vector<double> next_month(const std::vector<double>& law, const RegimeLaw& economy) {
  std::vector<double> next(law.size(), 0.0);
  for (std::size_t r = 0; r < law.size(); ++r)
    for (std::size_t s = 0; s < law.size(); ++s) next[s] += law[r] * economy.transition[r][s];
  return next;
}

// Identical partnerships, independent of each other but for the economy and the shocks.
struct Workload {
  RegimeLaw economy;
  double partners = 1.0;
  double leads = 0.0;
  double close_mean = 1.0, close_variance = 0.0;  // drawn once a replication for each
  double value_mean = 1.0, value_cv = 0.0;        // of a deal
  double churn = 0.0;
  double shock_rate = 0.0, kill = 0.0;

  double outlives_churn(std::size_t regime) const { return std::pow(1.0 - churn, economy.churn[regime]); }
  double outlives_shocks() const { return std::exp(-shock_rate * kill); }
  double both_outlive_shocks() const { return std::exp(-shock_rate * (1.0 - (1.0 - kill) * (1.0 - kill))); }
};

struct MonthMeans {
  double revenue = 0.0, wins = 0.0;
  double active = 0.0;    // partnerships alive after the month
  double survival = 0.0;  // of one partnership
};

inline MonthMeans month_means(const Workload& w, double lead_factor, double survival) {
  const double wins = w.partners * w.leads * lead_factor * w.close_mean;
  return {wins * w.value_mean, wins, w.partners * survival, survival};
}

// True means: a[r] = P(alive at the start of the month, regime r).
inline std::vector<MonthMeans> joint_means(const Workload& w, int months) {
  std::vector<MonthMeans> means;
  std::vector<double> alive = w.economy.start;
  for (int month = 1; month <= months; ++month) {
    double lead_factor = 0.0, survival = 0.0;
    for (std::size_t r = 0; r < alive.size(); ++r) {
      lead_factor += alive[r] * w.economy.leads[r];
      alive[r] *= w.outlives_churn(r) * w.outlives_shocks();
      survival += alive[r];
    }
    means.push_back(month_means(w, lead_factor, survival));
    alive = next_month(alive, w.economy);
  }
  return means;
}

// The spreadsheet's answer: survival and regime side by side instead of jointly, each multiplier replaced by its
// mean over the regimes' probabilities.
inline std::vector<MonthMeans> mean_field(const Workload& w, int months) {
  std::vector<MonthMeans> means;
  std::vector<double> regimes = w.economy.start;
  double survival = 1.0;
  for (int month = 1; month <= months; ++month) {
    double lead_factor = 0.0, churn_factor = 0.0;
    for (std::size_t r = 0; r < regimes.size(); ++r) {
      lead_factor += regimes[r] * w.economy.leads[r];
      churn_factor += regimes[r] * w.economy.churn[r];
    }
    const double working = survival;
    survival *= std::pow(1.0 - w.churn, churn_factor) * w.outlives_shocks();
    means.push_back(month_means(w, working * lead_factor, survival));
    regimes = next_month(regimes, w.economy);
  }
  return means;
}

struct TotalVariances {
  double revenue = 0.0;
  double active = 0.0;  // partnerships alive after the last month
};

// Variances of the totals. With L = sum of the lead factors of the months a partnership worked, given everything
// but Poisson luck, values and close rates, a partnership's revenue X has
//   E[X^2]  = leads p v^2 (1 + c^2) E[L] + leads^2 E[p^2] v^2 E[L^2]
//   E[X X'] = leads^2 E[p]^2 v^2 E[L L']                         of two partnerships
// so two partnerships are followed together. State: (first alive, second alive, regime); each carries the
// probability of being there and the expectations of L, L' and L L' on it.
inline TotalVariances total_variances(const Workload& w, int months) {
  struct Moments {
    double one = 0.0, first = 0.0, second = 0.0, product = 0.0, square = 0.0;  // square: of L
    void add(const Moments& m, double p) {
      one += p * m.one;
      first += p * m.first;
      second += p * m.second;
      product += p * m.product;
      square += p * m.square;
    }
  };
  const std::size_t regimes = w.economy.start.size();
  using States = std::vector<std::array<Moments, 4>>;  // [regime][2 * first alive + second alive]
  States states(regimes);
  for (std::size_t r = 0; r < regimes; ++r) states[r][3].one = w.economy.start[r];
  for (int month = 1; month <= months; ++month) {
    States ended(regimes);
    for (std::size_t r = 0; r < regimes; ++r) {
      for (std::size_t a = 0; a < 4; ++a) {
        Moments& m = states[r][a];
        const double x = a >= 2 ? w.economy.leads[r] : 0.0;
        const double y = a % 2 == 1 ? w.economy.leads[r] : 0.0;
        m.square += 2.0 * x * m.first + x * x * m.one;
        m.product += y * m.first + x * m.second + x * y * m.one;
        m.first += x * m.one;
        m.second += y * m.one;
      }
      const double one = w.outlives_churn(r) * w.outlives_shocks();
      const double both = std::pow(w.outlives_churn(r), 2) * w.both_outlive_shocks();
      ended[r][3].add(states[r][3], both);
      ended[r][2].add(states[r][3], one - both);
      ended[r][1].add(states[r][3], one - both);
      ended[r][0].add(states[r][3], 1.0 - 2.0 * one + both);
      for (const std::size_t alone : {std::size_t{1}, std::size_t{2}}) {
        ended[r][alone].add(states[r][alone], one);
        ended[r][0].add(states[r][alone], 1.0 - one);
      }
      ended[r][0].add(states[r][0], 1.0);
    }
    for (std::size_t s = 0; s < regimes; ++s)
      for (std::size_t a = 0; a < 4; ++a) {
        states[s][a] = {};
        for (std::size_t r = 0; r < regimes; ++r) states[s][a].add(ended[r][a], w.economy.transition[r][s]);
      }
  }
  Moments total;
  double first_alive = 0.0, both_alive = 0.0;
  for (const auto& regime : states) {
    for (const Moments& m : regime) total.add(m, 1.0);
    first_alive += regime[2].one + regime[3].one;
    both_alive += regime[3].one;
  }
  const double v2 = w.value_mean * w.value_mean;
  const double p2 = w.close_variance + w.close_mean * w.close_mean;
  const double mean = w.leads * w.close_mean * w.value_mean * total.first;
  const double own = w.leads * w.close_mean * v2 * (1.0 + w.value_cv * w.value_cv) * total.first +
                     w.leads * w.leads * p2 * v2 * total.square - mean * mean;
  const double shared = w.leads * w.leads * w.close_mean * w.close_mean * v2 * total.product - mean * mean;
  const double pairs = w.partners * (w.partners - 1.0);
  return {w.partners * own + pairs * shared,
          w.partners * first_alive * (1.0 - first_alive) + pairs * (both_alive - first_alive * first_alive)};
}

// P(k partnerships alive after the last month), k = 0, 1, …. Given the sum M of the churn multipliers lived
// through and the number J of shocks, survivors are Binomial(n, (1-h)^M (1-k)^J). Two regimes, the first of which
// multiplies churn by 1, so that M is given by the number of months in the second.
inline std::vector<double> survivors_law(const Workload& w, int months) {
  const auto horizon = static_cast<std::size_t>(months);
  // at[r][k] = P(regime r, k months so far in the second regime)
  std::vector<std::vector<double>> at(2, std::vector<double>(horizon + 1, 0.0));
  at[0][0] = w.economy.start[0];
  at[1][1] = w.economy.start[1];
  for (std::size_t month = 2; month <= horizon; ++month) {
    std::vector<std::vector<double>> next(2, std::vector<double>(horizon + 1, 0.0));
    for (std::size_t r = 0; r < 2; ++r)
      for (std::size_t k = 0; k < month; ++k)
        for (std::size_t s = 0; s < 2; ++s) next[s][k + s] += at[r][k] * w.economy.transition[r][s];
    at = next;
  }
  const auto n = static_cast<std::size_t>(w.partners);
  const double shocks = w.shock_rate * months;
  std::vector<double> law(n + 1, 0.0);
  double arrivals = std::exp(-shocks);
  for (int j = 0; j < 60 + static_cast<int>(10.0 * shocks); ++j) {
    if (j > 0) arrivals *= shocks / j;
    for (std::size_t k = 0; k <= horizon; ++k) {
      const double second = static_cast<double>(k);
      const double survival = std::pow(1.0 - w.churn, months - second) *
                              std::pow(1.0 - w.churn, second * w.economy.churn[1]) * std::pow(1.0 - w.kill, j);
      double ways = 1.0;
      for (std::size_t i = 0; i <= n; ++i) {
        law[i] += arrivals * (at[0][k] + at[1][k]) * ways * std::pow(survival, static_cast<double>(i)) *
                  std::pow(1.0 - survival, static_cast<double>(n - i));
        ways *= static_cast<double>(n - i) / static_cast<double>(i + 1);
      }
    }
  }
  return law;
}

}  // namespace partnersim::testing
