// Hours for partners cost own sales (MODEL.md, section 4): direct leads times (1 - hours used / owner's hours)+^zeta.
// Hours used are those of working partnerships and of managing many (money/complexity.h). Draws nothing.
#include <algorithm>
#include <array>

#include "models/money/complexity.h"
#include "models/setup.h"
#include "models/streams.h"
#include "sim/base/elementary.h"

namespace partnersim {
namespace {

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "firm.owner_hours",
                       .unit = "hours a month",
                       .range = {0, 10000, true},
                       .doc = "that the owner has for selling and for partners",
                       .needs = "firm.focus"},
    sim::ParameterSpec{.path = "firm.focus",
                       .unit = "1",
                       .range = {0, 10, true},
                       .usual = {0, 3},
                       .doc = "direct leads go with the share of the owner's hours left for selling, to this power",
                       .needs = "firm.owner_hours"},
};

class Focus final : public ProcessOf<Focus> {
 public:
  explicit Focus(Setup& setup)
      : owner_(setup.scenario.number("firm.owner_hours")),
        power_(setup.scenario.number("firm.focus")),
        complexity_(setup) {
    setup.changes(Common::direct);
    setup.couple();
    for (const Partner& partner : setup.partners) hours_.emplace_back(setup.laws(partner.path + ".hours"));
    if (!setup.has_direct)
      setup.report_idle("firm.focus", "there are no direct leads", "Add [firm.direct].");
    else if (!setup.scenario.has_disabled("partner") && !complexity_.any() &&
             std::none_of(setup.partners.begin(), setup.partners.end(),
                          [&](const Partner& partner) { return setup.scenario.given(partner.path + ".hours"); }))
      setup.report_idle("firm.focus", "no partner takes hours", "Add a line such as hours = 4 to a partner.");
  }

  void expect(Expectation& e, int) override {
    double used = complexity_.expected(e);
    for (std::size_t p = 0; p < hours_.size(); ++p) used += e.weight[p] * hours_[p].in(e.month);
    e.direct *= left(used);
  }

  class Share;

 private:
  double left(double used) const { return sim::math::pow(std::max(0.0, 1.0 - used / owner_), power_); }

  double owner_, power_;
  Complexity complexity_;
  std::vector<DatedNumber> hours_;  // [partner]
};

class Focus::Share final : public Work {
 public:
  Share(const Focus& plan, std::size_t lanes) : plan_(plan), used_(sim::padded(lanes)), counts_(used_) {}

  void step(State& state, int) override {
    std::fill_n(used_.data(), state.count, 0.0f);
    for (std::size_t p = 0; p < plan_.hours_.size(); ++p)
      if (const double hours = plan_.hours_[p].in(state.month); hours != 0.0)
        sim::add_to(state.isa, static_cast<float>(hours), state.lives.working(Setup::link_of(p)), used_.data());
    if (plan_.complexity_.any()) plan_.complexity_.add(state, 1.0, counts_.data(), used_.data());
    for (std::size_t i = 0; i < state.count; ++i)
      state.direct.value[i] *= static_cast<float>(plan_.left(static_cast<double>(used_[i])));
  }

 private:
  const Focus& plan_;
  sim::Lane<float> used_, counts_;  // hours of the month
};

}  // namespace

const Entry& focus_entry() {
  static const Entry entry{.name = "focus",
                           .stream = stream::kFocus,
                           .phases = {kPropagation},
                           .doc = "Hours for partners that the owner does not sell in.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return setup.scenario.given("firm.focus"); },
                           .make = make<Focus>};
  return entry;
}

}  // namespace partnersim
