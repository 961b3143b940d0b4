// Which firms of its pool an arrival of a shock strikes in a lane (MODEL.md, section 2; models/shocks/targets.h says
// how a scenario writes it). Draws from stream 3, entity "<shock>~<target>", month t, call = arrival j: word 0 selects.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "models/cell_words.h"
#include "models/shocks/targets.h"

namespace partnersim {

struct Arrival {
  std::uint32_t number;  // of the month, from 0
  std::uint32_t lane;
};

// Work space one worker shares among its shocks.
struct SelectionScratch {
  explicit SelectionScratch(std::size_t largest_pool) : candidates(largest_pool) {}
  std::vector<std::uint32_t> chosen;
  std::vector<std::tuple<double, std::uint32_t, std::uint32_t>> order;  // rank, word, position
  CellWords candidates;
};

class ShockSelection {
 public:
  // `path` is the shock's.
  ShockSelection(Setup& setup, const std::string& path, const Target& target);

  // Positions in the pool: all of it, each with the target's probability, or so many of the live ones, those with the
  // smallest words or with the largest revenue (`revenue` by firm; used by `top` only). Revenues that are equal but for
  // rounding are a tie, which words decide, so that it does not matter where a partner is written.
  // Valid as long as `scratch` is not used again.
  std::span<const std::uint32_t> choose(const State& state, const Arrival& arrival, const sim::Grid<double>& revenue,
                                        SelectionScratch& scratch) const;
  std::size_t pool() const { return entities_.size(); }
  // The words of one firm of the pool; those a selection looks at are their words 0.
  std::array<std::uint32_t, 4> words(const State& state, const Arrival& arrival, std::uint32_t position) const;

 private:
  bool is_live(const State& state, Firm firm, std::uint32_t lane) const;

  const Topology* network_;
  Target target_;
  double typical_sale_;
  std::vector<std::uint64_t> entities_;  // [position in the pool]
};

}  // namespace partnersim
