// Customers the focal firm wins by itself (MODEL.md, section 4). Draws as a partnership does, under
// the id "firm.direct".
#include <array>
#include <numeric>

#include "models/setup.h"
#include "models/source_sampler.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kStream = 5;

const std::array kParameters{
    sim::ParameterSpec{.path = "firm.direct.leads", .unit = "leads a month", .range = {0, 100000}, .required = true,
                       .frequency = sim::Frequency::once_a_replication, .laws = sim::distribution_laws(), .check = sim::distribution_problem,
                       .doc = "customers who come without a partner"},
    sim::ParameterSpec{.path = "firm.direct.close_rate", .unit = "1", .range = {0, 1}, .required = true,
                       .frequency = sim::Frequency::once_a_replication, .laws = sim::distribution_laws(), .check = sim::distribution_problem,
                       .doc = "share of the leads that become deals"},
    sim::ParameterSpec{.path = "firm.direct.deal_value", .unit = "currency", .range = {0, 1e12}, .required = true,
                       .frequency = sim::Frequency::per_event, .laws = deal_value_laws(),
                       .doc = "value of one deal"},
};

class DirectBusiness final : public Process {
 public:
  explicit DirectBusiness(Setup& setup)
      : sampler_(setup, "firm.direct", kStream, 0, setup.wants_outcome("leads")),
        scratch_(1, setup.lanes),
        everyone_(sim::padded(setup.lanes)) {
    std::iota(everyone_.begin(), everyone_.end(), 0u);
  }

  void begin(State& state) override { sampler_.begin(state); }
  void step(State& state, int) override {
    sampler_.step(state, everyone_.data(), state.count, scratch_);
    SourceSampler::finish_month(state, {&sampler_, 1}, scratch_);
  }
  void expect(Expectation& e, int) override { sampler_.expect(e, 1.0); }

 private:
  SourceSampler sampler_;
  SamplerScratch scratch_;
  sim::Lane<std::uint32_t> everyone_;
};

}  // namespace

const Entry& direct_business_entry() {
  static const Entry entry{
      "direct business", kStream, {kReferrals}, "Customers the focal firm wins without partners.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.has_direct ? std::make_unique<DirectBusiness>(setup) : nullptr;
      }};
  return entry;
}

}  // namespace partnersim
