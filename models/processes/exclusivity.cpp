// Exclusive partnerships (MODEL.md, section 17): while one works, the partners it names are suspended: they send no
// leads, but grow older and may leave. Where partnerships hold back each other, directly or through others, the older
// one does, by start and then by id: an agreement cannot bind one that is bound already. Draws nothing.
#include <algorithm>
#include <array>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/shocks/targets.h"
#include "models/story.h"
#include "models/streams.h"

namespace partnersim {
namespace {

// clang-format off
constexpr std::array kParameters{
    sim::ParameterSpec{.path = "partner.*.exclusive", .kind = sim::Kind::texts,
                       .doc = "partners that send nothing while this one works; '*' matches any part of an id",
                       .source = "neutral"},
};
// clang-format on

class Exclusivity final : public ProcessOf<Exclusivity> {
 public:
  explicit Exclusivity(Setup& setup) {
    setup.suspendable.assign(setup.partners.size(), 0);
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      const std::string path = setup.partners[p].path + ".exclusive";
      sim::Node names{setup.scenario.mark(path), sim::ArrayNode{}};
      for (const std::string& name : setup.scenario.texts(path))
        std::get<sim::ArrayNode>(names.value).push_back({setup.scenario.mark(path, name), name});
      const std::vector<std::size_t> others = named_partners(setup, names, path);
      for (const std::size_t other : others) {
        if (other == p) continue;
        pairs_.push_back({p, other});
        setup.suspendable[other] = 1;
      }
      if (others == std::vector{p})
        setup.problems.add(names.mark, fmt::format("{} names only the partner itself", path), "it holds back others",
                           "Name another partner, or leave it out.");
    }
    drop_circles(setup);
    setup.couple();
  }

  void expect(Expectation& e, int) override {
    std::fill(e.suspended.begin(), e.suspended.end(), 0.0);
    for (const auto& [holder, other] : pairs_)
      e.suspended[other] = 1.0 - (1.0 - e.suspended[other]) * (1.0 - e.weight[holder]);
  }

  class Share;

 private:
  struct Pair {
    std::size_t holder, other;
  };

  // Of each circle of agreements, those that would hold back an older partnership. A circle lies within one strongly
  // connected component of who holds back whom.
  void drop_circles(Setup& setup) {
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> holds(setup.partners.size());
    for (const Pair& pair : pairs_) boost::add_edge(pair.holder, pair.other, holds);
    std::vector<std::size_t> circle(setup.partners.size());
    boost::strong_components(holds, circle.data());
    const auto is_older = [&](std::size_t a, std::size_t b) {
      return std::pair(setup.partners[a].start, a) < std::pair(setup.partners[b].start, b);
    };
    const auto is_void = [&](const Pair& pair) {
      return circle[pair.holder] == circle[pair.other] && is_older(pair.other, pair.holder);
    };
    const auto first = std::find_if(pairs_.begin(), pairs_.end(), is_void);
    if (first == pairs_.end()) return;
    const auto others = std::count_if(first + 1, pairs_.end(), is_void);
    setup.warnings.push_back(fmt::format("{} does not hold back {}, which is older and holds it back{}",
                                         setup.partners[first->holder].path, setup.partners[first->other].path,
                                         others == 0 ? "" : fmt::format("; {} more alike", others)));
    std::erase_if(pairs_, is_void);
  }

  std::vector<Pair> pairs_;
};

class Exclusivity::Share final : public Work {
 public:
  Share(const Exclusivity& plan, std::size_t) : plan_(plan) {}

  void tell(const State& state, int, Story& story) override {
    told_.resize(state.suspended.rows(), 0);
    for (std::size_t p = 0; p < told_.size(); ++p) {
      const std::uint32_t now = state.suspended.row(p)[0];
      if (now == told_[p] || !state.lives.works(Setup::link_of(p))) continue;
      told_[p] = now;
      const std::string& who = story.setup.partners[p].label;
      story.tell(state, now != 0 ? "suspended" : "resumed", who, "exclusivity",
                 who + (now != 0 ? " is suspended by an exclusive partner" : " works again"));
    }
  }

  void step(State& state, int) override {
    for (std::size_t p = 0; p < state.suspendable.size(); ++p)
      if (state.may_be_suspended(p)) std::fill_n(state.suspended.row(p), state.count, 0u);
    for (const auto& [holder, other] : plan_.pairs_) {
      std::uint32_t* suspended = state.suspended.row(other);
      for (const std::uint32_t lane : state.lives.working(Setup::link_of(holder))) suspended[lane] = 1;
    }
  }

 private:
  const Exclusivity& plan_;
  std::vector<std::uint32_t> told_;  // [partner] suspended, as told last
};

bool any_exclusive(const Setup& setup) {
  return std::any_of(setup.partners.begin(), setup.partners.end(), [&](const Partner& partner) {
    return !setup.scenario.texts(partner.path + ".exclusive").empty();
  });
}

}  // namespace

const Entry& exclusivity_entry() {
  static const Entry entry{.name = "exclusivity",
                           .stream = stream::kExclusivity,
                           .phases = {kOpen},
                           .doc = "Partners suspended while an exclusive one works.",
                           .parameters = kParameters,
                           .given = any_exclusive,
                           .make = make<Exclusivity>};
  return entry;
}

}  // namespace partnersim
