#include "sim/rng/poisson_rejection.h"

#include <cmath>
#include <vector>

#include "sim/base/elementary.h"
#include "sim/base/special.h"

namespace sim {
namespace {

struct Proposal {
  double count, us, v, slope, b, v_r;
  bool possible;
  // Six in seven are taken without a logarithm.
  SIM_INLINE bool taken_at_once() const { return possible && us >= 0.07 && v <= v_r; }
};

SIM_INLINE Proposal propose(double rate, std::uint32_t word_u, std::uint32_t word_v) {
  Proposal p;
  p.b = 0.931 + 2.53 * std::sqrt(rate);
  p.slope = -0.059 + 0.02483 * p.b;
  p.v_r = 0.9277 - 3.6224 / (p.b - 2.0);
  const double u = uniform_exact(word_u) - 0.5;
  p.v = uniform_exact(word_v);
  p.us = 0.5 - (u < 0 ? -u : u);
  const double real = (2.0 * p.slope / p.us + p.b) * u + rate + 0.43;
  p.possible = real >= 0.0 && real <= 4e9;
  p.count = std::floor(real);
  return p;
}

// The others are decided by logarithms: taken if log_proposed <= log_target - log(count!).
struct Verdict {
  double log_proposed, log_target;
  bool refused;  // without looking
};

SIM_INLINE Verdict weigh(double rate, const Proposal& p) {
  const double inverse_alpha = 1.1239 + 1.1328 / (p.b - 3.4);
  return {math::log(p.v * inverse_alpha / (p.slope / (p.us * p.us) + p.b)), p.count * math::log(rate) - rate,
          !p.possible || (p.us < 0.013 && p.v > p.us)};
}

double log_factorial(double k) {
  static const std::vector<double> kSmall = [] {
    std::vector<double> values(2048);
    for (std::size_t n = 0; n < values.size(); ++n) values[n] = log_gamma(static_cast<double>(n) + 1.0);
    return values;
  }();
  return k < static_cast<double>(kSmall.size()) ? kSmall[static_cast<std::size_t>(k)] : log_gamma(k + 1.0);
}

}  // namespace

void poisson_by_rejection(Isa isa, PoissonCells& cells, const PoissonAttempts& attempts, std::uint32_t* counts) {
  using Words = std::array<std::uint32_t, kStage>;
  alignas(kCacheLine) Words u, v, unused, unused_too, refused;
  alignas(kCacheLine) std::array<double, kStage> log_proposed, log_target;
  for (std::uint32_t attempt = 0; cells.size > 0; ++attempt) {
    attempts.philox->words(isa, {cells.lanes.data(), cells.size, attempts.batch.first},
                           {cells.low.data(), cells.high.data()},
                           attempts.address.at_call(attempts.first_attempt + attempt),
                           {{u.data(), v.data(), unused.data(), unused_too.data()}});
    on_lanes(isa, [n = cells.size, rates = cells.rates.data(), u = u.data(), v = v.data(), taken = cells.scratch.data(),
                   out = cells.counts.data()]() SIM_LANES {
      SIM_INDEPENDENT
      for (std::size_t i = 0; i < n; ++i) {
        const Proposal p = propose(static_cast<double>(rates[i]), u[i], v[i]);
        const bool at_once = p.taken_at_once();
        taken[i] = at_once ? 1U : 0U;
        out[i] = at_once ? static_cast<std::uint32_t>(p.count) : 0U;
      }
    });
    std::size_t open = 0;
    for (std::size_t i = 0; i < cells.size; ++i) {
      counts[cells.at[i]] = cells.counts[i];
      cells.keep(i, open);
      u[open] = u[i];
      v[open] = v[i];
      open += 1 - cells.scratch[i];
    }
    on_lanes(isa, [n = open, rates = cells.rates.data(), u = u.data(), v = v.data(), refused = refused.data(),
                   out = cells.counts.data(), log_proposed = log_proposed.data(), log_target = log_target.data()]()
                      SIM_LANES {
                        SIM_INDEPENDENT
                        for (std::size_t i = 0; i < n; ++i) {
                          const auto rate = static_cast<double>(rates[i]);
                          const Proposal p = propose(rate, u[i], v[i]);
                          const Verdict verdict = weigh(rate, p);
                          refused[i] = verdict.refused ? 1U : 0U;
                          out[i] = verdict.refused ? 0U : static_cast<std::uint32_t>(p.count);
                          log_proposed[i] = verdict.log_proposed;
                          log_target[i] = verdict.log_target;
                        }
                      });
    cells.size = 0;
    for (std::size_t i = 0; i < open; ++i) {
      const bool taken =
          refused[i] == 0 && log_proposed[i] <= log_target[i] - log_factorial(static_cast<double>(cells.counts[i]));
      counts[cells.at[i]] = cells.counts[i];  // for good if taken
      cells.keep(i, cells.size);
      cells.size += taken ? 0 : 1;
    }
  }
}

}  // namespace sim
