// Referral flow and its conversion: the customers partners send, and the deals they become
// (MODEL.md, sections 4 and 5). Sequence of a partnership and month: word 0 wins, word 1 lost leads,
// word j + 2 deal j; calls from 0x8000 on are rejection attempts for large rates.
//
//   A = scale of the month (sources/lead_scale.h) season trend regime functionality shocks
#include <algorithm>
#include <array>

#include "models/scenario/source_parameters.h"
#include "models/setup.h"
#include "models/sources/lead_scale.h"
#include "models/sources/source_sampler.h"
#include "models/streams.h"

namespace partnersim {
namespace {

constexpr std::array<std::string_view, 6> kTypes{"referral",     "channel",       "enterprise_alliance",
                                                 "co_marketing", "joint_venture", "association"};
// clang-format off
const std::array kParameters{
    sim::ParameterSpec{.path = "partner.*.type", .kind = sim::Kind::choice, .fallback_text = "referral",
                       .choices = kTypes,
                       .doc = "what kind of partnership; shocks can target it, numbers come from you",
                       .source = "neutral"},
    required(drawn_spec("partner.*.leads", "leads a month", kLeads,
                        "customers the partner refers while the partnership works")),
    close_rate_spec("partner.*.close_rate"),
    deal_value_spec("partner.*.deal_value"),
    lag_spec("partner.*.lag"),
    fee_spec("partner.*.recurring.fee"),
    retention_spec("partner.*.recurring.retention"),
    customers_spec("partner.*.recurring.customers"),
    sim::ParameterSpec{.path = "partner.*.spread_shape", .unit = "1", .range = {0.01, 1e6},
                       .doc = "gamma shape of how good the partner turns out, mean 1, once a replication; none: "
                              "exactly as given",
                       .drawn = {"once a replication", "gamma(mean 1, shape {})"}},
    month_shape_spec("partner.*.month_shape"),
    sim::ParameterSpec{.path = "partner.*.event.probability", .unit = "1 a month", .range = {0, 1}, .required = true,
                       .doc = "probability of an event (a webinar, a fair) in a month",
                       .yearly = sim::Yearly::probability},
    required(drawn_spec("partner.*.event.leads", "leads", kLeads, "leads an event brings on average")),
};
// clang-format on

std::vector<sim::ParameterSpec> all_parameters() {
  std::vector<sim::ParameterSpec> all(kParameters.begin(), kParameters.end());
  all.insert(all.end(), lead_scale_parameters().begin(), lead_scale_parameters().end());
  return all;
}

class ReferralFlow final : public ProcessOf<ReferralFlow> {
 public:
  explicit ReferralFlow(Setup& setup) {
    sources_.reserve(setup.partners.size());
    partners_.reserve(setup.partners.size());
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      const std::string& path = setup.partners[p].path;
      sources_.emplace_back(setup,
                            SourceAddress{path, stream::kReferralFlow, setup.source_of_partner(p), setup.firm_of(p)},
                            setup.parameter(path + ".leads"), true);
      SourceRates& rates = sources_.back().rates();
      if (setup.scenario.given(path + ".spread_shape"))
        rates.mix(setup.drawn(path + ".spread", gamma_of_mean_one(setup.scenario.number(path + ".spread_shape")), "1",
                              "factor on the partner's leads, how good it turned out"));
      rates.add(ArrivalMixing::of(setup, path));
      partners_.push_back(
          {lead_scale(setup, setup.partners[p], Giver::partner, p == 0 ? nullptr : partners_.back().scale),
           setup.scenario.number(path + ".returns.alpha_in"), setup.scenario.has_table(path + ".returns"),
           setup.scenario.has_table(path + ".returns") || setup.scenario.given(path + ".pool")});
    }
  }

  // Neighbours that no exclusive partner suspends.
  void bind(Setup& setup) override {
    const auto may_be_suspended = [&](std::size_t p) {
      return !setup.suspendable.empty() && setup.suspendable[p] != 0;
    };
    for (std::size_t p = partners_.size(); p-- > 1;)
      if (partners_[p - 1].moves_like(partners_[p]) && sources_[p - 1].moves_like(sources_[p]) &&
          !may_be_suspended(p - 1) && !may_be_suspended(p))
        partners_[p - 1].alike = partners_[p].alike + 1;
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kCash) {
      for (Source& source : sources_) source.expect_fees(e);
      return;
    }
    for (std::size_t p = 0; p < sources_.size(); ++p)
      e.referred[p] =
          sources_[p].expect(e, e.weight[p] * (1.0 - e.suspended[p]), scale(p, e.month) * e.calendar,
                             (1.0 - e.suspended[p]) * partners_[p].alpha_in * e.outlived(p) * e.returned[p]);
  }

  class Share;

 private:
  struct Terms {
    LeadScale scale;
    double alpha_in;
    bool reciprocal;
    bool counted;           // somebody looks at its leads
    std::size_t alike = 1;  // partners from this one on whose months are drawn together

    bool moves_like(const Terms& other) const { return scale == other.scale && !counted && !other.counted; }
  };

  double scale(std::size_t p, int month) const { return (*partners_[p].scale)[static_cast<std::size_t>(month)]; }

  std::vector<Source> sources_;
  std::vector<Terms> partners_;
};

class ReferralFlow::Share final : public Work {
 public:
  Share(const ReferralFlow& plan, std::size_t lanes)
      : plan_(plan),
        sampler_(plan.sources_, lanes, std::any_of(plan.partners_.begin(), plan.partners_.end(), [](const Terms& t) {
                   return t.reciprocal;
                 })) {}

  void begin(State& state) override {
    sampler_.begin(state);
    if (open_.size() != state.suspendable.size())
      for (const std::uint8_t may : state.suspendable) open_.emplace_back(may != 0 ? state.suspended.stride() : 0);
  }

  void step(State& state, int phase) override {
    if (phase == kCash) return sampler_.collect_fees(state);
    for (std::size_t p = 0; p < plan_.sources_.size(); p += plan_.partners_[p].alike) {
      const Terms& terms = plan_.partners_[p];
      SourceMonth month{plan_.scale(p, state.month) * static_cast<double>(state.calendar)};
      if (terms.reciprocal) {
        month.further = state.returned.row(p);
        month.further_factor = static_cast<float>(terms.alpha_in);
      }
      std::span<const sim::LaneList> lists = state.lives.working().subspan(p, terms.alike);
      if (state.may_be_suspended(p)) {
        open_[p].unflagged(state.isa, lists.front(), state.suspended.row(p));
        lists = {&open_[p], 1};
      }
      sampler_.step(state, p, month, lists, terms.counted ? state.referred.row(p) : nullptr);
    }
    sampler_.finish_month(state);
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(sampler_); }

 private:
  const ReferralFlow& plan_;
  SourceSampler sampler_;
  std::vector<sim::LaneList> open_;  // [partner] without those that an exclusive partner suspends
};

}  // namespace

const Entry& referral_flow_entry() {
  static const std::vector<sim::ParameterSpec> parameters = all_parameters();
  static const Entry entry{.name = "referral flow",
                           .stream = stream::kReferralFlow,
                           .phases = {kReferrals, kCash},
                           .doc = "Leads from partners, and the deals they become.",
                           .parameters = parameters,
                           .given = [](const Setup& setup) { return !setup.partners.empty(); },
                           .make = make<ReferralFlow>};
  return entry;
}

}  // namespace partnersim
