// One word a month for an entity and every replication of a block, four months to a generator call:
// word (t-1) % 4 of the call whose month field is the first month of the group, 1, 5, 9, …
#pragma once

#include "sim/lanes/lane.h"
#include "sim/rng/philox.h"

namespace sim {

class MonthlyWord {
 public:
  MonthlyWord(std::uint64_t entity, std::uint32_t process, std::size_t lanes)
      : address_{entity, process, 0, 0}, words_(4, lanes) {}

  // Months must be asked for in ascending order from 1 within a block.
  const std::uint32_t* at(int month, const Philox& philox, Isa isa, const Philox::Batch& batch) {
    const auto t = static_cast<std::uint32_t>(month - 1);
    if (t % 4 == 0) {
      address_.month = t + 1;
      philox.words(isa, batch, address_, Philox::Words::in(words_));
    }
    return words_.row(t % 4);
  }

 private:
  Address address_;
  Grid<std::uint32_t> words_;
};

}  // namespace sim
