// Do 95 % intervals still cover 95 % of the time when the run stopped because they were narrow enough? The engine
// itself, checkpoint by checkpoint, over two thousand seeds, a target at a time. A right interval is missed by the band
// with probability 2e-3.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "models/partnership_model.h"
#include "sim/cli/simulation.h"
#include "sim/collect/catalogue.h"
#include "sim/stats/precision.h"
#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kSeeds = 2000;

// Half a year of direct business; the variant closes more deals on the same leads. With cash, the firm may run out of
// it.
const std::string kText = R"([scenario]
months = 6
[firm.direct]
leads = 8
close_rate = 0.4
deal_value = { lognormal = { mean = 10_000, cv = 0.5 } }
[output]
trajectories = "none"
)";
const std::string kCash = "[firm]\ncash = 60_000\nfixed_cost = 25_000\n";
const std::string kVariant = "[variant.better]\nset = { \"firm.direct.close_rate\" = 0.5 }\n";

sim::cli::Domain domain() {
  sim::cli::Domain domain;
  domain.parameters = partnersim::parameter_specs();
  domain.make_model = partnersim::make_model;
  return domain;
}

// The share of seeds whose interval holds the truth, of the runs that stopped between the first look and the maximum.
struct Stopped {
  double covered = 0.0, replications = 0.0;
  int early = 0, never = 0;
};

Stopped stop_at(const std::string& text, const std::string& key, const std::string& amount, double truth) {
  static const sim::cli::Domain kDomain = domain();
  Stopped found;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const sim::cli::LoadRequest request{
        {fmt::format("scenario.seed={}", seed), fmt::format("stop.precision.\"{}\"={}", key, amount),
         "stop.max_replications=200_000"},
        {},
        1};
    const sim::cli::LoadedExperiment loaded = sim::cli::load(sim::parse_document("test.toml", text), request, kDomain);
    sim::cli::ExperimentSimulation simulation(loaded, 1, true);
    sim::collect::Collector collector(loaded.plan, nullptr, simulation.collecting());
    simulation.run(collector);
    const std::uint32_t count = collector.replications(0);
    found.early += count == loaded.plan.checkpoints.front() ? 1 : 0;
    found.never += simulation.precise() ? 0 : 1;
    found.replications += static_cast<double>(count) / kSeeds;

    const sim::Target& target = loaded.precision.targets.front();
    const std::size_t column = sim::collect::place_of(collector.outputs().outcomes, target.outcome).value();
    const bool difference = target.statistic == sim::Statistic::difference;
    const std::vector<float> values = collector.prefix(difference ? 1 : 0, column, count).singles;
    std::vector<float> baseline;
    if (difference) baseline = collector.prefix(0, column, count).singles;
    const sim::Achieved achieved = sim::assess(target, {values, baseline}, loaded.precision.confidence);
    found.covered += achieved.low <= truth && truth <= achieved.high ? 1.0 / kSeeds : 0.0;
  }
  return found;
}

void check(const std::string& key, const Stopped& found) {
  INFO(key, ": ", found.covered, " after ", found.replications, " replications on average");
  CHECK(found.covered >= 0.935);
  CHECK(found.covered <= 0.965);
  // The rule has been at work: runs looked more than once, and ended.
  CHECK(found.never == 0);
  CHECK(found.early < kSeeds / 20);
}

// By so many futures that their own error is a twentieth of the half-widths that are looked at.
sim::Summary truth(std::string text, const std::string& outcome) {
  text.replace(text.find("months = 6"), 10, "months = 6\nreplications = 4_000_000\nseed = 987654321");
  const Run run(text);
  return run.results().points[0].summaries[sim::collect::place_of(run.outputs().outcomes, outcome).value()];
}

}  // namespace

TEST_CASE("after stopping, 95 % of the intervals of a mean hold 6 months x 3.2 deals x 10,000") {
  check("revenue", stop_at(kText, "revenue", "0.8%", 192'000.0));
}

TEST_CASE("after stopping, 95 % of the intervals of a quantile hold it") {
  check("revenue.p05", stop_at(kText, "revenue.p05", "2%", truth(kText, "revenue").quantiles[1].value));
}

TEST_CASE("after stopping, 95 % of the intervals of a probability hold it") {
  check("out_of_cash", stop_at(kText + kCash, "out_of_cash", "0.006", truth(kText + kCash, "out_of_cash").mean));
}

TEST_CASE("after stopping, 95 % of the intervals of a paired difference hold 6 months x .8 deals x 10,000") {
  check("revenue.difference", stop_at(kText + kVariant, "revenue.difference", "360", 48'000.0));
}
