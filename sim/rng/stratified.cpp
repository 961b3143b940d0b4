#include "sim/rng/stratified.h"

#include "sim/base/owen.h"

namespace sim {
namespace {

// Call 0 of the parameter stream holds the words of independent draws.
constexpr std::uint32_t kSeedCall = 1;

SIM_INLINE std::uint32_t word_of(std::uint32_t unit, std::uint32_t shuffle, std::uint32_t scramble) {
  return owen_scramble(reverse_bits(owen_scramble(unit / kBatches, shuffle)), scramble);
}

}  // namespace

StratifiedWords::StratifiedWords(const Philox& philox, std::uint64_t entity) {
  for (std::uint32_t batch = 0; batch < kBatches; ++batch) {
    const auto seeds = philox.words(batch, {entity, kParameterStream, 0, kSeedCall});
    shuffle_[batch] = seeds[0];
    scramble_[batch] = seeds[1];
  }
}

std::uint32_t StratifiedWords::word(std::uint32_t unit) const {
  const std::uint32_t batch = unit % kBatches;
  return word_of(unit, shuffle_[batch], scramble_[batch]);
}

void StratifiedWords::words(Isa isa, std::uint32_t first, std::size_t count, std::uint32_t* out) const {
  const std::uint32_t* shuffle = shuffle_.data();
  const std::uint32_t* scramble = scramble_.data();
  on_lanes(isa, [=]() SIM_LANES {
    SIM_INDEPENDENT
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t unit = first + static_cast<std::uint32_t>(i);
      out[i] = word_of(unit, shuffle[unit % kBatches], scramble[unit % kBatches]);
    }
  });
}

}  // namespace sim
