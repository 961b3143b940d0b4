// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011)
// over lanes: the words of one address for many replications at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/lanes/lane.h"
#include "sim/rng/draws.h"

namespace sim {

class Philox {
 public:
  explicit Philox(std::uint64_t seed);

  // The four words at one address of one replication.
  std::array<std::uint32_t, 4> words(std::uint32_t replication, const Address& address) const;

  // Words of replications first + lane[i], i < count, into out[0..3][i]. A null `lane` means
  // lane[i] = i. All arrays are padded to kLanePadding and may be written up to the padding.
  struct Batch {
    const std::uint32_t* lane = nullptr;
    std::size_t count = 0;
    std::uint32_t first = 0;
  };
  struct Words {
    std::uint32_t* out[4];
    // The first four rows.
    static Words in(Grid<std::uint32_t>& rows) { return {{rows.row(0), rows.row(1), rows.row(2), rows.row(3)}}; }
  };
  void words(Isa isa, const Batch& batch, const Address& address, const Words& words) const;
  // The same with an entity for each counter, in halves; the address gives the rest.
  struct Entities {
    const std::uint32_t* low;
    const std::uint32_t* high;
  };
  void words(Isa isa, const Batch& batch, const Entities& entities, const Address& address, const Words& words) const;

 private:
  static constexpr int kRounds = 10;
  std::array<std::uint32_t, 2 * kRounds> round_keys_{};
  alignas(64)
      std::array<std::uint32_t, 16 * 2 * kRounds> wide_keys_{};  // as vectors take them: made once, not in every call
};

}  // namespace sim
