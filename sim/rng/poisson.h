// Poisson counts over lanes, exact in law up to single-precision rounding of the distribution
// function (3e-7 for rates of a few, below 2e-6 at 30), with the upper tail in double precision.
//
// Rates up to kInversionLimit: inversion of one word, N = #{k >= 0 : u < P(N > k)}, monotone in the
// word and in the rate, so that shared random numbers stay shared when a rate moves. The heavy tail
// lies at small u. Above the limit: transformed rejection (PTRS, W. Hoermann 1993), whose attempts
// have addresses of their own. Rates beyond 2e9, whose counts 32 bits could not hold, count as 2e9.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/rng/philox.h"

namespace sim {

inline constexpr float kInversionLimit = 30.0f;

// Words and rates may be read, and counts written, up to overrun(count) (lane.h).
struct PoissonBatch {
  const std::uint32_t* words;  // one word a count
  const float* rates;          // >= 0
  std::uint32_t* counts;       // out
  std::uint32_t* scratch;      // room for padded(count) positions
  std::size_t count;
};

// Where rejection attempts draw from: attempt k of lane[i] uses the two words of call
// first_attempt + k at `address`. Different counts of one cell take different `first_attempt`.
struct PoissonAttempts {
  const Philox* philox;
  Philox::Batch batch;  // the same lanes as the words, in the same order
  Address address;
  std::uint32_t first_attempt = kFirstAttempt;
  const Philox::Entities* entities = nullptr;  // of each count; null: that of the address
};

// Returns the largest rate.
float poisson_counts(Isa isa, const PoissonBatch& batch, const PoissonAttempts& attempts);

// One count by inversion, the reference for every lane: the same bits as poisson_counts.
std::uint32_t poisson_by_inversion(std::uint32_t word, float rate);

}  // namespace sim
