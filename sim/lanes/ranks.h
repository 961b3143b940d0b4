// Ranks of a few keys, as many lists in a row need them (the queue of every lane): a sort of twenty keys spends its
// time on branches nobody can foresee, comparing all of them with all has none.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/lanes/dispatch.h"

namespace sim {

// ranks[i] = how many of the other keys are smaller, i < count. Keys are distinct; ranks has room for `count`.
// Time grows with the square of count up to 64 keys, from there on they are sorted.
void ranks(Isa isa, const std::uint64_t* keys, std::size_t count, std::uint32_t* ranks);

}  // namespace sim
