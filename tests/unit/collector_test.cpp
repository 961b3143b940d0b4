// Plans, catalogues and collectors: many points, rounds, shards, earlier results.
#include "sim/collect/collector.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string>

#include "sim/collect/results.h"
#include "sim/collect/sums_codec.h"
#include "tests/support/harness.h"

namespace {

using sim::collect::Collector;
using sim::collect::Keep;

std::shared_ptr<const sim::Model> model_of(const std::string& rest, double leads) {
  return partnersim::make_model(
      partnersim::testing::scenario_of("[scenario]\nmonths = 14\n[partner.a]\nleads = " + std::to_string(leads) +
                                       "\nclose_rate = { beta = { mean = 0.4, concentration = 20 } }\ndeal_value = { "
                                       "lognormal = { mean = 100, cv = 0.5 } }\n" +
                                       rest));
}

// Points of one partner; every third also has cash, every fourth a second partner.
sim::ExperimentPlan plan_of(std::size_t points, std::uint32_t replications) {
  sim::ExperimentPlan plan;
  for (std::size_t p = 0; p < points; ++p) {
    std::string rest = p % 4 == 3 ? "[partner.b]\nleads = 2\nclose_rate = { beta = { mean = 0.2, concentration = 9 } "
                                    "}\ndeal_value = 10\nchurn = 0.05\n"
                                  : "";
    if (p % 3 == 2) rest += "[firm]\ncash = 100\nfixed_cost = 300\n";
    plan.points.push_back({model_of(rest, 1.0 + static_cast<double>(p)), replications});
  }
  return plan;
}

void run_into(Collector& collector, const std::optional<sim::Position>& finish = std::nullopt,
              std::span<const std::uint32_t> known = {}) {
  sim::RunOptions options;
  options.threads = 2;
  options.start = collector.position();
  options.finish = finish;
  options.known = known;
  sim::run(collector.plan(), collector, options);
  collector.finish();
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

void check_same(const Collector& a, const Collector& b) {
  for (std::size_t p = 0; p < a.plan().points.size(); ++p) {
    CAPTURE(p);
    CHECK(a.coded_sums(p) == b.coded_sums(p));
    for (std::size_t c = 0; c < a.outputs().columns(); ++c)
      if (!same_bits(a.column(p, c).singles, b.column(p, c).singles)) FAIL_CHECK("column " << a.reducer().name(c));
  }
}

}  // namespace

TEST_CASE("every replication of a plan has one place in its order, round after round") {
  sim::ExperimentPlan plan;
  const auto model = model_of("", 1.0);
  for (const std::uint32_t count : {40u, 7u, 100u}) plan.points.push_back({model, count});
  for (const auto& checkpoints : std::vector<std::vector<std::uint32_t>>{{}, {10, 30, 100}, {5, 200}}) {
    plan.checkpoints = checkpoints;
    const sim::PlanOrder order(plan);
    sim::Position at = order.begin();
    for (std::uint64_t k = 0; k < 147; ++k) {
      CHECK(order.index(at) == k);
      CHECK(order.at(k) == at);
      CHECK(order.position(at.point, at.replication) == at);
      if (!checkpoints.empty() && at.round > 0) CHECK(at.replication >= checkpoints[at.round - 1]);
      at = order.advanced(at, 1);
    }
    CHECK(at == order.end());
    CHECK(order.rest_of_leg(at).replications == 0);
    for (const std::uint32_t of : {1u, 2u, 5u, 147u})
      for (std::uint32_t k = 1; k <= of; ++k) {
        CHECK(order.index(order.begin_of({k, of})) < order.index(order.end_of({k, of})));
        CHECK(order.end_of({k, of}) == (k == of ? order.end() : order.begin_of({k + 1, of})));
      }
  }
}

TEST_CASE("a point that is the same as an earlier one is copied from it, bit by bit, and not simulated") {
  for (const std::uint32_t count : {300u, static_cast<std::uint32_t>(sim::collect::kGroupRows) + 700u}) {
    sim::ExperimentPlan apart;
    for (const double leads : {1.0, 2.0}) {
      const auto model = model_of("", leads);
      for (int copy = 0; copy < 3; ++copy) apart.points.push_back({model, count});
    }
    sim::ExperimentPlan together = apart;
    for (const std::uint32_t p : {1u, 2u, 4u, 5u}) together.points[p].same_as = p < 3 ? 0 : 3;
    Collector simulated(apart), copied(together);
    CHECK(simulated.known().empty());
    const std::vector<std::uint32_t> known(copied.known().begin(), copied.known().end());
    CHECK(known == std::vector<std::uint32_t>{0, count, count, 0, count, count});
    run_into(simulated);
    run_into(copied, copied.order().position(1, 0), copied.known());  // stopped where a copy begins
    run_into(copied, std::nullopt, copied.known());
    check_same(simulated, copied);
    // Not where the earlier point may be elsewhere, or its columns are not kept.
    CHECK(Collector(together, nullptr, {.start = copied.order().position(2, 0)}).known().empty());
    CHECK(Collector(together, nullptr, {.keep = Keep::summaries}).known().empty());
  }
}

TEST_CASE("a catalogue holds what any point records, once, and says where each has it") {
  const sim::ExperimentPlan plan = plan_of(4, 1);
  const sim::collect::Catalogue catalogue(plan);
  const sim::OutputPlan& all = catalogue.all();
  for (std::size_t p = 0; p < plan.points.size(); ++p) {
    const sim::OutputPlan& own = plan.points[p].model->outputs();
    std::size_t found = 0;
    for (std::size_t c = 0; c < all.outcomes.size(); ++c) {
      const int at = catalogue.column(p, c);
      if (at == sim::collect::Catalogue::kAbsent) {
        CHECK(all.outcomes[c].may_be_missing);
        continue;
      }
      CHECK(own.outcomes[static_cast<std::size_t>(at)].label() == all.outcomes[c].label());
      ++found;
    }
    CHECK(found == own.outcomes.size());
  }
  CHECK(all.members.size() == 2);
  CHECK(all.inputs.size() == 2);
  // Slices of one outcome stay together.
  for (std::size_t c = 1; c < all.outcomes.size(); ++c)
    if (all.outcomes[c].index != 0) CHECK(all.outcomes[c].name == all.outcomes[c - 1].name);
}

// Names alone: one point of many partners, each with a drawn value.
class ManyNames final : public sim::Model {
 public:
  explicit ManyNames(std::size_t names) {
    outputs_.months = 1;
    outputs_.outcomes.push_back({"revenue", "EUR", "Revenue", ""});
    for (std::size_t k = 0; k < names; ++k) {
      const std::string id = "referrer_" + std::to_string(k + 1);
      outputs_.members.push_back({id, id});
      outputs_.inputs.push_back({"partner." + id + ".close_rate", "1", "", ""});
    }
  }
  const sim::OutputPlan& outputs() const override { return outputs_; }
  std::unique_ptr<sim::Simulation> make_simulation(const sim::WorkerOptions&, sim::Profile*) const override {
    return nullptr;
  }
  const sim::ExpectedValues& expected() const override { return expected_; }
  std::size_t bytes_per_lane() const override { return 1; }

 private:
  sim::OutputPlan outputs_;
  sim::ExpectedValues expected_;
};

TEST_CASE("what a catalogue takes grows with the names, not with their square") {
  const auto seconds = [](std::size_t names) {
    const sim::ExperimentPlan plan{
        {{std::make_shared<ManyNames>(names), 1}, {std::make_shared<ManyNames>(names + 1), 1}}, {}};
    double best = 1e9;
    for (int k = 0; k < 7; ++k) {
      const auto start = std::chrono::steady_clock::now();
      const sim::collect::Catalogue catalogue(plan);
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      CHECK(catalogue.member(0, names) == sim::collect::Catalogue::kAbsent);
      CHECK(catalogue.column(1, names + 1) == static_cast<int>(names + 1));
    }
    return best;
  };
  const double few = seconds(2'000), many = seconds(16'000);
  CAPTURE(few);
  CHECK(many < 24.0 * few);  // eight times as many; the square would be 64
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0.0, resident = 0.0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

TEST_CASE("a group of many columns takes the room of the rows there are") {
  const sim::ExperimentPlan plan{{{std::make_shared<ManyNames>(20'000), 16}}, {}};
  Collector collector(plan);
  sim::BlockResult result(collector.outputs(), 16);
  result.block = {0, 0, 16};
  for (std::size_t c = 0; c < collector.outputs().columns(); ++c)
    std::fill_n(result.columns.row(c), 16, static_cast<float>(c));
  const auto before = resident_bytes();
  collector.commit(result);
  CHECK(resident_bytes() - before < 200e6);  // whole groups would be 5 GB
  CHECK(collector.column(0, 19'999).singles == std::vector<float>(16, 19'999.0f));
}

TEST_CASE("points reduced on the way give the results of points that were kept") {
  const sim::ExperimentPlan plan = plan_of(9, 700);
  Collector kept(plan), reduced(plan, nullptr, {Keep::summaries, {}, nullptr, 2});
  run_into(kept);
  run_into(reduced);
  const auto a = sim::collect::summarise(kept, 2), b = sim::collect::summarise(reduced, 2);
  CHECK(reduced.is_reduced(8));
  CHECK(a.digest == b.digest);
  for (std::size_t p = 0; p < plan.points.size(); ++p) CHECK(encode(a.points[p]) == encode(b.points[p]));
}

TEST_CASE("rounds, shards and an earlier result change neither columns nor sums") {
  sim::ExperimentPlan plan = plan_of(5, 1500);
  Collector whole(plan);
  run_into(whole);

  sim::ExperimentPlan rounds = plan;
  rounds.checkpoints = {256, 1024, 1500};
  Collector by_rounds(rounds);
  for (std::uint32_t round = 1; round <= 3; ++round) run_into(by_rounds, by_rounds.order().start_of(round));
  check_same(by_rounds, whole);
  std::vector<float> first = whole.column(4, 0).singles;
  first.resize(1100);
  CHECK(same_bits(by_rounds.prefix(4, 0, 1100).singles, first));

  Collector joined(plan);
  for (std::uint32_t k = 1; k <= 3; ++k) run_into(joined, joined.order().end_of({k, 3}));
  check_same(joined, whole);

  // Of an earlier run: all of point 0, a part of points 2 and 4.
  class Earlier final : public sim::collect::KnownReplications {
   public:
    explicit Earlier(const Collector& from) : from_(from) {
      for (std::size_t p = 0; p < from.plan().points.size(); ++p) counts_.push_back(from.replications(p));
    }
    std::span<const std::uint32_t> counts() const override { return counts_; }
    void read(std::size_t p, std::size_t c, std::uint32_t first, std::span<float> out) const override {
      const std::vector<float> all = from_.column(p, c).singles;
      std::copy_n(all.begin() + first, out.size(), out.begin());
    }
    std::string sums(std::size_t p) const override { return from_.coded_sums(p); }

   private:
    const Collector& from_;
    std::vector<std::uint32_t> counts_;
  };
  sim::ExperimentPlan part = plan;
  const std::uint32_t counts[] = {1500, 0, 333, 0, 1};
  for (std::size_t p = 0; p < 5; ++p) part.points[p].replications = counts[p];
  Collector earlier(part);
  run_into(earlier);
  const Earlier known(earlier);
  Collector extended(plan, nullptr, {Keep::columns, {}, &known, 2});
  run_into(extended, std::nullopt, known.counts());
  check_same(extended, whole);
}

TEST_CASE("what a point does not model is missing there, in outcomes and inputs, and has no summary") {
  const sim::ExperimentPlan plan = plan_of(4, 300);
  Collector collector(plan);
  run_into(collector);
  const auto results = sim::collect::summarise(collector, 2);
  const auto& outcomes = collector.outputs().outcomes;
  bool any = false;
  for (std::size_t c = 0; c < collector.outputs().columns(); ++c) {
    if (collector.catalogue().column(0, c) != sim::collect::Catalogue::kAbsent) continue;
    any = true;
    for (const float value : collector.column(0, c).singles) CHECK(std::isnan(value));
    if (c < outcomes.size()) CHECK(results.points[0].summaries[c].count == 0);
  }
  CHECK(any);
}
