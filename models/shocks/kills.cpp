#include "models/shocks/kills.h"

#include "models/streams.h"

namespace partnersim {

ShockKills::ShockKills(Setup& setup, const std::string& path, std::uint32_t number, const Target& target)
    : number_(number),
      network_(&setup.network()),
      firms_(target.firms),
      probability_(setup.scenario.number(path + ".kill")),
      threshold_(sim::threshold(probability_)) {
  for (const Firm firm : firms_) entities_.push_back(setup.entity(path + ">" + setup.firm_path(firm)));
}

// Coins of all targets together, for few lanes are struck at once.
void ShockKills::toss_all(State& state, std::uint32_t arrival, std::span<const std::uint32_t> lanes,
                          KillScratch& s) const {
  s.coins.clear();
  for (std::size_t k = 0; k < firms_.size(); ++k)
    for (const Link link : links_of(k)) {
      if (!state.lives.works(link)) continue;
      for (const std::uint32_t lane : lanes) {
        if (!state.lives.lives(link, lane)) continue;
        if (s.coins.full()) toss(state, arrival, s);
        s.links[s.coins.size()] = link;
        s.coins.add(lane, entities_[k]);
      }
    }
  toss(state, arrival, s);
}

void ShockKills::toss(State& state, std::uint32_t arrival, KillScratch& s) const {
  s.coins.draw(state, {0, stream::kShocks, static_cast<std::uint32_t>(state.month), arrival / 4});
  for (std::size_t i = 0; i < s.coins.size(); ++i)
    if (sim::coin(s.coins.word(arrival % 4)[i]) < threshold_)
      state.kills.push_back({s.links[i], s.coins.lane(i), number_});
  s.coins.clear();
}

void ShockKills::toss_one(State& state, std::uint32_t arrival, std::uint32_t lane, std::uint32_t position) const {
  if (firms_[position] == kFocalFirm) return;
  const sim::Address address{entities_[position], stream::kShocks, static_cast<std::uint32_t>(state.month),
                             arrival / 4};
  const auto words = state.philox->words(state.first_replication + lane, address);
  if (sim::coin(words[arrival % 4]) < threshold_)
    for (const Link link : links_of(position)) state.kills.push_back({link, lane, number_});
}

void ShockKills::carry_out(State& state) {
  std::size_t kept = 0;
  for (const State::Kill& kill : state.kills)
    if (state.lives.end(kill.link, kill.lane, Cause::shock)) state.kills[kept++] = kill;
  state.kills.resize(kept);
}

void ShockKills::expect(Expectation& e, const ShockArrivals& arrivals, double share) const {
  if (probability_ == 0.0) return;
  const double survived = arrivals.expected_product(e.month, 1.0 - probability_ * share);
  for (std::size_t k = 0; k < firms_.size(); ++k)
    for (const Link link : links_of(k)) {
      e.lost_to_shocks += e.alive[index(link)] * (1.0 - survived);
      e.alive[index(link)] *= survived;
    }
}

}  // namespace partnersim
