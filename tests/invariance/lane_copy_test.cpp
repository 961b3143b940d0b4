// A lane that is copied between two months goes on as the one it is a copy of would have: draws are addressed by the
// number of the replication, so that a copy that is given the other's number from then on must come to the same, bit by
// bit, whatever its own past was.
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/partnership_model.h"
#include "models/scenario/correlation.h"
#include "models/scenario/parameter_draws.h"
#include "sim/engine/month_loop.h"
#include "tests/support/harness.h"
#include "tests/support/shipped.h"

namespace {

using sim::LaneCopy;

constexpr std::uint32_t kLanes = 48;
constexpr int kGroup =
    4;  // months for which words are made together: a copy that changes its number waits for the next

// One block of a scenario, with no engine.
class Block {
 public:
  explicit Block(const std::string& text) : scenario_(partnersim::testing::scenario_of(text)), setup_(*scenario_) {
    std::vector<const partnersim::Entry*> entries;
    for (const partnersim::Entry& entry : partnersim::processes())
      if (entry.given(setup_)) entries.push_back(&entry);
    for (const auto* entry : entries) plans_.add(entry->name, entry->stream, entry->phases, entry->make(setup_));
    for (const auto& plan : plans_.parts()) plan->bind(setup_);
    state_ = std::make_unique<partnersim::State>(setup_, kLanes);
    for (std::size_t k = 0; k < entries.size(); ++k) {
      works_.add(entries[k]->name, entries[k]->stream, entries[k]->phases, plans_.parts()[k]->make_work(kLanes));
      steps_ += entries[k]->phases.size();
    }
    result_.emplace(setup_.outputs(), kLanes);
    state_->philox = &philox_;
    state_->sums_deals = setup_.sums.refused.empty();
    state_->result = &*result_;
    state_->count = kLanes;
  }

  // After month `after` what `copy.from` has come to goes to `copy.to`, which takes its number from then on.
  void live(int after = 0, LaneCopy copy = {0, 0}) {
    state_->first_replication = 1000;
    state_->pass = partnersim::Pass::actual;
    state_->lanes.all(kLanes);
    const partnersim::ParameterDraws draws(setup_, philox_, partnersim::read_correlations(setup_));
    partnersim::ParameterDraws::Scratch scratch(draws, kLanes);
    draws.draw(*state_, scratch);
    std::size_t done = 0;
    works_.live(*state_, setup_.months, nullptr, [&](partnersim::Work&, int) {
      if (++done != static_cast<std::size_t>(after) * steps_) return;
      works_.copy_lane(*state_, copy);
      state_->first_replication += static_cast<std::uint32_t>(copy.from) - static_cast<std::uint32_t>(copy.to);
    });
    works_.finish(*state_, nullptr);
  }
  // Outcomes that differ.
  std::vector<std::string> differences(std::size_t lane, const Block& other, std::size_t others) const {
    std::vector<std::string> found;
    const auto& outcomes = setup_.outputs().outcomes;
    for (std::size_t c = 0; c < outcomes.size(); ++c)
      if (std::memcmp(&result_->columns.row(c)[lane], &other.result_->columns.row(c)[others], sizeof(float)) != 0)
        found.push_back(outcomes[c].label());
    return found;
  }

 private:
  std::shared_ptr<const sim::Scenario> scenario_;
  partnersim::Setup setup_;
  sim::Philox philox_{7};
  sim::MonthLoop<partnersim::Process> plans_;
  std::unique_ptr<partnersim::State> state_;
  sim::MonthLoop<partnersim::Work> works_;
  std::optional<sim::BlockResult> result_;
  std::size_t steps_ = 0;  // a month
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

}  // namespace

TEST_CASE("a lane that is copied goes on as the one it is a copy of") {
  const std::string goals =
      "\n[goal.many_wins]\noutcome = \"wins\"\nat_least = 50\n"
      "[goal.any_partner]\noutcome = \"active_partners\"\nat_least = 1\n";
  const std::string texts[] = {
      partnersim::testing::shipped("everything", 300) + goals,
      // Deals that are summed at once, and lives that are alike.
      "[scenario]\nmonths = 36\n[partner.p]\ncount = 7\nleads = 3\nclose_rate = 0.3\n"
      "deal_value = { lognormal = { mean = 1000, cv = 0.8 } }\nchurn = 0.03\n[output]\ntrajectories = \"none\"\n",
      // What everything.toml has too little of: costs and capacity that differ, shortfalls that are borne, shocks on
      // the largest, leads given back for leads, values drawn anew at a date, lives alike in regimes that differ.
      R"([scenario]
months = 36
[firm]
cash = 900
grace = 3
fixed_cost = { lognormal = { mean = 700, cv = 0.4 } }
variable_cost_share = { beta = { mean = 0.3, concentration = 10 } }
capacity = { gamma = { mean = 12, cv = 0.4 } }
abandonment = 0.3
[firm.direct]
leads = { lognormal = { mean = 5, cv = 0.5 } }
close_rate = 0.3
deal_value = 100
word_of_mouth = { uniform = { low = 0.1, high = 0.9 } }
[economy]
[economy.regime.calm]
to = { slump = 0.1 }
[economy.regime.slump]
mean_months = 4
multiply = { churn = 4 }
[partner.p]
count = 5
leads = 3
close_rate = 0.3
deal_value = { lognormal = { mean = 100, cv = 0.8 } }
churn = 0.02
[partner.mutual]
leads = 2
close_rate = 0.3
deal_value = 100
returns = { leads = 2, alpha_in = 0.4, alpha_out = 0.9 }
[shock.favourite]
every = 4
affects = "leads"
target = { top = 1, by = "revenue" }
severity = 0.9
duration = 2
[change.later]
month = 26
set = { "firm.direct.leads" = { lognormal = { mean = 9, cv = 0.5 } } }
)",
  };
  for (const std::string& text : texts) {
    Block whole(text);
    whole.live();
    for (const int after : {3 * kGroup, 6 * kGroup})
      for (const LaneCopy copy : {LaneCopy{21, 4}, LaneCopy{4, 21}, LaneCopy{17, 30}, LaneCopy{40, 2}}) {
        CAPTURE(after);
        CAPTURE(copy.from);
        REQUIRE_FALSE(whole.differences(copy.to, whole, copy.from).empty());
        Block copied(text);
        copied.live(after, copy);
        CHECK(joined(copied.differences(copy.to, whole, copy.from)) == "");
      }
  }
}
