// Checks of simulated numbers against exact laws, at a stated rate of false alarms.
//
// A test file owns one Family, which knows how many checks the file makes. A right simulator fails *any* of
// them with probability kFamilyRate for a seed chosen blindly: m checks share the rate by Šidák, each
// at level 1 - (1 - rate)^(1/m). That is exact for independent checks and an upper bound for two-sided checks
// of jointly normal estimates however correlated (Šidák 1967), such as the means of successive months.
// Seeds are fixed: what passes keeps passing until somebody changes the draws, and then seven files
// give a false alarm less than once in a hundred changes.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/about.h"

namespace partnersim::testing {

inline constexpr double kFamilyRate = 1e-3;

class Family {
 public:
  explicit Family(int checks) : checks_(checks), level_(-std::expm1(std::log1p(-kFamilyRate) / checks)) {}

  // One check: fails when an outcome at least as far out has a probability below the level.
  void judge(const std::string& claim, double p_value, const std::string& detail) {
    // More checks than announced would run at a level too high.
    REQUIRE_MESSAGE(++made_ <= checks_, "announce more checks than " << checks_);
    CHECK_MESSAGE(p_value >= level_, claim << ": " << detail << ", p = " << p_value << " against " << level_);
  }

 private:
  int checks_;
  int made_ = 0;
  double level_;
};

// --- samples -----------------------------------------------------------------------------------------

struct Sample {
  double count = 0.0, mean = 0.0, variance = 0.0, fourth = 0.0;  // fourth: central moment

  double mean_error() const { return std::sqrt(variance / count); }
  // Of s^2, for any law with four moments; the term in 1/n^2 is left out.
  double variance_error() const { return std::sqrt((fourth - variance * variance) / count); }
};

template <class Number>
Sample describe(const std::vector<Number>& values) {
  Sample s;
  s.count = static_cast<double>(values.size());
  for (const Number v : values) s.mean += static_cast<double>(v) / s.count;
  double squares = 0.0;
  for (const Number v : values) {
    const double d = static_cast<double>(v) - s.mean;
    squares += d * d;
    s.fourth += d * d * d * d / s.count;
  }
  s.variance = squares / (s.count - 1.0);
  return s;
}

// How often 0, 1, 2, … occur in a column of whole numbers.
inline std::vector<double> tally(const std::vector<float>& column) {
  std::vector<double> counts;
  for (const float v : column) {
    const auto k = static_cast<std::size_t>(v);
    if (k >= counts.size()) counts.resize(k + 1, 0.0);
    counts[k] += 1.0;
  }
  return counts;
}

// The first `cells` probabilities of a law on 0, 1, 2, …, the last of them holding everything above.
inline std::vector<double> law_on_cells(std::size_t cells, const std::function<double(double)>& pmf) {
  std::vector<double> law(cells);
  for (std::size_t k = 0; k + 1 < cells; ++k) law[k] = pmf(static_cast<double>(k));
  law.back() = std::max(0.0, 1.0 - std::accumulate(law.begin(), law.end() - 1, 0.0));
  return law;
}

// --- checks ------------------------------------------------------------------------------------------

// An estimate, nearly normal, with its standard error.
inline void check_near(Family& family, const std::string& claim, double estimate, double error, double expected) {
  const double z = (estimate - expected) / error;
  const double p = error > 0.0 ? std::erfc(std::abs(z) / std::sqrt(2.0)) : (estimate == expected ? 1.0 : 0.0);
  family.judge(
      claim, p,
      std::to_string(estimate) + " for " + std::to_string(expected) + ", " + std::to_string(z) + " standard errors");
}

template <class Number>
void check_mean(Family& family, const std::string& claim, const std::vector<Number>& values, double expected) {
  const Sample s = describe(values);
  check_near(family, "mean " + claim, s.mean, s.mean_error(), expected);
}

template <class Number>
void check_variance(Family& family, const std::string& claim, const std::vector<Number>& values, double expected) {
  const Sample s = describe(values);
  check_near(family, "variance of " + claim, s.variance, s.variance_error(), expected);
}

// Hits among independent trials: twice the smaller tail of the binomial law.
inline void check_share(Family& family, const std::string& claim, double hits, double trials, double probability) {
  double p = 0.0;
  if (probability <= 0.0 || probability >= 1.0) {
    p = hits == trials * probability ? 1.0 : 0.0;
  } else {
    const boost::math::binomial law(trials, probability);
    const double below = cdf(law, hits);
    const double above = hits > 0.0 ? cdf(complement(law, hits - 1.0)) : 1.0;
    p = std::min(1.0, 2.0 * std::min(below, above));
  }
  family.judge(claim, p,
               std::to_string(hits) + " of " + std::to_string(trials) + " for " + std::to_string(trials * probability));
}

// Chi-square of counts against probabilities. Neighbouring cells are pooled until each is expected
// kSmallestCell times, so that the statistic has its law far into the tail.
inline void check_law(Family& family, const std::string& claim, std::vector<double> counts,
                      const std::vector<double>& probabilities) {
  constexpr double kSmallestCell = 25.0;
  REQUIRE(counts.size() <= probabilities.size());
  REQUIRE(std::accumulate(probabilities.begin(), probabilities.end(), 0.0) == about(1.0, 1e-9));
  counts.resize(probabilities.size(), 0.0);
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<double> seen{0.0}, expected{0.0};
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (expected.back() >= kSmallestCell) {
      seen.push_back(0.0);
      expected.push_back(0.0);
    }
    seen.back() += counts[k];
    expected.back() += n * probabilities[k];
  }
  if (expected.size() > 1 && expected.back() < kSmallestCell) {
    seen[seen.size() - 2] += seen.back();
    expected[expected.size() - 2] += expected.back();
    seen.pop_back();
    expected.pop_back();
  }
  REQUIRE_MESSAGE(expected.size() > 1, claim << ": one cell tests nothing");
  double statistic = 0.0;
  for (std::size_t k = 0; k < seen.size(); ++k) statistic += std::pow(seen[k] - expected[k], 2) / expected[k];
  const double freedom = static_cast<double>(seen.size() - 1);
  const double p = cdf(complement(boost::math::chi_squared(freedom), statistic));
  family.judge("law of " + claim, p,
               "chi-square " + std::to_string(statistic) + " with " + std::to_string(freedom) + " degrees of freedom");
}

// A column of whole numbers against a law on 0, 1, 2, ….
inline void check_law(Family& family, const std::string& claim, const std::vector<float>& column,
                      const std::function<double(double)>& pmf) {
  std::vector<double> counts = tally(column);
  const std::size_t cells = counts.size() + 1;
  check_law(family, claim, std::move(counts), law_on_cells(cells, pmf));
}

inline void check_poisson(Family& family, const std::string& claim, const std::vector<float>& column, double mean) {
  const boost::math::poisson law(mean);
  check_law(family, claim, column, [&](double k) { return pdf(law, k); });
}

inline void check_binomial(Family& family, const std::string& claim, const std::vector<float>& column, double trials,
                           double probability) {
  const boost::math::binomial law(trials, probability);
  check_law(family, claim, column, [&](double k) { return k <= trials ? pdf(law, k) : 0.0; });
}

// Kolmogorov–Smirnov against a continuous law. Kolmogorov's limit with Stephens' correction, whose error does
// not show for thousands of values; ties, as rounding to single precision makes them, only lower D.
inline void check_distribution(Family& family, const std::string& claim, std::vector<double> values,
                               const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double f = cdf(values[i]);
    distance = std::max({distance, static_cast<double>(i + 1) / n - f, f - static_cast<double>(i) / n});
  }
  const double x = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  double p = 1.0;
  // Below .3 the alternating series converges slowly, and to 1 within 1e-5.
  if (x > 0.3) {
    p = 0.0;
    for (int j = 1; j <= 100; ++j) p += (j % 2 == 1 ? 2.0 : -2.0) * std::exp(-2.0 * j * j * x * x);
  }
  family.judge("distribution of " + claim, p, "greatest distance " + std::to_string(distance));
}

// The group of each value when the sample is cut into at most `groups` of about equal size. Equal values
// stay together.
inline std::vector<std::size_t> groups_by_size(const std::vector<float>& values, std::size_t groups) {
  std::vector<float> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  std::vector<float> cuts;
  for (std::size_t g = 1; g < groups; ++g) cuts.push_back(sorted[sorted.size() * g / groups]);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  if (!cuts.empty() && cuts.front() == sorted.front()) cuts.erase(cuts.begin());
  std::vector<std::size_t> group;
  for (const float v : values)
    group.push_back(static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), v) - cuts.begin()));
  return group;
}

// Chi-square of the contingency table of two columns in eight groups each: sees any dependence, not
// only correlation.
inline void check_independent(Family& family, const std::string& claim, const std::vector<float>& x,
                              const std::vector<float>& y) {
  constexpr std::size_t kGroups = 8;
  const auto gx = groups_by_size(x, kGroups);
  const auto gy = groups_by_size(y, kGroups);
  const std::size_t rows = *std::max_element(gx.begin(), gx.end()) + 1;
  const std::size_t columns = *std::max_element(gy.begin(), gy.end()) + 1;
  REQUIRE(rows > 1);
  REQUIRE(columns > 1);
  const double n = static_cast<double>(x.size());
  std::vector<double> table(rows * columns, 0.0), row(rows, 0.0), column(columns, 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    table[gx[i] * columns + gy[i]] += 1.0;
    row[gx[i]] += 1.0;
    column[gy[i]] += 1.0;
  }
  double statistic = 0.0;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const double expected = row[r] * column[c] / n;
      statistic += std::pow(table[r * columns + c] - expected, 2) / expected;
    }
  const double freedom = static_cast<double>((rows - 1) * (columns - 1));
  const double p = cdf(complement(boost::math::chi_squared(freedom), statistic));
  family.judge("independence of " + claim, p,
               "chi-square " + std::to_string(statistic) + " with " + std::to_string(freedom) + " degrees of freedom");
}

}  // namespace partnersim::testing
