// Parameters that are uncertain: laws drawn once a replication, by inversion of one 32-bit word.
//
//   u = (word + 1/2) 2^-32, exactly, so 0 < u < 1;   value = Q(u), Q the quantile function of the law.
//
// Inversion, because a copula or a Sobol sequence supplies u, and because the same word under a changed
// argument gives a nearby value. Q increases with the word.
//
// Promise: the same bits on every x86-64 machine. Relative error of Q below 1e-6 for every word (for a law with
// an upper bound also of the distance to that bound, as far as a double can hold it), tested against Boost.Math:
// closed forms are good to about 1e-13; beta, PERT, observed and gamma come from tables of logit Q or log Q
// against logit u, refined until their error estimate is below 3e-7, for shape parameters from 0.01 to 1e7.
// mean() is the mean of the law in closed form; for percentiles of what has a bound it is a sum that converges
// geometrically, good to 1e-12.
//
// Sources: Vose, Risk Analysis (2008) for PERT (shape 4); Jeffreys priors as in Gelman et al., Bayesian Data
// Analysis (2013), 2.8: wins out of leads ~ beta(wins + 1/2, leads - wins + 1/2), a monthly rate
// ~ gamma(count + 1/2) / months; Keelin, The metalog distributions, Decision Analysis 13 (2016), for percentiles.
//
// Not here: draws per event (sim/rng has samplers), laws from a CSV file, dependence between parameters,
// and the check that a law stays inside the range of its parameter: callers compare lower() and upper(), or the
// extreme values that can occur, operator()(0) and operator()(0xffffffff).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "sim/config/scenario.h"
#include "sim/config/spec.h"
#include "sim/lanes/dispatch.h"

namespace sim {

// The values a parameter may take; `percentiles` chooses its form by it, and holds its draws between `least` and
// `most`, what can be simulated of an open range.
struct Support {
  double low = -kInfinity;
  double high = kInfinity;
  double least = -kInfinity;
  double most = kInfinity;
};
Support support_of(const Range& range);

// What makes results mislead though a law is accepted.
struct Tail {
  double slope =
      0.0;  // of log Q against -log(1 - u) as u goes to 1: from 1/2 on there is no variance, from 1 on no mean
  double held = 0.0;       // probability of what lies beyond least or most and is held there
  double held_mean = 0.0;  // the mean of draws so held; mean() is that of the law
};

// The fallback of an argument that stands for "not given": `observed` takes wins and leads, or count and months.
inline constexpr double kNotGiven = std::numeric_limits<double>::quiet_NaN();

// The quantile function of one law. Immutable; copies share it; safe to use from several threads.
class Quantile {
 public:
  Quantile();  // the constant 0

  double operator()(std::uint32_t word) const;
  // out[i] = operator()(words[i]), rounded to float and held within its finite range; sizes must agree.
  void fill(Isa isa, std::span<const std::uint32_t> words, std::span<float> out) const;

  double mean() const;
  double lower() const;  // bounds of the support, perhaps infinite
  double upper() const;
  bool is_constant() const { return lower() == upper(); }
  const Tail& tail() const;
  // One and the same table; of equal laws mostly, but not always, true.
  bool operator==(const Quantile& other) const { return form_ == other.form_; }

  class Form;  // one family of laws, quantile_form.h
  explicit Quantile(std::shared_ptr<const Form> form) : form_(std::move(form)) {}

 private:
  std::shared_ptr<const Form> form_;
};

// The laws a parameter accepts beside a plain number, with the ranges of their arguments.
std::span<const LawSpec> distribution_laws();

// Checks the arguments (all of LawSpec's ranges, and what ties them together) and builds the quantile. A table takes
// 0.05 to 0.3 ms with ordinary shapes, 1.5 ms with shapes of 0.05, 9 ms with two of 0.01, and nothing when an identical
// one is in the cache. Arguments that are absent or NaN take their fallback. Throws std::invalid_argument
// "problem (reason). hint", to be reported at law.mark.
Quantile make_quantile(const Law& law, Support support = {});

// A LawCheck (config/spec.h): whether make_quantile accepts the law and every draw lies in `range`.
std::string distribution_problem(const Law& law, const Range& range);

// A digest of what a file of values holds, 32 hexadecimal digits, empty when it cannot be read: two runs of one
// scenario text are the same only when their files are. `name` as a law has it, `scenario` the file it stands in.
std::string digest_of_values(const std::string& name, const std::string& scenario);

// "beta(mean 0.4, concentration 25)"; a constant is its number.
std::string describe(const Law& law);

}  // namespace sim
