// How long partnerships last under churn alone (MODEL.md, sections 0 and 9; oracles 5 and 7 of section 15).
// Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 60;
constexpr int kCases = 4;
constexpr int kChecks = kCases * (kMonths + 4) + 5 * 2 + 16;
Family family{kChecks};

Run lives(const std::string& rest) {
  return Run(
      "[scenario]\nmonths = 60\nreplications = 1_000_000\nseed = 14\n"
      "[output]\noutcomes = [\"active_partners_end\", \"partners_lost\"]\ntrajectories = \"means\"\n"
      "[partner.acme]\nleads = 1\nclose_rate = 1\ndeal_value = 1\n" +
      rest);
}

// Replications in which the first partner is alive after month 1, 2, ….
std::vector<double> alive_after(const Run& run) {
  const std::vector<std::uint32_t> alive = run.sums().survivors(0);
  return {alive.begin(), alive.end()};
}

// Months worked within the horizon, A: a partnership that ends with probability h at the end of each month works
// in month t with probability (1-h)^(t-1).
struct ActiveMonths {
  double mean = 0.0, variance = 0.0, fourth = 0.0;
  explicit ActiveMonths(const std::vector<double>& law) {  // law[t-1] = P(A = t)
    for (std::size_t t = 1; t <= law.size(); ++t) mean += static_cast<double>(t) * law[t - 1];
    for (std::size_t t = 1; t <= law.size(); ++t) {
      const double d = static_cast<double>(t) - mean;
      variance += d * d * law[t - 1];
      fourth += d * d * d * d * law[t - 1];
    }
  }
};

void check_geometric(const std::string& claim, const Run& run, double h) {
  const auto alive = alive_after(run);
  const double n = run.replications();
  std::vector<double> seen, law;  // of months worked, 1 to the horizon
  for (int t = 1; t <= kMonths; ++t) {
    const auto at = static_cast<std::size_t>(t - 1);
    check_share(family, claim + ", alive after month " + std::to_string(t), alive[at], n, std::pow(1.0 - h, t));
    seen.push_back((t == 1 ? n : alive[at - 1]) - (t == kMonths ? 0.0 : alive[at]));
    law.push_back(std::pow(1.0 - h, t - 1) * (t == kMonths ? 1.0 : h));
  }
  check_law(family, claim + ", months worked", seen, law);

  const ActiveMonths exact(law);
  CHECK(exact.mean == about((1.0 - std::pow(1.0 - h, kMonths)) / h, 1e-12));
  double square = 0.0;
  for (int t = 1; t <= kMonths; ++t) square += (2.0 * t - 1.0) * std::pow(1.0 - h, t - 1);
  CHECK(exact.variance + exact.mean * exact.mean == about(square, 1e-12));

  std::vector<double> shares;
  for (const double count : seen) shares.push_back(count / n);
  const ActiveMonths sample(shares);
  check_near(family, claim + ", mean of months worked", sample.mean, std::sqrt(exact.variance / n), exact.mean);
  check_near(family, claim + ", variance of months worked", sample.variance,
             std::sqrt((exact.fourth - exact.variance * exact.variance) / n), exact.variance);
  const auto left = run.column("active_partners_end");
  check_share(family, claim + ", left at the end", static_cast<double>(std::count(left.begin(), left.end(), 1.0f)), n,
              std::pow(1.0 - h, kMonths));
}

}  // namespace

TEST_CASE("a monthly churn of .02 gives geometric lifetimes") {
  check_geometric("churn .02", lives("churn = 0.02\n"), 0.02);
}

TEST_CASE("a monthly churn of .3 gives geometric lifetimes") {
  // After five years one in two thousand million is left: the far end of the law asks for none in a million.
  check_geometric("churn .3", lives("churn = 0.3\n"), 0.3);
}

TEST_CASE("a recession that doubles the hazard ends a partnership with 1 - (1-h)^2 a month, not with 2h") {
  const std::string recession =
      "[economy]\nstart = \"recession\"\n[economy.regime.recession]\nmultiply = { churn = 2 }\n";
  check_geometric("churn .02 doubled", lives("churn = 0.02\n" + recession), 1.0 - 0.98 * 0.98);
  check_geometric("churn .3 doubled", lives("churn = 0.3\n" + recession), 1.0 - 0.7 * 0.7);
}

TEST_CASE("twelve copies end independently of each other") {
  for (const int months : {1, 12, 60}) {
    for (const double h : {0.02, 0.3}) {
      const Run run("[scenario]\nmonths = " + std::to_string(months) +
                    "\nreplications = 500_000\nseed = 15\n[output]\ntrajectories = \"none\"\n"
                    "outcomes = [\"active_partners_end\", \"partners_lost\"]\n[partner.acme]\ncount = 12\nleads = 1\n"
                    "close_rate = 1\ndeal_value = 1\nchurn = " +
                    std::to_string(h) + "\n");
      const double survival = std::pow(1.0 - h, months);
      const std::string claim = "survivors of 12 after " + std::to_string(months) + " at " + std::to_string(h);
      const auto left = run.column("active_partners_end");
      const auto lost = run.column("partners_lost");
      if (12.0 * survival > 1e-3) {
        check_binomial(family, claim, left, 12.0, survival);
        check_variance(family, claim, left, 12.0 * survival * (1.0 - survival));
      }
      bool whole = true;
      for (std::size_t i = 0; i < left.size(); ++i) whole = whole && left[i] + lost[i] == 12.0f;
      CHECK(whole);
    }
  }
}

TEST_CASE("a partnership that starts in month 7 has all its churn before it") {
  const Run run = lives("churn = 0.05\nstart = 7\n");
  const auto alive = alive_after(run);
  for (std::size_t t = 1; t < 7; ++t) CHECK(alive[t - 1] == 0.0);
  for (std::size_t t = 7; t <= 22; ++t)
    check_share(family, "started in month 7, alive after month " + std::to_string(t), alive[t - 1], run.replications(),
                std::pow(0.95, static_cast<double>(t - 6)));
}
