// Whom revenue comes through (MODEL.md, section 14): by type and by sector of partners, and how much hangs on few. With
// s_p a partner's share of all revenue through partners
//
//   Herfindahl index  sum of s_p^2      effective partners  1 over it
//   top share         of the largest partner in all revenue
//
// Missing where there is nothing to share. Draws nothing.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "models/setup.h"
#include "models/streams.h"
#include "sim/base/missing.h"

namespace partnersim {
namespace {

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "output.breakdown",
                       .kind = sim::Kind::boolean,
                       .fallback = 0.0,
                       .doc = "revenue by type and sector of partners, and how concentrated it is",
                       .source = "neutral"},
};

class Breakdown final : public ProcessOf<Breakdown> {
 public:
  explicit Breakdown(Setup& setup) : first_partner_(setup.source_of_partner(0)), partners_(setup.partners.size()) {
    setup.need(Need::by_source);
    group(setup, "type", [](const Partner& partner) { return partner.type; });
    group(setup, "sector", [](const Partner& partner) { return partner.sector; });
    const auto share = [&](const char* name, const char* long_name, const char* definition) {
      sim::Column column{name, "1", long_name, definition, true};
      column.may_be_missing = true;
      return setup.outcome(std::move(column));
    };
    herfindahl_ = share("herfindahl_index", "Concentration of partners",
                        "Sum of squared shares of partners in the revenue through partners: 1 when all comes through "
                        "one; missing when nothing does.");
    sim::Column effective{"effective_partners", "1", "Effective partners",
                          "As many equal partners would be as concentrated; missing when nothing comes through any."};
    effective.may_be_missing = true;
    effective_ = setup.outcome(std::move(effective));
    top_ = share("top_share", "Share of the largest partner",
                 "Largest share that one partner has in all revenue; missing when there is none.");
  }

  void expect(Expectation&, int) override {}

  void expect_finish(Expectation& e) override {
    const std::vector<double>& revenue = e.values.member_totals["revenue"];
    for (const Group& group : groups_) {
      double& sum = e.values.outcomes[group.name] = 0.0;
      for (const std::size_t p : group.partners) sum += revenue[p];
    }
    Shares shares;
    for (const double value : revenue) shares.add(value);
    e.values.outcomes["herfindahl_index"] = shares.index();
    e.values.outcomes["effective_partners"] = 1.0 / shares.index();
    e.values.outcomes["top_share"] = shares.largest / e.values.outcomes["revenue"];
  }

  class Share;

 private:
  struct Group {
    std::string name;
    std::vector<std::size_t> partners;
    int column;
  };
  struct Shares {
    double sum = 0.0, squares = 0.0, largest = 0.0;
    void add(double revenue) {
      sum += revenue;
      squares += revenue * revenue;
      largest = std::max(largest, revenue);
    }
    double index() const { return sum > 0.0 ? squares / (sum * sum) : sim::kMissing; }
  };

  // "Food & drink" as a part of a name: food_drink.
  static std::string as_name(const std::string& text) {
    std::string name;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0)
        name += static_cast<char>(std::tolower(byte));
      else if (!name.empty() && name.back() != '_')
        name += '_';
    }
    return name;
  }

  template <class Of>
  void group(Setup& setup, const char* what, const Of& of) {
    std::map<std::string, std::vector<std::size_t>> found;
    for (std::size_t p = 0; p < partners_; ++p)
      if (const std::string& text = of(setup.partners[p]); !text.empty()) found[text].push_back(p);
    std::map<std::string, std::string> names;
    for (auto& [text, partners] : found) {
      const std::string name = fmt::format("revenue_by_{}_{}", what, as_name(text));
      const auto [other, is_new] = names.emplace(name, text);
      if (!is_new)
        setup.problems.add(setup.scenario.mark(setup.partners[partners.front()].path + "." + what),
                           fmt::format("{}s \"{}\" and \"{}\" would have one name", what, other->second, text),
                           fmt::format("both are {}", name), "Write one of them differently.");
      else
        groups_.push_back(
            {name, std::move(partners),
             setup.outcome({name, setup.currency, fmt::format("Revenue through {}: {}", what, text),
                            fmt::format("What was booked of customers of partners whose {} is {}.", what, text)})});
    }
  }

  std::size_t first_partner_, partners_;
  std::vector<Group> groups_;
  int herfindahl_ = -1, effective_ = -1, top_ = -1;
};

class Breakdown::Share final : public Work {
 public:
  Share(const Breakdown& plan, std::size_t lanes)
      : plan_(plan), sum_(sim::padded(lanes)), index_(sum_), effective_(sum_), top_(sum_) {}

  void step(State&, int) override {}

  void finish(State& state) override {
    const auto revenue = [&](std::size_t p) { return state.revenue_by_source->row(plan_.first_partner_ + p); };
    for (const Group& group : plan_.groups_) {
      std::fill_n(sum_.data(), state.count, 0.0);
      for (const std::size_t p : group.partners)
        for (std::size_t i = 0; i < state.count; ++i) sum_[i] += revenue(p)[i];
      state.write(group.column, sum_.data());
    }
    const double* all = state.running.at("revenue")->data();
    for (std::size_t i = 0; i < state.count; ++i) {
      Shares shares;
      for (std::size_t p = 0; p < plan_.partners_; ++p) shares.add(revenue(p)[i]);
      index_[i] = shares.index();
      effective_[i] = 1.0 / shares.index();
      top_[i] = all[i] > 0.0 ? shares.largest / all[i] : sim::kMissing;
    }
    state.write(plan_.herfindahl_, index_.data());
    state.write(plan_.effective_, effective_.data());
    state.write(plan_.top_, top_.data());
  }

 private:
  const Breakdown& plan_;
  sim::Lane<double> sum_, index_, effective_, top_;
};

}  // namespace

const Entry& breakdown_entry() {
  static const Entry entry{
      .name = "breakdown",
      .stream = stream::kBreakdown,
      .phases = {},
      .doc = "Whom revenue comes through, and how much hangs on few.",
      .parameters = kParameters,
      .given = [](const Setup& setup) { return setup.scenario.flag("output.breakdown") && !setup.partners.empty(); },
      .make = make<Breakdown>};
  return entry;
}

}  // namespace partnersim
