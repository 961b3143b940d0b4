#include "models/schedule.h"

#include <algorithm>

#include "sim/lanes/compact.h"

namespace partnersim {

Schedule::Schedule(std::uint64_t entity, std::uint32_t stream, WholeMonths delay, int months, std::size_t lanes)
    : address_{entity, stream, 0, 0},
      delay_(std::move(delay)),
      months_(static_cast<std::size_t>(months)),
      due_(months_ + 1, lanes),
      words_(4, lanes),
      positions_(sim::padded(lanes)),
      lanes_(sim::padded(lanes)) {}

void Schedule::begin(const State& state) {
  for (std::size_t m = 0; m < due_.rows(); ++m) std::fill_n(due_.row(m), state.count, 0u);
}

void Schedule::add(const State& state, const sim::LaneList& list, const std::uint32_t* counts) {
  const std::size_t n = list.size();
  const auto now = static_cast<std::size_t>(state.month);
  if (delay_.is_constant()) {
    const std::size_t then = now + delay_.constant();
    if (then > months_) return;
    std::uint32_t* row = due_.row(then);
    for (std::size_t k = 0; k < n; ++k) row[list[k]] += counts[k];
    return;
  }
  address_.month = static_cast<std::uint32_t>(state.month);
  for (std::uint32_t call = 0;; ++call) {
    const std::size_t open = sim::positions_above(state.isa, counts, n, 4 * call, positions_.data());
    if (open == 0) return;
    sim::gather(state.isa, list.data(), positions_.data(), open, lanes_.data());
    state.philox->words(state.isa, {lanes_.data(), open, state.first_replication}, address_.at_call(call),
                        {{words_.row(0), words_.row(1), words_.row(2), words_.row(3)}});
    for (std::size_t k = 0; k < open; ++k) {
      const std::uint32_t here = std::min(counts[positions_[k]] - 4 * call, 4u);
      for (std::uint32_t j = 0; j < here; ++j) {
        const std::size_t then = now + delay_(words_.row(j)[k]);
        if (then <= months_) ++due_.row(then)[lanes_[k]];
      }
    }
  }
}

}  // namespace partnersim
