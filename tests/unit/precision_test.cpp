// sim/stats/target.h and precision.h: what keys and amounts mean, when a target is reached, where it is looked at.
#include "sim/stats/precision.h"
#include "sim/config/spec.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "sim/base/special.h"
#include "sim/base/student.h"
#include "sim/stats/summary.h"
#include "sim/stats/target.h"
#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

const std::vector<std::string_view> kOutcomes{"revenue", "profit", "out_of_cash", "revenue_by_year[1]", "goal_v1.p05"};

sim::Target good(const sim::ParsedTarget& parsed) {
  const auto* target = std::get_if<sim::Target>(&parsed);
  REQUIRE(target != nullptr);
  return *target;
}

sim::Problem bad(const sim::ParsedTarget& parsed) {
  const auto* problem = std::get_if<sim::Problem>(&parsed);
  REQUIRE(problem != nullptr);
  return *problem;
}

std::vector<float> normals(std::size_t n, double mean) {
  std::mt19937_64 engine{7};
  std::vector<float> values(n);
  for (float& v : values)
    v = static_cast<float>(mean + sim::normal_quantile((static_cast<double>(engine() >> 12U) + 0.5) * 0x1p-52));
  return values;
}

double independent_error(const std::vector<float>& values) {
  return sim::summarise(values, sim::Sampling{}).mean_error;
}

sim::Target target(sim::Statistic statistic, double wanted, bool relative, double p = 0.0) {
  return {"y", "y", statistic, p, wanted, relative};
}

}  // namespace

TEST_CASE("keys name an outcome and a statistic, amounts are shares or numbers") {
  const sim::Target mean = good(sim::parse_target("revenue", "1%", kOutcomes));
  CHECK(mean.outcome == "revenue");
  CHECK(mean.statistic == sim::Statistic::mean);
  CHECK(mean.wanted == 0.01);
  CHECK(mean.relative);
  const sim::Target p05 = good(sim::parse_target("revenue.p05", "0.5 %", kOutcomes));
  CHECK(p05.statistic == sim::Statistic::quantile);
  CHECK(p05.probability == sim::kProbabilities[1]);
  CHECK(p05.wanted == 0.005);
  CHECK(p05.key == "revenue.p05");
  CHECK(good(sim::parse_target("profit", 500.0, kOutcomes)).wanted == 500.0);
  CHECK_FALSE(good(sim::parse_target("profit", 500.0, kOutcomes)).relative);
  CHECK(good(sim::parse_target("revenue.cvar05", "2%", kOutcomes)).statistic == sim::Statistic::worst_mean);
  CHECK(good(sim::parse_target("revenue.sd", "2%", kOutcomes)).statistic == sim::Statistic::sd);
  CHECK(good(sim::parse_target("revenue.difference", "5%", kOutcomes)).statistic == sim::Statistic::difference);
  CHECK(good(sim::parse_target("revenue_by_year[1].p95", "5%", kOutcomes)).outcome == "revenue_by_year[1]");
  CHECK(good(sim::parse_target("revenue_by_year[1]", "5%", kOutcomes)).statistic == sim::Statistic::mean);
  // A label that itself ends in a point and a statistic wins.
  CHECK(good(sim::parse_target("goal_v1.p05", "5%", kOutcomes)).statistic == sim::Statistic::mean);
  CHECK(good(sim::parse_target("goal_v1.p05.p05", "5%", kOutcomes)).outcome == "goal_v1.p05");
}

TEST_CASE("every probability of a summary can be a target") {
  for (const double p : sim::kProbabilities) {
    const std::string key = "revenue.p" + std::to_string(100 + static_cast<int>(std::lround(100.0 * p))).substr(1);
    CHECK(good(sim::parse_target(key, "1%", kOutcomes)).probability == p);
  }
}

TEST_CASE("bad targets are refused with a hint that works") {
  CHECK(bad(sim::parse_target("revenu", "1%", kOutcomes)).hint == "Did you mean revenue?");
  CHECK(bad(sim::parse_target("revenue.meen", "1%", kOutcomes)).hint == "Did you mean mean?");
  CHECK(bad(sim::parse_target("revenue.meen", "1%", kOutcomes)).problem == "revenue.meen: meen is not a statistic");
  CHECK(bad(sim::parse_target("revenue.kurtosis", "1%", kOutcomes)).hint.find("Statistics: mean, sd, cvar05") == 0);
  for (const char* amount : {"1", "", "%", "one%", "1%%", "nan"})
    CHECK(bad(sim::parse_target("revenue", amount, kOutcomes)).hint ==
          "Write \"1%\", or a number without quotes, such as 500");
  for (const char* amount : {"0%", "-1%", "101%", "nan%", "inf%"})
    CHECK(bad(sim::parse_target("revenue", amount, kOutcomes)).reason == "a share lies above 0 % and up to 100 %");
  for (const double amount : {0.0, -1.0, sim::kInfinity, std::nan("")})
    CHECK(bad(sim::parse_target("revenue", amount, kOutcomes)).problem.find("out of range") != std::string::npos);
  CHECK(bad(sim::parse_target("revenue\n.x", "1%", kOutcomes)).problem.find('\n') == std::string::npos);
}

TEST_CASE("a target is reached when the half-width is within what is wanted, and forecasts follow the root of n") {
  const std::vector<float> y = normals(4000, 50.0);
  const auto got = sim::assess(target(sim::Statistic::mean, 0.01, false), {y, {}, {}, false}, 0.95);
  CHECK(got.value == about(50.0, 0.01));
  CHECK(got.half_width == about(1.96 / std::sqrt(4000.0), 0.05));
  CHECK_FALSE(got.reached);
  CHECK(got.needed == about(4000.0 * std::pow(got.half_width / 0.01, 2), 1e-3));
  const auto share = sim::assess(target(sim::Statistic::mean, 0.001, true), {y, {}, {}, false}, 0.95);
  CHECK(share.wanted == about(0.05, 0.01));
  CHECK(share.reached);
  CHECK(share.needed == 4000.0);
}

TEST_CASE("half-widths are those of the summary at 95 % and grow with confidence") {
  const std::vector<float> y = normals(4000, 50.0);
  for (const sim::Sampling& sampling : {sim::Sampling{}, sim::Sampling{4, 0}, sim::Sampling{1, 10}}) {
    const sim::Summary s = sim::summarise(y, sampling);
    const auto half = [&](sim::Statistic statistic, double confidence) {
      return sim::assess(target(statistic, 1.0, false, 0.05), {y, {}, sampling, false}, confidence).half_width;
    };
    CHECK(half(sim::Statistic::mean, 0.95) == about(s.critical * s.mean_error, 1e-10));
    CHECK(half(sim::Statistic::sd, 0.95) == about(s.critical * s.sd_error, 1e-10));
    // 200 values lie in the tail, in 50 units of four; ten batches have fewer degrees of freedom than either.
    const double tail = std::max(s.critical, sim::student_quantile(200.0 / sampling.inner - 1.0, 0.975));
    CHECK(half(sim::Statistic::worst_mean, 0.95) == about(tail * s.cvar_error, 1e-10));
    const auto& q = s.quantiles[1];
    CHECK(half(sim::Statistic::quantile, 0.95) == std::max(q.value - q.low, q.high - q.value));
    for (const auto statistic :
         {sim::Statistic::mean, sim::Statistic::sd, sim::Statistic::worst_mean, sim::Statistic::quantile})
      CHECK(half(statistic, 0.99) > 1.15 * half(statistic, 0.95));
  }
  const auto at99 = sim::assess(target(sim::Statistic::mean, 1.0, false), {y, {}, {}, false}, 0.99);
  CHECK(at99.half_width == about(sim::student_quantile(3999.0, 0.995) * independent_error(y), 1e-10));
}

TEST_CASE("a probability of 0 cannot stop at once, and its forecast is Wilson's") {
  const std::vector<float> zeros(1024, 0.0f);
  const auto coarse = sim::assess(target(sim::Statistic::mean, 0.005, false), {zeros, {}, {}, false}, 0.95);
  CHECK(coarse.value == 0.0);
  CHECK(coarse.half_width == about(3.841459 / 1027.841459, 1e-6));
  CHECK(coarse.reached);
  const auto fine = sim::assess(target(sim::Statistic::mean, 0.0005, false), {zeros, {}, {}, false}, 0.95);
  CHECK_FALSE(fine.reached);
  CHECK(fine.needed == about(3.841459 * (1.0 / 0.0005 - 1.0), 1e-3));
  // Half of the replications: a root of n again.
  std::vector<float> half(2048, 0.0f);
  for (std::size_t i = 0; i < half.size(); i += 2) half[i] = 1.0f;
  const auto even = sim::assess(target(sim::Statistic::mean, 0.005, false), {half, {}, {}, false}, 0.95);
  CHECK(even.needed == about(0.25 * 3.841459 / 0.005 / 0.005, 0.01));
}

TEST_CASE("a relative target on an estimate of 0 is never reached") {
  const std::vector<float> zeros(5000, 0.0f);
  const auto got = sim::assess(target(sim::Statistic::mean, 0.05, true), {zeros, {}, {}, false}, 0.95);
  CHECK_FALSE(got.reached);
  CHECK(got.needed == sim::kInfinity);
  const auto q = sim::assess(target(sim::Statistic::quantile, 0.05, true, 0.5), {zeros, {}, {}, false}, 0.95);
  CHECK(q.half_width == 0.0);
  CHECK_FALSE(q.reached);
}

TEST_CASE("a quantile without enough values for its interval is not reached") {
  const std::vector<float> y = normals(300, 1000.0);
  const auto got = sim::assess(target(sim::Statistic::quantile, 1e9, false, 0.01), {y, {}, {}, false}, 0.95);
  CHECK(got.half_width == sim::kInfinity);
  CHECK_FALSE(got.reached);
}

TEST_CASE("nothing, one value and one unit reach no target") {
  const std::vector<float> none(10, std::numeric_limits<float>::quiet_NaN()), one{5.0f}, unit{5.0f, 7.0f};
  for (const auto statistic : {sim::Statistic::mean, sim::Statistic::sd, sim::Statistic::worst_mean,
                               sim::Statistic::quantile, sim::Statistic::difference}) {
    CHECK_FALSE(sim::assess(target(statistic, 1e9, false, 0.5), {none, none, {}, false}, 0.95).reached);
    CHECK_FALSE(sim::assess(target(statistic, 1e9, false, 0.5), {one, one, {}, false}, 0.95).reached);
    CHECK_FALSE(sim::assess(target(statistic, 1e9, false, 0.5), {unit, one, {2, 0}, false}, 0.95).reached);
  }
}

TEST_CASE("the worst of a column whose high values are worse are its highest") {
  const std::vector<float> y = normals(2000, 0.0);
  CHECK(sim::assess(target(sim::Statistic::worst_mean, 1.0, false), {y, {}, {}, true}, 0.95).value > 1.9);
  CHECK(sim::assess(target(sim::Statistic::worst_mean, 1.0, false), {y, {}, {}, false}, 0.95).value < -1.9);
}

TEST_CASE("checkpoints do not depend on the most replications, but that they end there") {
  const auto all = sim::checkpoints(1'000'000, 1);
  CHECK(std::vector<std::uint32_t>(all.begin(), all.begin() + 5) ==
        std::vector<std::uint32_t>{1024, 1536, 2560, 4096, 6144});
  CHECK(all.back() == 1'000'000);
  CHECK(all.size() < 24);
  for (const std::uint32_t max : {1u, 1000u, 1024u, 1025u, 5000u, 77'777u}) {
    const auto some = sim::checkpoints(max, 1);
    CHECK(some.back() == max);
    for (std::size_t i = 0; i + 1 < some.size(); ++i) CHECK(some[i] == all[i]);
  }
  CHECK(sim::checkpoints(0, 1).empty());
}

TEST_CASE("checkpoints keep parameter draws and blocks whole, and grow by half") {
  for (const std::uint32_t inner : {1u, 3u, 8u, 100u, 1000u, 4'294'967'291u}) {
    const auto all = sim::checkpoints(4'000'000'000u, inner);
    CHECK(all.back() == 4'000'000'000u);
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      CHECK(all[i] >= 1024);
      CHECK(all[i] % inner == 0);
      CHECK(all[i] % 512 == 0);
      if (i > 0) CHECK(all[i] >= all[i - 1] + all[i - 1] / 2);
    }
  }
}
