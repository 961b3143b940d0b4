#include "sim/plan/sobol.h"

#include <boost/random/sobol.hpp>
#include <stdexcept>

#include "sim/base/owen.h"

namespace sim {

Sobol::Sobol(std::size_t dimensions, std::optional<std::uint64_t> seed) : directions_(dimensions), seed_(seed) {
  static_assert(boost::random::default_sobol_table::max_dimension == kMostDimensions);
  if (dimensions == 0) return;  // Boost has no such engine
  if (dimensions > kMostDimensions) throw std::invalid_argument("Sobol: too many dimensions");
  // 64 digits, of which the first 32 are those of the engine with 32: its counter then does not end at 2^32.
  boost::random::sobol_engine<std::uint64_t, 64> engine(dimensions);
  for (unsigned digit = 0; digit < 32; ++digit) {
    // The engine leaves out point 0 and makes point i + 1 first after seed(i). Point 2^(digit + 1) - 1 has the Gray
    // code 2^digit: it is the direction number itself.
    engine.seed((std::uint64_t{2} << digit) - 2);
    for (auto& of_dimension : directions_) of_dimension[digit] = static_cast<std::uint32_t>(engine() >> 32);
  }
}

std::uint32_t Sobol::word(std::uint64_t index, std::size_t dimension) const {
  if (index >= kMostPoints) throw std::out_of_range("Sobol: index beyond 2^32");
  const auto& directions = directions_.at(dimension);
  std::uint32_t word = 0;
  std::uint64_t code = index ^ (index >> 1);
  for (std::size_t digit = 0; code != 0; ++digit, code >>= 1) {
    if ((code & 1) != 0) word ^= directions[digit];
  }
  return seed_ ? owen_scramble(word, mix_seed(*seed_, static_cast<std::uint32_t>(dimension))) : word;
}

}  // namespace sim
