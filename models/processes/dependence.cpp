// Loss without a partner (MODEL.md, section 14): revenue within the horizon, less that of the same futures with the
// partner removed from month 1. Where nothing feeds back that is the partner's own revenue, for every partner at no
// cost; else each partner asked for is a further pass of every block, on shared draws. Draws nothing.
#include <algorithm>
#include <charconv>
#include <numeric>

#include <fmt/format.h>

#include "models/money/resolution.h"
#include "models/scenario/switched_off.h"
#include "models/setup.h"
#include "models/sources/deal_values.h"
#include "models/streams.h"
#include "sim/base/counted.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

// Revenue a month by the means of what is given: enough to rank by.
double nominal_revenue(Setup& setup, const Partner& partner) {
  const std::string& path = partner.path;
  const double months = std::max(0, setup.months - partner.start + 1);
  return months * setup.parameter(path + ".leads").expected(1) * setup.parameter(path + ".close_rate").expected(1) *
         DealValues::mean_of(setup.scenario.law(path + ".deal_value"));
}

std::vector<std::size_t> chosen_partners(Setup& setup) {
  std::vector<std::size_t> order(setup.partners.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> size;
  for (const Partner& partner : setup.partners) size.push_back(nominal_revenue(setup, partner));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
  const std::string& text = setup.scenario.text("output.without");
  if (text == "all") return order;
  std::size_t top = 0;
  if (text.starts_with("top ")) {
    const auto [end, error] = std::from_chars(text.data() + 4, text.data() + text.size(), top);
    if (error == std::errc{} && end == text.data() + text.size() && top > 0) {
      order.resize(std::min(order.size(), top));
      return order;
    }
  }
  std::vector<std::string_view> ids;
  for (std::size_t p = 0; p < setup.partners.size(); ++p) {
    if (setup.partners[p].id == text) return {p};
    ids.push_back(setup.partners[p].id);
  }
  if (is_switched_off(setup.scenario, "partner", text)) return {};
  ids.insert(ids.end(), {"all", "top 5", "none"});
  setup.problems.add(setup.scenario.mark("output.without"),
                     fmt::format("output.without = \"{}\" names no partner", text), {},
                     sim::did_you_mean(text, ids, "It may be"));
  return {};
}

class Dependence final : public ProcessOf<Dependence> {
 public:
  explicit Dependence(Setup& setup) : first_partner_(setup.source_of_partner(0)) {
    if (setup.partners.empty()) {
      if (!setup.scenario.has_disabled("partner"))
        setup.report_idle("output.without", "there are no partners", "Leave it out.");
      return;
    }
    chosen_ = chosen_partners(setup);
    if (!setup.scenario.flag("output.partners"))
      setup.report_idle("output.without", "it is a figure of each partner, and partners = false",
                        "Write partners = true.");
  }

  void bind(Setup& setup) override {
    if (setup.partners.empty()) return;
    attributed_ = !setup.is_coupled();
    std::vector<double> resolutions;
    // What a small partner's loss costs others may be large: sized by these too.
    for (const Partner& partner : setup.partners)
      resolutions.push_back(money_resolution(partner.typical_sale, setup.typical_sale * 0x1p36));
    std::vector<std::uint8_t> absent(setup.partners.size(), 1);
    for (const std::size_t p : chosen_) absent[p] = 0;
    total_ = setup.member_total(
        {"loss_without", setup.currency, "Loss without the partner",
         attributed_
             ? "Mean revenue lost without it from month 1: its own, for nothing feeds back; missing where it was not "
               "asked "
               "for."
             : "Mean revenue lost without it from month 1, on the same draws; missing where it was not asked for.",
         resolutions, absent, true});
    if (passes() > 0)
      setup.warnings.push_back(
          fmt::format("output.without simulates every future {} more, because what one partner does acts on others",
                      sim::counted(passes(), "time")));
  }

  // The twin of means has no losses.
  void expect(Expectation&, int) override {}

  class Share;

 private:
  std::size_t passes() const { return attributed_ || total_ < 0 ? 0 : chosen_.size(); }

  std::size_t first_partner_;
  std::vector<std::size_t> chosen_;
  bool attributed_ = true;
  int total_ = -1;
};

class Dependence::Share final : public Work, public Counterfactual {
 public:
  Share(const Dependence& plan, std::size_t lanes) : plan_(plan), actual_(sim::padded(lanes)), loss_(actual_) {}

  void step(State&, int) override {}

  Counterfactual* counterfactual() override { return this; }
  std::size_t passes() const override { return plan_.passes(); }

  void after_actual(State& state) override {
    if (plan_.total_ < 0) return;
    actual_ = *state.running.at("revenue");
    if (!plan_.attributed_) return;
    for (const std::size_t p : plan_.chosen_) {
      std::copy_n(state.revenue_by_source->row(plan_.first_partner_ + p), state.count, loss_.begin());
      state.add_member_total(plan_.total_, p, loss_);
    }
  }

  bool open(State& state, std::size_t pass) override {
    state.pass = Pass::without;
    state.removed_partner = plan_.chosen_[pass];
    state.removed_source = plan_.first_partner_ + state.removed_partner;
    state.lanes.all(state.count);
    return true;
  }

  void close(State& state, std::size_t pass) override {
    const sim::Lane<double>& without = *state.running.at("revenue");
    for (std::size_t i = 0; i < state.count; ++i) loss_[i] = actual_[i] - without[i];
    state.add_member_total(plan_.total_, plan_.chosen_[pass], loss_);
  }

 private:
  const Dependence& plan_;
  sim::Lane<double> actual_, loss_;
};

}  // namespace

const Entry& dependence_entry() {
  static const Entry entry{.name = "dependence",
                           .stream = stream::kDependence,
                           .phases = {},
                           .doc = "What is lost without a partner.",
                           .parameters = {},
                           .given =
                               [](const Setup& setup) {
                                 return setup.scenario.given("output.without") &&
                                        setup.scenario.text("output.without") != "none";
                               },
                           .make = make<Dependence>};
  return entry;
}

}  // namespace partnersim
