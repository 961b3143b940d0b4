// Partnerships that a shock ends (MODEL.md, sections 0 and 2): each arrival throws a coin for each target of its own,
// so that the shock-free twin of an untouched partnership ends when it does. Coins are from stream 3, entity
// "<shock>><target>", month t, arrival j: word j % 4 of call j / 4.
//
// All arrivals of a month meet the partnerships that live at its start, whatever the order of shocks in the scenario;
// what their coins decide is carried out after the last.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/cell_words.h"
#include "models/setup.h"
#include "models/shocks/arrivals.h"
#include "models/shocks/targets.h"

namespace partnersim {

// Work space one worker shares among its shocks: coins waiting for words, and whose they are.
struct KillScratch {
  explicit KillScratch(std::size_t lanes) : coins(lanes), links(lanes) {}
  CellWords coins;
  std::vector<Link> links;
};

class ShockKills {
 public:
  // Reads <path>.kill; `number` is the shock's, in the order of ids.
  ShockKills(Setup& setup, const std::string& path, std::uint32_t number, const Target& target);

  // Whether an arrival may end anything.
  bool any() const { return threshold_ != 0; }
  // Arrival `arrival` of the month strikes all of the pool, in these lanes; or one of it, at a position.
  void toss_all(State& state, std::uint32_t arrival, std::span<const std::uint32_t> lanes, KillScratch& scratch) const;
  void toss_one(State& state, std::uint32_t arrival, std::uint32_t lane, std::uint32_t position) const;
  // Ends what the coins of all shocks of the month have decided; of several shocks the first by id is the
  // cause.
  static void carry_out(State& state);
  // The same in expectation, where each of the pool is struck with probability `share`.
  void expect(Expectation& e, const ShockArrivals& arrivals, double share) const;

 private:
  void toss(State& state, std::uint32_t arrival, KillScratch& scratch) const;
  // What a kill of one of the pool ends: the links that meet the firm. The focal firm is not killed.
  std::span<const Link> links_of(std::size_t position) const {
    return firms_[position] == kFocalFirm ? std::span<const Link>{} : network_->links_of(firms_[position]);
  }

  std::uint32_t number_;
  const Topology* network_;
  std::vector<Firm> firms_;  // the pool
  double probability_;
  std::uint32_t threshold_;
  std::vector<std::uint64_t> entities_;  // of coins: [position in the pool]
};

}  // namespace partnersim
