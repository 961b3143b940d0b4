// Leads the focal firm gives back (MODEL.md, section 4), and what they bring in turn:
//
//   N_out,t ~ Poisson(A lambda_out + alpha_out N_in,t-1),   N_in,t has alpha_in N_out,t-1 among its intensities,
//
// both only while the partnership works. The focal firm gives: its functionality and shocks on its leads act, and g and
// xi, of the partner's shapes, are drawn for this arc, entity "<partner>.returns". Oracle: m_t = mu + Phi m_{t-1}.
// Word 0 of call 0 of (partner, month).
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "models/scenario/source_parameters.h"
#include "models/setup.h"
#include "models/sources/arrival_mixing.h"
#include "models/sources/lead_scale.h"
#include "models/streams.h"
#include "sim/rng/poisson.h"

namespace partnersim {
namespace {

// clang-format off
const std::array kParameters{
    drawn_spec("partner.*.returns.leads", "leads a month", kLeads, "customers you refer to the partner"),
    sim::ParameterSpec{.path = "partner.*.returns.alpha_in", .unit = "1", .range = {0, 100}, .fallback = 0.0,
                       .doc = "further leads for each one you gave last month", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.returns.alpha_out", .unit = "1", .range = {0, 100}, .fallback = 0.0,
                       .doc = "further leads you give for each one received last month", .source = "neutral"},
};
// clang-format on

class Reciprocity final : public ProcessOf<Reciprocity> {
 public:
  explicit Reciprocity(Setup& setup) : partners_(setup.partners.size()) {
    setup.need(Need::referred);
    setup.need(Need::returned);
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      const std::string path = setup.partners[p].path + ".returns";
      if (!setup.scenario.has_table(path)) continue;
      arcs_.push_back({p,
                       {setup.partners[p].entity, stream::kReciprocity, 0, 0},
                       setup.parameter(path + ".leads"),
                       setup.scenario.number(path + ".alpha_out"),
                       lead_scale(setup, setup.partners[p], Giver::focal_firm),
                       std::nullopt,
                       ArrivalMixing::of_months(setup, setup.partners[p].path, path)});
      if (const std::string& partner = setup.partners[p].path; setup.scenario.given(partner + ".spread_shape"))
        arcs_.back().spread =
            setup.drawn(path + ".spread", gamma_of_mean_one(setup.scenario.number(partner + ".spread_shape")), "1",
                        "factor on the leads given to the partner");
      if (arcs_.back().leads.is_zero() && arcs_.back().alpha_out == 0.0)
        setup.problems.add(setup.scenario.mark(path), fmt::format("{} has no effect", path),
                           "nothing is ever given, for it has neither leads nor alpha_out",
                           "Add a line such as leads = 2");
      const double product = setup.scenario.number(path + ".alpha_in") * arcs_.back().alpha_out;
      if (product >= 1.0)
        setup.problems.add(setup.scenario.mark(path + ".alpha_in"),
                           fmt::format("{}: alpha_in times alpha_out is {:.3g}", path, product),
                           "leads given back and forth would grow without end", "Their product must be below 1.");
    }
    std::vector<double> resolutions(setup.partners.size(), 1.0);
    total_ = setup.member_total(
        {"leads_returned", "1", "Leads returned", "Mean number of customers referred to the partner.", resolutions});
  }

  void expect_begin(Expectation& e) override {
    std::fill(e.returned.begin(), e.returned.end(), 0.0);
    expected_before_.assign(e.weight.size(), 0.0);
    e.values.member_totals["leads_returned"].assign(e.weight.size(), 0.0);
  }

  void expect(Expectation& e, int) override {
    for (const Arc& arc : arcs_) {
      const double a = scale(arc, e.month) * e.calendar * e.leads_factor * e.function[index(kFocalFirm)] *
                       e.leads_of[index(kFocalFirm)];
      const double works = e.weight[arc.partner] * (1.0 - e.suspended[arc.partner]);
      // What came last month counts where the partnership has outlived the month.
      const double loyal = (1.0 - e.suspended[arc.partner]) * arc.alpha_out * e.outlived(arc.partner);
      e.returned[arc.partner] = works * a * arc.leads.expected(e.month) + loyal * expected_before_[arc.partner];
      expected_before_[arc.partner] = e.referred[arc.partner];
      e.values.member_totals["leads_returned"][arc.partner] += e.running * e.returned[arc.partner];
    }
  }

  class Share;

 private:
  struct Arc {
    std::size_t partner;
    sim::Address address;
    Parameter leads;
    double alpha_out;
    LeadScale scale;
    std::optional<Parameter> spread;
    std::unique_ptr<const ArrivalMixing> mixing;
  };

  static double scale(const Arc& arc, int month) { return (*arc.scale)[static_cast<std::size_t>(month)]; }

  std::size_t partners_;
  std::vector<Arc> arcs_;
  int total_ = -1;
  std::vector<double> expected_before_;
};

class Reciprocity::Share final : public Work {
 public:
  Share(const Reciprocity& plan, std::size_t lanes)
      : plan_(plan),
        lambda_(plan.arcs_.size(), lanes),
        before_(plan.partners_, lanes),
        words_(4, lanes),
        rate_(sim::padded(lanes)),
        counts_(sim::padded(lanes)),
        positions_(counts_),
        sums_(plan.total_ >= 0 ? plan.partners_ : 0, lanes),
        sum_(sim::padded(lanes)) {
    for (const Arc& arc : plan.arcs_) mixings_.push_back(MixingWork::of(arc.mixing.get(), lanes));
  }

  void begin(State& state) override {
    state.returned.fill(0.0f);
    before_.fill(0.0f);
    if (state.pass == Pass::actual) sums_.fill(0.0);
    for (std::size_t a = 0; a < plan_.arcs_.size(); ++a) refresh(state, a);
  }

  void step(State& state, int) override {
    for (std::size_t a = 0; a < plan_.arcs_.size(); ++a) give(state, a);
  }

  void finish(State& state) override {
    for (std::size_t p = 0; p < sums_.rows(); ++p) {
      std::copy_n(sums_.row(p), state.count, sum_.begin());
      state.add_member_total(plan_.total_, p, sum_);
    }
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(lambda_, before_, sums_); }

 private:
  void refresh(const State& state, std::size_t a) {
    const Arc& arc = plan_.arcs_[a];
    float* lambda = lambda_.row(a);
    arc.leads.fill(state, lambda);
    if (!arc.spread) return;
    arc.spread->fill(state, rate_.data());
    for (std::size_t i = 0; i < state.count; ++i) lambda[i] *= rate_[i];
  }

  void give(State& state, std::size_t number) {
    const Arc& arc = plan_.arcs_[number];
    if (arc.leads.changes_in(state.month)) refresh(state, number);
    const float* lambda = lambda_.row(number);
    const std::size_t p = arc.partner;
    const sim::LaneList& list = state.lives.working(Setup::link_of(p));
    const std::size_t n = list.size();
    const auto a = static_cast<float>(scale(arc, state.month)) * state.calendar;
    const float* focal = state.function.row(kFocalFirm);
    const float* shock = state.leads_of.row(kFocalFirm);
    const std::uint32_t* suspended = state.may_be_suspended(p) ? state.suspended.row(p) : nullptr;
    const float* before = before_.row(p);
    const auto alpha = static_cast<float>(arc.alpha_out);
    for (std::size_t k = 0; k < n; ++k) {
      const std::uint32_t i = list[k];
      rate_[k] = a * state.leads.value[i];
      if (focal != nullptr) rate_[k] *= focal[i];
      if (shock != nullptr) rate_[k] *= shock[i];
    }
    if (mixings_[number]) mixings_[number]->apply(state, list, rate_.data(), nullptr, nullptr);
    for (std::size_t k = 0; k < n; ++k) {
      const std::uint32_t i = list[k];
      rate_[k] = suspended != nullptr && suspended[i] != 0 ? 0.0f : lambda[i] * rate_[k] + alpha * before[i];
    }
    sim::Address address = arc.address;
    address.month = static_cast<std::uint32_t>(state.month);
    const sim::Philox::Batch batch = state.batch(list);
    state.philox->words(state.isa, batch, address, sim::Philox::Words::in(words_));
    sim::poisson_counts(state.isa, {words_.row(0), rate_.data(), counts_.data(), positions_.data(), n},
                        {state.philox, batch, address});
    float* returned = state.returned.row(p);
    std::fill_n(returned, state.count, 0.0f);
    for (std::size_t k = 0; k < n; ++k) returned[list[k]] = static_cast<float>(static_cast<std::int32_t>(counts_[k]));
    std::copy_n(state.referred.row(p), state.count, before_.row(p));
    if (state.pass == Pass::actual && sums_.rows() != 0)
      for (std::size_t k = 0; k < n; ++k)
        if (state.stopped_in[list[k]] == 0) sums_.row(p)[list[k]] += static_cast<double>(returned[list[k]]);
  }

  const Reciprocity& plan_;
  std::vector<std::unique_ptr<MixingWork>> mixings_;  // [arc], null where months do not differ
  sim::Grid<float> lambda_;                           // [arc]
  sim::Grid<float> before_;                           // leads received last month
  sim::Grid<std::uint32_t> words_;
  sim::Lane<float> rate_;
  sim::Lane<std::uint32_t> counts_, positions_;
  sim::Grid<double> sums_;
  sim::Lane<double> sum_;
};

bool any_returns(const Setup& setup) {
  return std::any_of(setup.partners.begin(), setup.partners.end(),
                     [&](const Partner& partner) { return setup.scenario.has_table(partner.path + ".returns"); });
}

}  // namespace

const Entry& reciprocity_entry() {
  static const Entry entry{.name = "reciprocity",
                           .stream = stream::kReciprocity,
                           .phases = {kReferrals},
                           .doc = "Leads given to partners, and what they bring in turn.",
                           .parameters = kParameters,
                           .given = any_returns,
                           .make = make<Reciprocity>};
  return entry;
}

}  // namespace partnersim
