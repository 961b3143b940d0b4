#include "models/dependence.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include <fmt/format.h>

#include "models/money/resolution.h"
#include "models/scenario/switched_off.h"
#include "models/sources/deal_values.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

// Some figure of one partner depends on what others do.
bool feeds_back(const Setup& setup) {
  const sim::Scenario& scenario = setup.scenario;
  if (scenario.given("firm.capacity") || scenario.given("firm.cash") || scenario.given("firm.direct.word_of_mouth"))
    return true;
  for (const Partner& partner : setup.partners)
    if (!scenario.texts(partner.path + ".exclusive").empty()) return true;
  for (const std::string& id : scenario.ids("shock"))
    if (const sim::Node& target = scenario.tree("shock." + id + ".target");
        target.find("count") != nullptr || target.find("top") != nullptr)
      return true;
  return false;
}

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

}  // namespace

bool asks_for_losses(const sim::Scenario& scenario) {
  return scenario.given("output.without") && scenario.text("output.without") != "none";
}

Dependence::Dependence(Setup& setup)
    : attributed_(!feeds_back(setup)),
      chosen_(chosen_partners(setup)),
      first_partner_(setup.source_of_partner(0)),
      partners_(setup.partners.size()),
      actual_(sim::padded(setup.lanes)),
      loss_(actual_) {
  std::vector<double> resolutions;
  // What a small partner's loss costs others may be large: sized by these too.
  for (const Partner& partner : setup.partners)
    resolutions.push_back(money_resolution(partner.typical_sale, setup.typical_sale * 0x1p36));
  std::vector<std::uint8_t> absent(partners_, 1);
  for (const std::size_t p : chosen_) absent[p] = 0;
  total_ = setup.member_total(
      {"loss_without", setup.currency, "Loss without the partner",
       attributed_
           ? "Mean revenue lost without it from month 1: its own, for nothing feeds back; missing where it was not "
             "asked "
             "for."
           : "Mean revenue lost without it from month 1, on the same draws; missing where it was not asked for.",
       resolutions, absent, true});
}

void Dependence::after_actual(State& state) {
  if (total_ < 0) return;
  actual_ = *state.running.at("revenue");
  if (!attributed_) return;
  for (const std::size_t p : chosen_) {
    std::copy_n(state.revenue_by_source->row(first_partner_ + p), state.count, loss_.begin());
    state.add_member_total(total_, p, loss_);
  }
}

bool Dependence::open(State& state, std::size_t pass) {
  state.pass = Pass::without;
  state.removed_partner = chosen_[pass];
  state.lanes.all(state.count);
  return true;
}

void Dependence::close(State& state, std::size_t pass) {
  const sim::Lane<double>& without = *state.running.at("revenue");
  for (std::size_t i = 0; i < state.count; ++i) loss_[i] = actual_[i] - without[i];
  state.add_member_total(total_, chosen_[pass], loss_);
}

}  // namespace partnersim
