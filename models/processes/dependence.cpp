// Loss without a partner (MODEL.md, section 14): revenue within the horizon, less that of the same futures with the
// partner removed from month 1. Where nothing feeds back that is the partner's own revenue, for every partner at no
// cost; else each partner asked for is a further pass of every block, on shared draws.
#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include <fmt/format.h>

#include "models/counterfactual.h"
#include "models/deal_values.h"
#include "models/setup.h"
#include "models/streams.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "output.without", .kind = sim::Kind::text,
                       .doc = "partners whose loss is measured: \"top 5\" (by leads, close rate and deal value), \"all\", or an id", .source = "neutral"},
};

// Some figure of one partner depends on what others do.
bool feeds_back(const Setup& setup) {
  const sim::Scenario& scenario = setup.scenario;
  if (scenario.given("firm.capacity") || scenario.given("firm.cash") || scenario.given("firm.direct.word_of_mouth")) return true;
  for (const Partner& partner : setup.partners)
    if (!scenario.texts(partner.path + ".exclusive").empty()) return true;
  for (const std::string& id : scenario.ids("shock"))
    if (const sim::Node& target = scenario.tree("shock." + id + ".target"); target.find("count") != nullptr || target.find("top") != nullptr) return true;
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
  ids.insert(ids.end(), {"all", "top 5"});
  setup.problems.add(setup.scenario.mark("output.without"), fmt::format("output.without = \"{}\" names no partner", text), {}, sim::did_you_mean(text, ids, "It may be"));
  return {};
}

class Dependence final : public Process, public Counterfactual {
 public:
  explicit Dependence(Setup& setup)
      : attributed_(!feeds_back(setup)),
        chosen_(chosen_partners(setup)),
        has_direct_(setup.has_direct),
        actual_(sim::padded(setup.lanes)),
        own_(attributed_ ? setup.partners.size() : 0, setup.lanes) {
    std::vector<double> resolutions;
    for (const Partner& partner : setup.partners) resolutions.push_back(partner.money_resolution);
    total_ = setup.member_total({"loss_without", setup.currency, "Loss without the partner",
                                 attributed_ ? "Mean revenue lost without it from month 1: its own, for nothing feeds back."
                                             : "Mean revenue lost without it from month 1, on the same draws; missing where it was not asked for.",
                                 resolutions});
    if (!attributed_ && total_ >= 0) setup.counterfactuals.push_back(this);
  }

  void begin(State& state) override {
    if (state.pass == Pass::actual) own_.fill(0.0);
  }

  void step(State& state, int) override {
    if (state.pass != Pass::actual) return;
    for (std::size_t p = 0; p < own_.rows(); ++p) {
      const float* sales = state.sales.row(p + (has_direct_ ? 1 : 0));
      for (std::size_t i = 0; i < state.count; ++i) own_.row(p)[i] += static_cast<double>(sales[i]);
    }
  }

  void finish(State& state) override {
    actual_ = *state.running.at("revenue");
    sim::Lane<double> loss(actual_.size());
    for (std::size_t p = 0; p < own_.rows() && total_ >= 0; ++p) {
      std::copy_n(own_.row(p), state.count, loss.begin());
      state.add_member_total(total_, p, loss);
    }
  }

  void expect(Expectation&, int) override {}

  std::size_t passes() const override { return chosen_.size(); }

  bool open(State& state, std::size_t pass) override {
    state.pass = Pass::without;
    state.removed_partner = chosen_[pass];
    std::iota(state.lanes.begin(), state.lanes.begin() + static_cast<std::ptrdiff_t>(state.count), 0u);
    state.lane_count = state.count;
    return true;
  }

  void close(State& state, std::size_t pass) override {
    sim::Lane<double> loss = *state.running.at("revenue");
    for (std::size_t i = 0; i < state.count; ++i) loss[i] = actual_[i] - loss[i];
    state.add_member_total(total_, chosen_[pass], loss);
  }

 private:
  const bool attributed_;
  std::vector<std::size_t> chosen_;
  const bool has_direct_;
  sim::Lane<double> actual_;
  sim::Grid<double> own_;  // [partner] revenue, where nothing feeds back
  int total_ = -1;
};

}  // namespace

const Entry& dependence_entry() {
  static const Entry entry{
      "dependence", stream::kDependence, {kRecord}, "What the firm would lose without a partner.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.scenario.given("output.without") && !setup.partners.empty() ? std::make_unique<Dependence>(setup) : nullptr;
      }};
  return entry;
}

}  // namespace partnersim
