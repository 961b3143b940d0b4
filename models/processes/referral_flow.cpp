// Referral flow and its conversion: the customers partners send, and the deals they become
// (MODEL.md, sections 4 and 5). Sequence of a partnership and month: word 0 wins, word 1 lost leads,
// word j + 2 deal j; calls from 0x8000 on are rejection attempts for large rates.
#include <array>

#include "models/setup.h"
#include "models/source_sampler.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kStream = 4;

constexpr std::array<std::string_view, 1> kTypes{"referral"};
const std::array kParameters{
    sim::ParameterSpec{.path = "partner.*.type", .kind = sim::Kind::choice, .fallback_text = "referral", .choices = kTypes,
                       .doc = "the mechanism of the partnership; numbers come from you", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.leads", .unit = "leads a month", .range = {0, 100000}, .required = true,
                       .frequency = sim::Frequency::once_a_replication, .laws = sim::distribution_laws(), .check = sim::distribution_problem,
                       .doc = "customers the partner refers while the partnership works"},
    sim::ParameterSpec{.path = "partner.*.close_rate", .unit = "1", .range = {0, 1}, .required = true,
                       .frequency = sim::Frequency::once_a_replication, .laws = sim::distribution_laws(), .check = sim::distribution_problem,
                       .doc = "share of the leads that become deals"},
    sim::ParameterSpec{.path = "partner.*.deal_value", .unit = "currency", .range = {0, 1e12}, .required = true,
                       .frequency = sim::Frequency::per_event, .laws = deal_value_laws(),
                       .doc = "value of one deal"},
};

class ReferralFlow final : public Process {
 public:
  explicit ReferralFlow(Setup& setup) : scratch_(setup.partners.size(), setup.lanes) {
    const bool count_leads = setup.wants_outcome("leads");
    for (std::size_t p = 0; p < setup.partners.size(); ++p)
      samplers_.emplace_back(setup, setup.partners[p].path, kStream, setup.source_of_partner(p), count_leads);
  }

  void begin(State& state) override {
    for (SourceSampler& sampler : samplers_) sampler.begin(state);
  }

  void step(State& state, int) override {
    for (std::size_t p = 0; p < samplers_.size(); ++p)
      samplers_[p].step(state, state.working.row(p), state.working_count[p], scratch_);
    SourceSampler::finish_month(state, samplers_, scratch_);
  }

  void expect(Expectation& e, int) override {
    for (std::size_t p = 0; p < samplers_.size(); ++p) samplers_[p].expect(e, e.weight[p]);
  }

 private:
  std::vector<SourceSampler> samplers_;
  SamplerScratch scratch_;
};

}  // namespace

const Entry& referral_flow_entry() {
  static const Entry entry{
      "referral flow", kStream, {kReferrals}, "Leads from partners, and the deals they become.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.partners.empty() ? nullptr : std::make_unique<ReferralFlow>(setup);
      }};
  return entry;
}

}  // namespace partnersim
