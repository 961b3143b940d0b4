// sim/rng/distribution.h: quantiles against Boost.Math over grids of arguments and words, means by integration.
#include "sim/rng/distribution.h"
#include "tests/support/about.h"
#include "tests/support/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/triangular.hpp>
#include <boost/math/distributions/weibull.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace partnersim::testing;

using Arguments = std::vector<std::pair<std::string, sim::Law::Argument>>;

sim::Law law(std::string name, Arguments arguments) {
  sim::Law made;
  made.name = std::move(name);
  made.arguments = std::move(arguments);
  return made;
}

sim::Quantile quantile(std::string name, Arguments arguments, sim::Support support = {}) {
  return sim::make_quantile(law(std::move(name), std::move(arguments)), support);
}

// Both ends to the last word, and points spread evenly over u and over logit u.
const std::vector<std::uint32_t>& words() {
  static const std::vector<std::uint32_t> all = [] {
    std::vector<std::uint32_t> made;
    for (std::uint32_t i = 0; i < 12; ++i) {
      made.push_back(i);
      made.push_back(~i);
    }
    std::mt19937_64 engine{4711};
    for (int i = 0; i < 160; ++i) made.push_back(static_cast<std::uint32_t>(engine() >> 32U));
    for (int i = 0; i < 240; ++i) {
      const double t = std::log(8.5e9) * (2.0 * static_cast<double>(engine()) / 18446744073709551616.0 - 1.0);
      made.push_back(static_cast<std::uint32_t>(std::min(4294967295.0, 4294967296.0 / (1.0 + std::exp(-t)))));
    }
    std::sort(made.begin(), made.end());
    return made;
  }();
  return all;
}

long double lower_probability(std::uint32_t word) { return (static_cast<long double>(word) + 0.5L) * 0x1p-32L; }
long double upper_probability(std::uint32_t word) { return lower_probability(~word); }

// The exact quantile, from the nearer end.
template <class Distribution>
long double exact_quantile(const Distribution& distribution, std::uint32_t word) {
  if (word < 0x80000000U) return boost::math::quantile(distribution, lower_probability(word));
  return boost::math::quantile(complement(distribution, upper_probability(word)));
}

// The largest error over the words relative to the value.
template <class Exact>
double worst_error(const sim::Quantile& quantile, Exact exact) {
  double worst = 0.0;
  for (const std::uint32_t word : words()) {
    const long double expected = exact(word);
    const long double scale = std::max(std::abs(expected), std::numeric_limits<long double>::min());
    if (std::abs(expected) < 1e-300L) continue;  // below the normal doubles
    worst = std::max(worst, static_cast<double>(std::abs(quantile(word) - expected) / scale));
  }
  return worst;
}

// The integral of the quantile over u: midpoints on panels that halve towards both ends.
double integrated_mean(const sim::Quantile& quantile) {
  long double sum = 0.0L;
  for (int k = 1; k <= 31; ++k) {
    const std::uint32_t from = std::uint32_t{1} << static_cast<unsigned>(31 - k);
    const std::uint32_t count = std::min(from, std::uint32_t{8192});
    long double panel = 0.0L;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t step = from / count;
      for (const std::uint32_t word : {from + i * step + step / 2, from + i * step + (step - 1) / 2}) {
        panel += 0.5L * (static_cast<long double>(quantile(word)) + quantile(~word));
      }
    }
    sum += panel * (from / count);
  }
  sum += static_cast<long double>(quantile(0U)) + quantile(~0U);
  return static_cast<double>(sum * 0x1p-32L);
}

void check_order_and_support(const sim::Quantile& quantile) {
  double last = -std::numeric_limits<double>::infinity();
  for (const std::uint32_t word : words()) {
    const double value = quantile(word);
    CHECK(std::isfinite(value));
    CHECK(value >= quantile.lower());
    CHECK(value <= quantile.upper());
    CHECK(value >= last);
    if (word != ~0U) CHECK(quantile(word + 1) >= value);
    last = value;
  }
}

std::string refusal(std::string name, Arguments arguments, sim::Support support = {}) {
  try {
    quantile(std::move(name), std::move(arguments), support);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

struct Example {
  std::string name;
  Arguments arguments;
  double tolerance = 1e-6;  // of the integrated mean
  sim::Support support{};
};

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
      {"constant", {{"value", 3.5}}},
      {"uniform", {{"low", -2.0}, {"high", 5.0}}},
      {"triangular", {{"low", 1.0}, {"mode", 2.0}, {"high", 7.0}}},
      {"triangular", {{"low", 1.0}, {"mode", 7.0}, {"high", 7.0}}},
      {"pert", {{"low", 10.0}, {"mode", 11.0}, {"high", 30.0}}},
      {"pert", {{"low", 0.0}, {"mode", 0.0}, {"high", 1.0}}},
      {"normal", {{"mean", 5.0}, {"sd", 2.0}}},
      {"truncated_normal", {{"mean", 1.0}, {"sd", 2.0}, {"low", 0.0}, {"high", 3.0}}},
      {"truncated_normal", {{"mean", 1.0}, {"sd", 2.0}, {"low", 0.0}}},
      {"truncated_normal", {{"mean", -8.0}, {"sd", 1.0}, {"low", 0.0}, {"high", 1.0}}},
      {"truncated_normal", {{"mean", 1.0}, {"sd", 2.0}, {"low", 3.0}, {"high", 3.0001}}},
      {"lognormal", {{"mean", 2000.0}, {"cv", 0.6}}},
      {"lognormal", {{"mean", 2.0}, {"cv", 3.0}}, 1e-4},
      {"gamma", {{"mean", 8.0}, {"cv", 0.5}}},
      {"gamma", {{"mean", 8.0}, {"cv", 4.0}}, 1e-5},
      {"gamma", {{"mean", 8.0}, {"cv", 0.0001}}},
      {"beta", {{"mean", 0.4}, {"concentration", 25.0}}},
      {"beta", {{"a", 0.05}, {"b", 0.5}}},
      {"beta", {{"a", 1e6}, {"b", 1e6}}},
      {"beta", {{"a", 0.05}, {"b", 1e6}}},
      {"weibull", {{"shape", 1.5}, {"scale", 30.0}}},
      {"weibull", {{"shape", 0.4}, {"scale", 30.0}}, 1e-4},
      {"exponential", {{"mean", 12.0}}},
      {"discrete", {{"values", std::vector{5.0, 1.0, 3.0}}, {"weights", std::vector{1.0, 1.0, 2.0}}}},
      {"pareto", {{"shape", 3.5}, {"mean", 2000.0}}, 1e-3},
      {"empirical", {{"values", std::vector{5.0, 1.0, 3.0, 3.0}}}, 1e-3},
      {"percentiles", {{"p10", 3.0}, {"p50", 6.0}, {"p90", 12.0}}},
      {"percentiles", {{"p10", 3.0}, {"p50", 6.0}, {"p90", 12.0}}, 1e-5, {0.0, sim::kInfinity}},
      {"percentiles", {{"p10", -12.0}, {"p50", -6.0}, {"p90", -3.0}}, 1e-5, {-sim::kInfinity, 1.0}},
      {"percentiles", {{"p10", 0.1}, {"p50", 0.15}, {"p90", 0.3}}, 1e-6, {0.0, 1.0}},
      {"observed", {{"wins", 14.0}, {"leads", 180.0}}},
      {"observed", {{"wins", 0.0}, {"leads", 0.0}}},
      {"observed", {{"count", 9.0}, {"months", 12.0}}},
      {"observed", {{"count", 0.0}, {"months", 12.0}}},
  };
  return all;
}

}  // namespace

TEST_CASE("every law stays finite and inside its support, and increases with the word, to the last word") {
  for (const Example& example : examples()) {
    CAPTURE(sim::describe(law(example.name, example.arguments)));
    check_order_and_support(quantile(example.name, example.arguments, example.support));
  }
}

TEST_CASE("every law has the mean it announces") {
  for (const Example& example : examples()) {
    CAPTURE(sim::describe(law(example.name, example.arguments)));
    const sim::Quantile made = quantile(example.name, example.arguments, example.support);
    CHECK(integrated_mean(made) == about(made.mean(), example.tolerance).scale(0.0));
  }
}

TEST_CASE("beta quantiles are exact to 1e-6, also relative to the distance from 1") {
  for (const double a : {0.05, 0.3, 1.0, 2.5, 40.0, 1e3, 1e6}) {
    for (const double b : {0.05, 0.5, 1.0, 3.0, 60.0, 1e6}) {
      CAPTURE(a);
      CAPTURE(b);
      const sim::Quantile made = quantile("beta", {{"a", a}, {"b", b}});
      const boost::math::beta_distribution<long double> exact(a, b);
      const boost::math::beta_distribution<long double> mirrored(b, a);
      double worst_low = 0.0;
      double worst_high = 0.0;
      for (const std::uint32_t word : words()) {
        const long double value = made(word);
        const long double low = exact_quantile(exact, word);
        const long double high = exact_quantile(mirrored, ~word);
        if (low > 1e-300L) worst_low = std::max(worst_low, static_cast<double>(std::abs(value - low) / low));
        const long double miss = std::max(0.0L, std::abs((1.0L - value) - high) - 0x1p-53L);
        worst_high = std::max(worst_high, static_cast<double>(miss / high));
      }
      CHECK(worst_low < 1e-6);
      CHECK(worst_high < 1e-6);
    }
  }
}

TEST_CASE("gamma quantiles are exact to 1e-6 for every coefficient of variation") {
  for (const double cv : {1e-5, 1e-4, 0.00099, 0.00101, 0.01, 0.1, 0.4, 1.0, 1.7, 3.0, 4.47, 10.0}) {
    CAPTURE(cv);
    const long double shape = 1.0L / (static_cast<long double>(cv) * cv);
    const boost::math::gamma_distribution<long double> exact(shape, 7.0L / shape);
    CHECK(worst_error(quantile("gamma", {{"mean", 7.0}, {"cv", cv}}),
                      [&](std::uint32_t word) { return exact_quantile(exact, word); }) < 1e-6);
  }
}

TEST_CASE("PERT is the beta of shapes 1 + 4 (mode - low) / width and 1 + 4 (high - mode) / width") {
  for (const double mode : {10.0, 11.0, 20.0, 29.9, 30.0}) {
    const boost::math::beta_distribution<long double> exact(1.0L + 4.0L * (mode - 10.0L) / 20.0L,
                                                            1.0L + 4.0L * (30.0L - mode) / 20.0L);
    CHECK(worst_error(quantile("pert", {{"low", 10.0}, {"mode", mode}, {"high", 30.0}}),
                      [&](std::uint32_t word) { return 10.0L + 20.0L * exact_quantile(exact, word); }) < 1e-6);
  }
}

TEST_CASE("laws with a closed form agree with Boost to 1e-12") {
  const boost::math::normal_distribution<long double> normal;
  CHECK(worst_error(quantile("normal", {{"mean", 0.0}, {"sd", 2.0}}),
                    [&](std::uint32_t word) { return 2.0L * exact_quantile(normal, word); }) < 1e-12);
  for (const double cv : {0.01, 0.6, 5.0}) {
    const long double variance = std::log1p(static_cast<long double>(cv) * cv);
    const boost::math::lognormal_distribution<long double> exact(std::log(2000.0L) - variance / 2, std::sqrt(variance));
    CHECK(worst_error(quantile("lognormal", {{"mean", 2000.0}, {"cv", cv}}),
                      [&](std::uint32_t word) { return exact_quantile(exact, word); }) < 1e-12);
  }
  for (const double shape : {0.05, 0.4, 1.0, 1.5, 40.0}) {
    const boost::math::weibull_distribution<long double> exact(shape, 30.0L);
    CHECK(worst_error(quantile("weibull", {{"shape", shape}, {"scale", 30.0}}),
                      [&](std::uint32_t word) { return exact_quantile(exact, word); }) < 1e-12);
  }
  CHECK(worst_error(quantile("exponential", {{"mean", 12.0}}), [](std::uint32_t word) {
          return word < 0x80000000U ? -12.0L * std::log1p(-lower_probability(word))
                                    : -12.0L * std::log(upper_probability(word));
        }) < 1e-12);
  const boost::math::triangular_distribution<long double> triangular(1.0L, 2.0L, 7.0L);
  CHECK(worst_error(quantile("triangular", {{"low", 1.0}, {"mode", 2.0}, {"high", 7.0}}),
                    [&](std::uint32_t word) { return exact_quantile(triangular, word); }) < 1e-12);
  CHECK(worst_error(quantile("uniform", {{"low", 0.0}, {"high", 3.0}}),
                    [](std::uint32_t word) { return 3.0L * lower_probability(word); }) < 1e-15);
}

TEST_CASE("a truncated normal keeps the distance to its bounds to 1e-6, far out in either tail too") {
  const boost::math::normal_distribution<long double> normal;
  struct Case {
    double mean, low, high;
  };
  for (const Case& c : {Case{0.0, -1.0, 2.0}, Case{3.0, 0.0, 10.0}, Case{-9.0, 0.0, 1.0}, Case{9.0, 0.0, 1.0},
                        Case{-25.0, 0.0, 9.0}, Case{6.5, 0.0, 100.0}}) {
    const double mean = c.mean;
    const double low = c.low;
    const double high = c.high;
    CAPTURE(mean);
    const sim::Quantile made =
        quantile("truncated_normal", {{"mean", mean}, {"sd", 1.0}, {"low", low}, {"high", high}});
    double worst = 0.0;
    for (const std::uint32_t word : words()) {
      // Probability between the bound and the value over the mass, in the tail where the normal law keeps its digits.
      const auto between = [&](long double from, long double to) {
        return from - mean > 0.0L ? cdf(complement(normal, from - mean)) - cdf(complement(normal, to - mean))
                                  : cdf(normal, to - mean) - cdf(normal, from - mean);
      };
      const long double value = made(word);
      const long double mass = between(low, high);
      const bool lower = word < 0x80000000U;
      const long double got = (lower ? between(low, value) : between(value, high)) / mass;
      const long double expected = lower ? lower_probability(word) : upper_probability(word);
      // The rounding of the value itself, as seen in probability.
      const long double grain = pdf(normal, value - mean) * std::abs(value) * 0x1p-52L / mass;
      worst = std::max(worst, static_cast<double>(std::max(0.0L, std::abs(got - expected) - grain) / expected));
    }
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("percentiles are met, on every kind of support") {
  struct Case {
    double p10, p50, p90;
    sim::Support support;
  };
  for (const Case& c :
       {Case{3.0, 6.0, 12.0, {}}, Case{3.0, 6.0, 12.0, {0.0, sim::kInfinity}}, Case{0.1, 0.15, 0.3, {0.0, 1.0}},
        Case{-9.0, -4.0, -2.0, {-sim::kInfinity, 0.0}}, Case{0.7, 0.9, 0.95, {0.0, 1.0}}}) {
    const sim::Quantile made = quantile("percentiles", {{"p10", c.p10}, {"p50", c.p50}, {"p90", c.p90}}, c.support);
    CHECK(made(429496729U) == about(c.p10, 1e-8));
    CHECK(made(2147483648U) == about(c.p50, 1e-8));
    CHECK(made(3865470566U) == about(c.p90, 1e-8));
    CHECK(made.lower() == c.support.low);
    CHECK(made.upper() == c.support.high);
  }
  // The published form: M(u) = a1 + a2 L + a3 (u - 1/2) L with L = log(u / (1 - u)).
  const sim::Quantile made = quantile("percentiles", {{"p10", 3.0}, {"p50", 6.0}, {"p90", 12.0}});
  const long double u = lower_probability(1000000000U);
  const long double logit = std::log(u / (1.0L - u));
  const long double log_9 = std::log(9.0L);
  const long double expected = 6.0L + 4.5L / log_9 * logit + 3.0L / (0.8L * log_9) * (u - 0.5L) * logit;
  CHECK(made(1000000000U) == about(static_cast<double>(expected), 1e-13));
}

TEST_CASE("percentiles at the edge of feasibility are told apart, and the advice works") {
  CHECK(refusal("percentiles", {{"p10", 0.0}, {"p50", 1.667}, {"p90", 10.0}}) == "accepted");
  CHECK(refusal("percentiles", {{"p10", 0.0}, {"p50", 8.333}, {"p90", 10.0}}) == "accepted");
  const std::string message = refusal("percentiles", {{"p10", 0.0}, {"p50", 1.66}, {"p90", 10.0}});
  CHECK(says(message, "p50 = 1.66"));
  CHECK(says(message, "between 1.6657737"));
  CHECK(says(message, "and 8.334226"));
  CHECK(says(refusal("percentiles", {{"p10", 5.0}, {"p50", 4.0}, {"p90", 6.0}}), "increase"));
  CHECK(says(refusal("percentiles", {{"p10", 0.0}, {"p50", 4.0}, {"p90", 6.0}}, {0.0, 10.0}), "strictly inside"));
  CHECK(says(refusal("percentiles", {{"p10", 1.0}, {"p50", 40.0}, {"p90", 1600.0}}, {0.0, sim::kInfinity}),
             "no finite mean"));
  CHECK(refusal("percentiles", {{"p10", 1.0}, {"p50", 40.0}, {"p90", 1600.0}}, {0.0, 1e4}) == "accepted");
}

TEST_CASE("percentiles of an amount are a metalog of its logarithm, wherever what can be simulated ends") {
  // By adaptive quadrature in other software (QUADPACK).
  const Arguments wide{{"p10", 1000.0}, {"p50", 5000.0}, {"p90", 30000.0}};
  const sim::Quantile open = quantile("percentiles", wide, {0.0, sim::kInfinity});
  CHECK(open.mean() == about(24799.83102508239, 1e-11));
  CHECK(open.tail().slope == about(0.8258371413390752, 1e-12));
  CHECK(open.tail().held == 0.0);
  const sim::Quantile held = quantile("percentiles", wide, sim::support_of(sim::up_to(1e7)));
  CHECK(held.mean() == open.mean());
  CHECK(held.lower() == 0.0);
  CHECK(held.upper() == 1e7);
  CHECK(held(0xffffffffU) == 1e7);
  for (std::uint32_t word = 1; word < 0xff000000U; word += 0x00fff000U) CHECK(held(word) == open(word));
  CHECK(held.tail().held == about(1.0062671982363362e-4, 0.02));
  CHECK(held.tail().held_mean == about(20027.487088514183, 1e-4));
  // What may be negative is plain, between its limits too.
  const Arguments cash{{"p10", 3.0}, {"p50", 6.0}, {"p90", 12.0}};
  CHECK(quantile("percentiles", cash, sim::support_of(sim::either_way(1e12)))(12345U) ==
        quantile("percentiles", cash)(12345U));
  // A share keeps to its ends.
  CHECK(quantile("percentiles", {{"p10", 0.1}, {"p50", 0.2}, {"p90", 0.5}}, sim::support_of({0.0, 1.0})).upper() ==
        1.0);
}

TEST_CASE("percentiles without a mean are refused with a remedy that works, those without a variance told") {
  const sim::Support amount{0.0, sim::kInfinity};
  const std::string message = refusal("percentiles", {{"p10", 500.0}, {"p50", 5000.0}, {"p90", 1e5}}, amount);
  CHECK(says(message, "slope 1.403"));
  CHECK(says(message, "Choose p90 below 45529"));
  CHECK(refusal("percentiles", {{"p10", 500.0}, {"p50", 5000.0}, {"p90", 45529.0}}, amount) == "accepted");
  CHECK(says(refusal("percentiles", {{"p10", 500.0}, {"p50", 5000.0}, {"p90", 45530.0}}, amount), "slope 1"));
  const sim::Support debt{-sim::kInfinity, 0.0};
  const std::string mirrored = refusal("percentiles", {{"p10", -1e5}, {"p50", -5000.0}, {"p90", -500.0}}, debt);
  CHECK(says(mirrored, "Choose p10 above -45529"));
  CHECK(refusal("percentiles", {{"p10", -45529.0}, {"p50", -5000.0}, {"p90", -500.0}}, debt) == "accepted");
  CHECK(quantile("percentiles", {{"p10", 1.0}, {"p50", 3.0}, {"p90", 9.0}}, amount).tail().slope == about(0.5, 1e-12));
  CHECK(quantile("pareto", {{"shape", 2.0}, {"minimum", 1.0}}).tail().slope == 0.5);
  CHECK(
      says(sim::distribution_problem({"percentiles", {{"p10", 1.0}, {"p50", 5e6}, {"p90", 2e7}}, {}}, sim::up_to(1e7)),
           "between 0 and 1e+07"));
}

TEST_CASE("observed counts give Jeffreys posteriors") {
  const sim::Quantile share = quantile("observed", {{"wins", 14.0}, {"leads", 180.0}});
  CHECK(share.mean() == about(14.5 / 181.0, 1e-15));
  const boost::math::beta_distribution<long double> beta(14.5L, 166.5L);
  CHECK(worst_error(share, [&](std::uint32_t word) { return exact_quantile(beta, word); }) < 1e-6);
  const sim::Quantile rate = quantile("observed", {{"count", 9.0}, {"months", 12.0}});
  CHECK(rate.mean() == about(9.5 / 12.0, 1e-15));
  const boost::math::gamma_distribution<long double> gamma(9.5L, 1.0L / 12.0L);
  CHECK(worst_error(rate, [&](std::uint32_t word) { return exact_quantile(gamma, word); }) < 1e-6);
}

TEST_CASE("discrete values have their weights, in increasing order") {
  const sim::Quantile made =
      quantile("discrete", {{"values", std::vector{5.0, 1.0, 3.0, 9.0}}, {"weights", std::vector{1.0, 1.0, 2.0, 0.0}}});
  CHECK(made(0U) == 1.0);
  CHECK(made(0x3fffffffU) == 1.0);
  CHECK(made(0x40000000U) == 3.0);
  CHECK(made(0xbfffffffU) == 3.0);
  CHECK(made(0xc0000000U) == 5.0);
  CHECK(made(0xffffffffU) == 5.0);
  CHECK(made.mean() == 3.0);
  CHECK(made.upper() == 5.0);
}

TEST_CASE("arguments that make no law are refused with what to do instead") {
  CHECK(says(refusal("betta", {}), "unknown law betta"));
  CHECK(says(refusal("beta", {{"mean", 1.5}, {"concentration", 2.0}}), "beta: mean is 1.5"));
  CHECK(says(refusal("beta", {{"mean", 0.5}}), "mean and concentration"));
  CHECK(says(refusal("beta", {{"mean", 0.5}, {"concentration", 2.0}, {"a", 1.0}}), "or a and b"));
  CHECK(says(refusal("beta", {{"mean", 0.5}, {"concentration", 0.001}}), "at least 0.01"));
  CHECK(says(refusal("normal", {{"mean", 0.5}, {"sd", -1.0}}), "sd is -1"));
  CHECK(says(refusal("normal", {{"mean", 0.5}}), "normal needs sd"));
  CHECK(says(refusal("normal", {{"mean", 0.5}, {"sd", 1.0}, {"cv", 1.0}}), "no argument cv"));
  CHECK(says(refusal("normal", {{"mean", sim::kNotGiven}, {"sd", 1.0}}), "mean is not a number"));
  CHECK(says(refusal("normal", {{"mean", sim::kInfinity}, {"sd", 1.0}}), "finite"));
  CHECK(says(refusal("uniform", {{"low", 2.0}, {"high", 1.0}}), "Exchange"));
  CHECK(says(refusal("pert", {{"low", 0.0}, {"mode", 3.0}, {"high", 2.0}}), "low <= mode <= high"));
  CHECK(says(refusal("truncated_normal", {{"mean", 0.0}, {"sd", 1.0}, {"low", 3.0}, {"high", 2.0}}), "low < high"));
  CHECK(says(refusal("truncated_normal", {{"mean", 0.0}, {"sd", 1.0}, {"low", 50.0}}), "nothing of the normal"));
  CHECK(says(refusal("discrete", {{"values", std::vector{1.0}}, {"weights", std::vector{1.0, 2.0}}}), "1 values"));
  CHECK(says(refusal("discrete", {{"values", std::vector{1.0}}, {"weights", std::vector{0.0}}}), "weights are 0"));
  CHECK(says(refusal("discrete", {{"values", 1.0}, {"weights", std::vector{0.0}}}), "not a list"));
  CHECK(says(refusal("observed", {{"wins", 5.0}, {"leads", 4.0}}), "wins is 5"));
  CHECK(says(refusal("observed", {{"wins", 5.0}}), "wins and leads"));
  CHECK(says(refusal("observed", {{"wins", 5.0}, {"leads", 9.0}, {"months", 4.0}}), "or count and months"));
}

TEST_CASE("arguments that are not given may be absent or NaN") {
  const sim::Quantile absent = quantile("beta", {{"a", 2.0}, {"b", 3.0}});
  const sim::Quantile marked =
      quantile("beta", {{"mean", sim::kNotGiven}, {"concentration", sim::kNotGiven}, {"a", 2.0}, {"b", 3.0}});
  const sim::Quantile by_mean = quantile("beta", {{"mean", 0.4}, {"concentration", 5.0}});
  for (const std::uint32_t word : words()) {
    CHECK(absent(word) == marked(word));
    CHECK(absent(word) == about(by_mean(word), 1e-12));
  }
}

TEST_CASE("a law without spread is its mean") {
  for (const Example& e :
       {Example{"normal", {{"mean", 3.0}, {"sd", 0.0}}}, Example{"gamma", {{"mean", 3.0}, {"cv", 0.0}}},
        Example{"lognormal", {{"mean", 3.0}, {"cv", 0.0}}}, Example{"uniform", {{"low", 3.0}, {"high", 3.0}}},
        Example{"pert", {{"low", 3.0}, {"mode", 3.0}, {"high", 3.0}}}}) {
    const sim::Quantile made = quantile(e.name, e.arguments);
    CHECK(made.is_constant());
    CHECK(made(0U) == 3.0);
    CHECK(made.mean() == 3.0);
  }
  CHECK(sim::Quantile()(7U) == 0.0);
}

TEST_CASE("fill gives the same values, as floats") {
  for (const Example& example : examples()) {
    const sim::Quantile made = quantile(example.name, example.arguments, example.support);
    std::vector<float> out(words().size());
    for (const sim::Isa isa : sim::available_isas()) {
      made.fill(isa, words(), out);
      for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i] == static_cast<float>(made(words()[i])));
    }
  }
  const sim::Quantile huge = quantile("lognormal", {{"mean", 1e38}, {"cv", 50.0}});
  std::vector<float> out(1);
  huge.fill(sim::default_isa(), std::vector{~0U}, out);
  CHECK(out[0] == std::numeric_limits<float>::max());
}

TEST_CASE("threads that build the same table at the same time get the same bits") {
  std::vector<double> values(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < values.size(); ++i) {
    threads.emplace_back([&values, i] {
      double sum = 0.0;
      for (int k = 1; k < 40; ++k) {
        sum += quantile("beta", {{"a", 0.7 * k}, {"b", 3.3}})(123456789U);
        sum += quantile("gamma", {{"mean", 1.0}, {"cv", 0.05 * k}})(987654321U);
      }
      values[i] = sum;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double value : values) CHECK(value == values[0]);
}

TEST_CASE("the bits of the quantiles never change") {
  // FNV-1a; a difference means other parameters drawn in every scenario with uncertain ones.
  std::uint64_t hash = 14695981039346656037U;
  for (const Example& example : examples()) {
    const sim::Quantile made = quantile(example.name, example.arguments, example.support);
    for (std::uint32_t i = 0; i < 200; ++i) {
      hash = (hash ^ std::bit_cast<std::uint64_t>(made(i * 21474836U + 5U))) * 1099511628211U;
    }
    hash = (hash ^ std::bit_cast<std::uint64_t>(made.mean())) * 1099511628211U;
  }
  CHECK(hash == 7807921707764991159U);
}

TEST_CASE("the table of laws has a maker for each, named once and documented") {
  std::vector<std::string> names;
  for (const sim::LawSpec& spec : sim::distribution_laws()) {
    names.emplace_back(spec.name);
    CHECK_FALSE(spec.doc.empty());
    CHECK_FALSE(spec.arguments.empty());
    const bool shown = std::any_of(examples().begin(), examples().end(),
                                   [&spec](const Example& example) { return example.name == spec.name; });
    CHECK(shown);
  }
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}

TEST_CASE("a law is described in one line") {
  CHECK(sim::describe(law("beta", {{"mean", 0.4}, {"concentration", 25.0}, {"a", sim::kNotGiven}})) ==
        "beta(mean 0.4, concentration 25)");
  CHECK(sim::describe(law("constant", {{"value", 2000.0}})) == "2000");
  CHECK(sim::describe(law("discrete", {{"values", std::vector{1.0, 2.5}}, {"weights", std::vector{1.0, 3.0}}})) ==
        "discrete(values [1, 2.5], weights [1, 3])");
}
