// Draws of uncertain parameters: shared by units, stratified and correlated ones are functions of replication and id.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/sanitized.h"

namespace {

using partnersim::testing::How;
using partnersim::testing::kSanitized;
using partnersim::testing::Run;

std::string head(int replications, const std::string& more) {
  return "[scenario]\nmonths = 9\nseed = 20\nreplications = " + std::to_string(replications) + "\n" + more;
}

const std::string kDirect = R"(
[firm.direct]
leads = { lognormal = { mean = 20, cv = 0.5 } }
close_rate = { observed = { wins = 14, leads = 180 } }
deal_value = 2_000
)";
const std::string kReferrers = R"(
[partner.referrer]
count = 3
leads = { gamma = { mean = 3, cv = 0.7 } }
close_rate = { beta = { mean = 0.4, concentration = 8 } }
deal_value = 5_000
spread_shape = 2
churn = { beta = { mean = 0.03, concentration = 50 } }
)";
const std::string kTwin = R"(
[partner.twin]
count = 2
shared = true
leads = 2
close_rate = { uniform = { low = 0.1, high = 0.6 } }
deal_value = 1_000
)";
const std::string kMarket = R"(
[correlation.market]
of = ["firm.direct.close_rate", "partner.*.close_rate"]
rank = 0.6
[correlation.ends]
of = ["partner.referrer_2.churn", "partner.referrer_2.leads"]
rank = -1
)";

const std::string kEverything = kDirect + kReferrers + kTwin + kMarket;

const std::vector<std::string> kSamplings{"inner = 7\n", "sampling = \"stratified\"\n",
                                          "inner = 7\nsampling = \"stratified\"\n", ""};

std::vector<std::string> inputs_of(const Run& run) {
  std::vector<std::string> names;
  for (const auto& input : run.outputs().inputs) names.push_back(input.name);
  return names;
}

}  // namespace

TEST_CASE("parameters drawn in any way do not depend on blocks, threads or instruction sets") {
  for (const std::string& sampling : kSamplings) {
    CAPTURE(sampling);
    const std::string text = head(kSanitized ? 203 : 1001, sampling) + kEverything;
    const Run reference(text, How{.threads = 1, .block = 2000, .isa = sim::Isa::baseline});
    for (const sim::Isa isa : sim::available_isas())
      for (const std::size_t block : {1u, 7u, 16u, 100u, 512u}) {
        if (kSanitized && block == 1u) continue;
        CAPTURE(sim::to_string(isa));
        CAPTURE(block);
        CHECK(Run(text, How{.threads = 3, .block = block, .isa = isa}).hash() == reference.hash());
      }
  }
}

TEST_CASE("a longer run begins with the shorter one, however parameters are drawn") {
  for (const std::string& sampling : kSamplings) {
    CAPTURE(sampling);
    const Run longer(head(1001, sampling) + kEverything), shorter(head(301, sampling) + kEverything);
    for (const std::string& name : inputs_of(shorter)) {
      const auto first = shorter.column(name), all = longer.column(name);
      CHECK_MESSAGE(std::equal(first.begin(), first.end(), all.begin()), name);
    }
  }
}

TEST_CASE("one replication told alone is the one of the run") {
  for (const std::string& sampling : kSamplings) {
    CAPTURE(sampling);
    const std::string text = head(301, sampling) + kEverything;
    const Run run(text);
    const auto model = partnersim::make_model(partnersim::testing::scenario_of(text));
    for (const std::uint32_t replication : {0u, 6u, 7u, 250u, 300u}) {
      const sim::Chronicle chronicle = model->replay(replication);
      for (std::size_t c = 0; c < run.outputs().outcomes.size(); ++c)
        CHECK(chronicle.columns[c] == static_cast<double>(run.column(run.outputs().outcomes[c].label())[replication]));
    }
  }
}

TEST_CASE("what is written outside a correlated set changes nothing within, nor does the order") {
  const std::string other =
      "[partner.aaa]\nleads = { uniform = { low = 1, high = 3 } }\nclose_rate = 0.5\ndeal_value = 10\n";
  // Written out: with "partner.*.close_rate" the newcomer would have to be drawn to join.
  for (const std::string& sampling : kSamplings) {
    CAPTURE(sampling);
    const Run before(head(700, sampling) + kEverything),
        after(head(700, sampling) + kMarket + other + kTwin + kReferrers + kDirect);
    for (const std::string& name : inputs_of(before)) CHECK_MESSAGE(before.column(name) == after.column(name), name);
  }
}

TEST_CASE("parameters outside every set, and the first of each, draw as without correlations") {
  for (const std::string& sampling : kSamplings) {
    CAPTURE(sampling);
    const Run alone(head(700, sampling) + kDirect + kReferrers + kTwin), together(head(700, sampling) + kEverything);
    const std::vector<std::string> moved{"partner.referrer_1.close_rate", "partner.referrer_2.close_rate",
                                         "partner.referrer_3.close_rate", "partner.twin.close_rate",
                                         "partner.referrer_2.leads"};
    for (const std::string& name : inputs_of(alone)) {
      const bool moves = std::find(moved.begin(), moved.end(), name) != moved.end();
      CHECK_MESSAGE((alone.column(name) == together.column(name)) != moves, name);
    }
  }
}

TEST_CASE("a correlation of rank 0, or left out, changes nothing") {
  const std::string zero = "[correlation.none]\nof = [\"partner.*.close_rate\"]\nrank = 0\n";
  const std::string disabled = "[correlation.none]\nenabled = false\nof = [\"partner.*.close_rate\"]\nrank = 0.5\n";
  const Run without(head(700, "") + kDirect + kReferrers);
  CHECK(Run(head(700, "") + kDirect + kReferrers + zero).hash() == without.hash());
  CHECK(Run(head(700, "") + kDirect + kReferrers + disabled).hash() == without.hash());
  CHECK(Run(head(700, "inner = 1\nsampling = \"independent\"\n") + kDirect + kReferrers).hash() == without.hash());
}
