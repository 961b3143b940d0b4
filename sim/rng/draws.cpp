#include "sim/rng/draws.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sim {

std::uint64_t entity_hash(std::string_view dotted_id) { return XXH64(dotted_id.data(), dotted_id.size(), 0); }

std::uint32_t threshold(double p) {
  if (!(p > 0.0)) return 0;
  return p >= 1.0 ? 0x80000000u : static_cast<std::uint32_t>(p * 0x1p31 + 0.5);
}

}  // namespace sim
