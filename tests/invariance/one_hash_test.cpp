// One hash of all outcomes, whatever the threads, the block size and the instruction set; and a longer
// run begins with the shorter one.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/sanitized.h"
#include "tests/support/shipped.h"

namespace {

using partnersim::testing::How;
using partnersim::testing::kSanitized;
using partnersim::testing::Run;

// Replications that are no multiple of any block.
std::string header(int months, int replications) {
  return "[scenario]\nmonths = " + std::to_string(months) +
         "\nseed = 20\nreplications = " + std::to_string(replications) + "\n";
}

// The arithmetic: five referrals, four in ten close, 10,000 a deal.
std::string arithmetic(int replications) {
  return header(12, replications) + R"(
[partner.referrer]
leads = 5
close_rate = 0.40
deal_value = 10_000
)";
}

// The reference workload of the benchmark.
std::string twelve_partners(int replications) {
  return header(60, replications) + R"(
[economy]
start = "expansion"
[economy.regime.expansion]
to = { recession = 0.02 }
[economy.regime.recession]
to = { expansion = 0.10 }
multiply = { leads = 0.7, churn = 2.0 }
[partner.referrer]
count = 12
leads = 5
close_rate = { beta = { mean = 0.4, concentration = 25 } }
deal_value = { lognormal = { mean = 10_000, cv = 0.8 } }
churn = 0.02
[shock.scandal]
rate = 0.01
target = "partners"
kill = 0.2
)";
}

// Every path of every sampler: passes of all lengths, tails, rates on both sides of 30 within a batch,
// rates far above it, closing odds, scheduled and frequent shocks, starts within the run, few and many deals.
std::string every_sampler(int replications) {
  return header(27, replications) + R"(
[economy]
[economy.regime.calm]
to = { boom = 0.05, slump = 0.03 }
[economy.regime.boom]
to = { calm = 0.15 }
multiply = { leads = 1.6, close = 1.3, value = 1.1, churn = 0.5 }
[economy.regime.slump]
mean_months = 6
to = { calm = 0.9, boom = 0.1 }
multiply = { leads = 0.5, close = 0.7, value = 0.85, churn = 3 }

[firm.direct]
leads = { gamma = { mean = 45, cv = 0.6 } }
close_rate = 0.8
deal_value = { lognormal = { mean = 800, cv = 1.5 } }

[partner.rare]
leads = 0.02
close_rate = 0.3
deal_value = 1_000_000
churn = 0.01
[partner.small]
count = 3
leads = { gamma = { mean = 1.5, cv = 0.7 } }
close_rate = { beta = { mean = 0.5, concentration = 8 } }
deal_value = { lognormal = { mean = 5_000, cv = 0.8 } }
churn = 0.06
tags = ["platform"]
[partner.shared]
count = 2
shared = true
leads = { triangular = { low = 2, mode = 4, high = 12 } }
close_rate = { observed = { wins = 7, leads = 20 } }
deal_value = { lognormal = { mean = 20_000, cv = 2.5 } }
start = 5
[partner.around]
leads = { lognormal = { mean = 40, cv = 0.5 } }
close_rate = 0.75
deal_value = 300
start = 13
churn = 0.03
tags = ["platform"]
[partner.flood]
leads = 300
close_rate = { uniform = { low = 0.1, high = 0.9 } }
deal_value = { lognormal = { mean = 3, cv = 0.4 } }
start = 26
[partner.never]
leads = 5
close_rate = 0.5
deal_value = 100
start = 28

[shock.scandal]
rate = 0.04
kill = 0.3
[shock.storm]
every = 1.5
target = { tag = "platform" }
kill = 0.05
[shock.law]
months = [3, 3, 20]
target = { partners = ["shared_*", "rare"] }
kill = 0.25
[shock.often]
rate = 6
target = { partners = ["small_2"] }
kill = 0.01
)";
}

// configs/everything.toml with fewer referrers, and counterfactuals of both kinds.
std::string every_process(int replications) {
  using partnersim::testing::replaced;
  const std::string text = partnersim::testing::shipped("everything", replications);
  return replaced(replaced(replaced(text, "count = 48", "count = 4"), "seed = 1", "seed = 20"), "[output]\n",
                  "[output]\nwithout = \"bigco\"\n");
}

// Neighbours whose months are drawn together in narrow blocks, by rates they share and by rates of their own, until
// shocks on some of them or changes at a date tell them apart.
std::string alike_neighbours(int replications) {
  return header(20, replications) + R"(
[economy]
[economy.regime.calm]
to = { slump = 0.1 }
[economy.regime.slump]
to = { calm = 0.2 }
multiply = { close = 0.8, value = 0.9, churn = 1.5 }
[partner.a]
count = 30
leads = 2
close_rate = 0.2
deal_value = { lognormal = { mean = 1_000, cv = 0.8 } }
churn = 0.03
tags = ["x"]
[partner.b]
count = 20
leads = 2
close_rate = { beta = { a = 2, b = 8 } }
deal_value = { lognormal = { mean = 1_500, cv = 0.8 } }
churn = 0.02
start = 4
sector = "it"
[partner.c]
count = 8
leads = { gamma = { mean = 3, cv = 0.5 } }
close_rate = 0.1
deal_value = { lognormal = { mean = 700, cv = 1.2 } }
churn = { weibull = { scale = 20, shape = 2 } }
[partner.d]
count = 5
leads = 3
close_rate = 0.3
deal_value = 500
lag = 1
[partner.e]
count = 5
leads = 3
close_rate = 0.3
deal_value = 900
month_shape = 2
[change.cut]
month = 10
set = { "partner.a*.leads" = 1, "partner.c*.close_rate" = 0.2 }
[shock.outage]
rate = 0.1
affects = "functionality"
severity = { uniform = { low = 0.1, high = 0.6 } }
severity_per = "target"
duration = { geometric = { mean = 3 } }
target = { fraction = 0.3 }
[shock.scandal]
rate = 0.05
affects = "close"
severity = 0.4
duration = 3
target = { tag = "x" }
[shock.purge]
rate = 0.05
kill = 0.3
target = { count = 5 }
[shock.rival]
rate = 0.002
affects = "churn"
factor = 3
severity = 1
duration = 2
target = { sector = "it" }
)";
}

struct Workload {
  std::string name;
  std::string (*text)(int replications);
};
const Workload kWorkloads[] = {{"arithmetic", arithmetic},
                               {"twelve partners", twelve_partners},
                               {"every sampler", every_sampler},
                               {"alike neighbours", alike_neighbours},
                               {"every process", every_process}};

// Sanitized, one block size where every process takes part shows all of the code.
constexpr int kReplications = kSanitized ? 601 : 3001;  // no multiple of any block

// Names the columns that differ: a hash alone would not say where to look.
void check_same(const Run& run, const Run& reference) {
  CHECK(run.hash() == reference.hash());
  const auto hashes = run.hashes(), wanted = reference.hashes();
  REQUIRE(hashes.size() == wanted.size());
  for (const auto& [label, digest] : wanted) CHECK_MESSAGE(hashes.at(label) == digest, "column ", label);
}

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

std::vector<std::string> columns_of(const Run& run) {
  std::vector<std::string> labels;
  for (const auto& column : run.outputs().outcomes) labels.push_back(column.label());
  for (const auto& column : run.outputs().inputs) labels.push_back(column.name);
  return labels;
}

}  // namespace

TEST_CASE("the hash of all outcomes does not depend on the number of threads") {
  for (const Workload& workload : kWorkloads) {
    CAPTURE(workload.name);
    const std::string text = workload.text(kReplications);
    const Run reference(text, How{.threads = 1, .block = 64});
    for (const int threads : {2, 5}) {
      CAPTURE(threads);
      check_same(Run(text, How{.threads = threads, .block = 64}), reference);
    }
  }
}

TEST_CASE("the hash of all outcomes does not depend on the block size, on any instruction set") {
  for (const Workload& workload : kWorkloads) {
    CAPTURE(workload.name);
    const std::string text = workload.text(kReplications);
    const Run reference(text, How{.threads = 1, .block = 512, .isa = sim::Isa::baseline});
    for (const sim::Isa isa : sim::available_isas()) {
      CAPTURE(sim::to_string(isa));
      for (const std::size_t block : {16u, 48u, 100u, 512u, 5000u}) {
        if (kSanitized && workload.text == every_process && block != 48u) continue;
        CAPTURE(block);
        check_same(Run(text, How{.threads = 2, .block = block, .isa = isa}), reference);
      }
    }
  }
}

TEST_CASE("blocks of one and of seventeen replications give the same hash") {
  for (const Workload& workload : kWorkloads) {
    CAPTURE(workload.name);
    const std::string text = workload.text(kSanitized ? 35 : 203);
    const Run reference(text, How{.threads = 1, .block = 512, .isa = sim::Isa::baseline});
    for (const sim::Isa isa : sim::available_isas())
      for (const std::size_t block : {1u, 17u}) {
        CAPTURE(sim::to_string(isa));
        CAPTURE(block);
        check_same(Run(text, How{.threads = 2, .block = block, .isa = isa}), reference);
      }
  }
}

TEST_CASE("a longer run begins with the shorter one") {
  constexpr int kShorter = kReplications / 3;
  for (const Workload& workload : kWorkloads) {
    CAPTURE(workload.name);
    const Run longer(workload.text(kReplications)), shorter(workload.text(kShorter));
    const auto labels = columns_of(shorter);
    REQUIRE(labels == columns_of(longer));
    for (const std::string& label : labels) {
      const std::vector<float> first = shorter.column(label), all = longer.column(label);
      REQUIRE(first.size() == static_cast<std::size_t>(kShorter));
      REQUIRE(all.size() == static_cast<std::size_t>(kReplications));
      CHECK_MESSAGE(std::equal(first.begin(), first.end(), all.begin(), same_bits), "column ", label);
    }
  }
}

TEST_CASE("the same run twice is the same, another seed is another run") {
  for (const Workload& workload : kWorkloads) {
    CAPTURE(workload.name);
    std::string text = workload.text(500);
    const Run first(text);
    check_same(Run(text), first);
    text.replace(text.find("seed = 20"), 9, "seed = 21");
    const Run other(text);
    CHECK(other.hash() != first.hash());
    CHECK(other.hashes().at("revenue") != first.hashes().at("revenue"));
  }
}

TEST_CASE("every registered process takes part in everything.toml") {
  const std::string text = partnersim::testing::shipped("everything", 1000);
  // What it leaves out, because it takes passes of its own: losses without a partner.
  const auto scenario = partnersim::testing::scenario_of(
      partnersim::testing::replaced(text, "[output]\n", "[output]\nwithout = \"top 1\"\n"));
  partnersim::Setup setup(*scenario);
  for (const partnersim::Entry& entry : partnersim::processes()) {
    CHECK_MESSAGE(entry.given(setup), entry.name);
    entry.make(setup);
  }
  setup.problems.raise();
}

TEST_CASE("the large scenario meets every sampler") {
  // Otherwise the hashes above would say little: rates above the limit of inversion, shocks that kill, regimes.
  const Run run(every_sampler(2000));
  const auto largest = [](const std::vector<float>& values) { return *std::max_element(values.begin(), values.end()); };
  const auto smallest = [](const std::vector<float>& values) {
    return *std::min_element(values.begin(), values.end());
  };
  CHECK(largest(run.column("partner.around.leads")) * 0.75f > 30.0f);
  CHECK(smallest(run.column("partner.around.leads")) * 0.75f < 30.0f);
  CHECK(largest(run.column("firm.direct.leads")) > 60.0f);
  CHECK(smallest(run.column("partners_lost")) < largest(run.column("partners_lost")));
  CHECK(smallest(run.column("direct_revenue")) > 0.0f);
  CHECK(run.outputs().outcomes.size() >= 8);
  CHECK(run.outputs().inputs.size() >= 8);
}

TEST_CASE("a tag said several times says no more than once") {
  const auto tagged = [](const std::string& tags) {
    return header(12, 500) + "[partner.acme]\nleads = 5\nclose_rate = 0.5\ndeal_value = 1_000\ntags = " + tags +
           "\n[shock.storm]\nmonths = [1]\naffects = \"leads\"\nseverity = 0.5\ntarget = { tag = \"x\" }\n"
           "[shock.gale]\nmonths = [1, 2]\naffects = \"leads\"\nseverity = 0.5\ntarget = { tag = \"x\" }\n";
  };
  const Run once(tagged("[\"x\"]"));
  check_same(Run(tagged("[\"x\", \"x\"]")), once);
  check_same(Run(tagged("[\"x\", \"y\", \"x\", \"x\"]")), once);
}
