// Poisson counts of large rates by transformed rejection. Internal to sim/rng; sim/rng/poisson.h says when.
//
// PTRS: W. Hoermann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics
// and Economics 12 (1993), algorithm PTRS; valid for rates of at least 10. Attempts of all cells are drawn and weighed
// together, those refused go on to the next one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/lanes/lane.h"
#include "sim/rng/poisson.h"

namespace sim {

// Cells of a batch that are worked on together, copied side by side.
struct PoissonCells {
  std::size_t size = 0;
  std::array<std::uint32_t, kStage> at{};  // in the batch
  alignas(kCacheLine) std::array<std::uint32_t, kStage> words{}, lanes{}, low{}, high{}, counts{}, scratch{};
  alignas(kCacheLine) std::array<float, kStage> rates{};

  // Moves cell i to the front, where the next one overwrites it unless `to` goes on.
  void keep(std::size_t i, std::size_t to) {
    at[to] = at[i];
    lanes[to] = lanes[i];
    low[to] = low[i];
    high[to] = high[i];
    rates[to] = rates[i];
  }
};

// counts[cells.at[i]] = the count of cell i; leaves no cells behind. Reads rates and lanes of the cells.
void poisson_by_rejection(Isa isa, PoissonCells& cells, const PoissonAttempts& attempts, std::uint32_t* counts);

}  // namespace sim
