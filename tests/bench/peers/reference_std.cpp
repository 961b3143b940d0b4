// The reference workload in plain C++ with std:: distributions: a peer for the benchmark and a check on it.
//
// One replication at a time, as most simulations are first written, and honestly so: Poisson thinning by the
// close rate (wins ~ Poisson(λp), exact), the distributions prepared once for each partner and regime, dissolved
// partnerships dropped from the loop, threads that share nothing. Deals are drawn one by one: sums are exact.
//
// Deliberately absent: lanes, common random numbers, results that do not depend on the number of threads.
//
//   g++ -O2 -std=c++20 -pthread reference_std.cpp -o reference_std && ./reference_std REPLICATIONS THREADS SEED
//
// Compare with g++: clang 14 on the same libstdc++ gives the same numbers at a quarter of the speed.
//
// Prints one line of JSON, the same names as reference_numpy.py; compare with reference_exact.py.

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr int kPartners = 12;
constexpr int kMonths = 60;
constexpr double kLeads = 5.0;                            // a month for each partner, in expansion
constexpr double kCloseRateA = 10.0, kCloseRateB = 15.0;  // beta: mean .4, concentration 25
constexpr double kDealMean = 10'000.0, kDealCv = 0.8;     // EUR, lognormal
constexpr double kChurn = 0.02;                           // monthly probability, in expansion
constexpr double kShockRate = 0.01, kKill = 0.2;
constexpr std::array<double, 2> kLeadsFactor{1.0, 0.7};  // expansion, recession
constexpr std::array<double, 2> kHazardFactor{1.0, 2.0};
constexpr std::array<double, 2> kLeaveRegime{0.02, 0.10};  // monthly probability of changing to the other

struct Partner {
  // By regime: a distribution keeps what it computes from its mean, so it is built once, not once a month.
  std::array<std::poisson_distribution<int>, 2> wins;
};

/// What one thread adds up; merged after joining.
struct Tally {
  double revenue = 0, revenue_squared = 0;
  double active = 0, active_squared = 0;
  std::array<double, kMonths> revenue_by_month{};
};

class Simulation {
 public:
  Simulation(std::uint32_t seed, std::uint32_t thread) {
    std::seed_seq sequence{seed, thread};
    engine_.seed(sequence);
    for (std::size_t regime = 0; regime < 2; ++regime)
      survival_[regime] = std::pow(1.0 - kChurn, kHazardFactor[regime]);
  }

  void replicate(Tally& tally) {
    draw_partners();
    int active = kPartners;
    std::size_t regime = 0;  // month 1 is lived in expansion
    double total = 0;
    for (std::size_t month = 0; month < kMonths; ++month) {
      double revenue = 0;
      for (int i = 0; i < active; ++i) {
        const int wins = partners_[i].wins[regime](engine_);
        for (int deal = 0; deal < wins; ++deal) revenue += deal_value_(engine_);
      }
      total += revenue;
      tally.revenue_by_month[month] += revenue;
      active = dissolve(active, regime);
      if (uniform_(engine_) < kLeaveRegime[regime]) regime = 1 - regime;
    }
    tally.revenue += total;
    tally.revenue_squared += total * total;
    tally.active += active;
    tally.active_squared += static_cast<double>(active) * active;
  }

 private:
  void draw_partners() {
    for (Partner& partner : partners_) {
      const double a = gamma_a_(engine_), b = gamma_b_(engine_);
      const double close_rate = a / (a + b);  // beta as a share of two gammas
      for (std::size_t regime = 0; regime < 2; ++regime)
        partner.wins[regime] = std::poisson_distribution<int>(kLeads * kLeadsFactor[regime] * close_rate);
    }
  }

  /// Ends partnerships by churn and by the month's shocks; survivors move to the front. Returns how many are left.
  int dissolve(int active, std::size_t regime) {
    double survival = survival_[regime];
    for (int shocks = shocks_(engine_); shocks > 0; --shocks) survival *= 1.0 - kKill;
    int left = 0;
    for (int i = 0; i < active; ++i)
      if (uniform_(engine_) < survival) partners_[left++] = partners_[i];
    return left;
  }

  // ln X ~ Normal(ln mean − σ²/2, σ), σ² = ln(1 + cv²): the mean of X is then the mean asked for.
  static double sigma() { return std::sqrt(std::log1p(kDealCv * kDealCv)); }

  std::mt19937_64 engine_;
  std::array<Partner, kPartners> partners_;
  std::array<double, 2> survival_{};
  std::gamma_distribution<double> gamma_a_{kCloseRateA}, gamma_b_{kCloseRateB};
  std::lognormal_distribution<double> deal_value_{std::log(kDealMean) - sigma() * sigma() / 2, sigma()};
  std::poisson_distribution<int> shocks_{kShockRate};
  std::uniform_real_distribution<double> uniform_{0.0, 1.0};
};

Tally run(long replications, unsigned threads, std::uint32_t seed) {
  std::vector<Tally> tallies(threads);
  std::vector<std::thread> workers;
  for (unsigned thread = 0; thread < threads; ++thread)
    workers.emplace_back([=, &tallies] {
      const long first = replications * thread / threads, last = replications * (thread + 1) / threads;
      Simulation simulation(seed, thread);
      Tally tally;  // on this thread's stack: no false sharing
      for (long k = first; k < last; ++k) simulation.replicate(tally);
      tallies[thread] = tally;
    });
  for (std::thread& worker : workers) worker.join();

  Tally sum;
  for (const Tally& tally : tallies) {
    sum.revenue += tally.revenue;
    sum.revenue_squared += tally.revenue_squared;
    sum.active += tally.active;
    sum.active_squared += tally.active_squared;
    for (std::size_t month = 0; month < kMonths; ++month) sum.revenue_by_month[month] += tally.revenue_by_month[month];
  }
  return sum;
}

double standard_error(double sum, double sum_of_squares, double n) {
  return std::sqrt((sum_of_squares - sum * sum / n) / (n - 1) / n);
}

}  // namespace

int main(int argc, char** argv) {
  const long replications = argc > 1 ? std::atol(argv[1]) : 100'000;
  const long threads = argc > 2 ? std::atol(argv[2]) : 1;
  const long seed = argc > 3 ? std::atol(argv[3]) : 1;
  if (argc > 4 || replications < 2 || threads < 1 || threads > replications || seed < 0) {
    std::fprintf(stderr, "usage: reference_std [REPLICATIONS >= 2] [THREADS >= 1] [SEED >= 0]\n");
    return 2;
  }

  const auto began = std::chrono::steady_clock::now();
  const Tally sum = run(replications, static_cast<unsigned>(threads), static_cast<std::uint32_t>(seed));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();

  const double n = static_cast<double>(replications);
  std::printf(
      "{\"peer\": \"std\", \"replications\": %ld, \"threads\": %ld, \"seconds\": %.4f, "
      "\"partner_months_per_second\": %.0f, \"mean_revenue\": %.4f, \"mean_revenue_standard_error\": %.4f, "
      "\"mean_active\": %.6f, \"mean_active_standard_error\": %.6f, \"mean_last_month_revenue\": %.4f}\n",
      replications, threads, seconds, n * kPartners * kMonths / seconds, sum.revenue / n,
      standard_error(sum.revenue, sum.revenue_squared, n), sum.active / n,
      standard_error(sum.active, sum.active_squared, n), sum.revenue_by_month[kMonths - 1] / n);
  return 0;
}
