#include "models/sources/schedule.h"

#include <algorithm>

#include "sim/lanes/compact.h"

namespace partnersim {

Schedule::Schedule(const Delay& delay, std::size_t lanes)
    : delay_(delay),
      due_(delay.horizon + 2, lanes),
      words_(4, lanes),
      lanes_(sim::padded(lanes)),
      counts_(lanes_),
      chosen_(lanes_),
      delays_(lanes_) {}

void Schedule::begin(const State& state) {
  for (std::size_t m = 0; m < due_.rows(); ++m) std::fill_n(due_.row(m), state.count, 0u);
}

void Schedule::add(const State& state, const sim::LaneList& list, const std::uint32_t* counts, std::uint32_t words_of) {
  const std::size_t n = list.size();
  const auto now = static_cast<std::size_t>(state.month);
  if (delay_.law.is_constant()) {
    const std::size_t then = now + delay_.law.constant();
    if (then > delay_.horizon) return;
    std::uint32_t* row = due_.row(then);
    for (std::size_t k = 0; k < n; ++k) row[list[k]] += counts[k];
    return;
  }
  sim::Address address = delay_.address;
  address.month = words_of;
  std::size_t open = sim::move_above(state.isa, counts, n, 0, {{list.data(), lanes_.data()}, {counts, counts_.data()}});
  for (std::uint32_t call = 0; open != 0; ++call) {
    state.philox->words(state.isa, {lanes_.data(), open, state.first_replication}, address.at_call(call),
                        sim::Philox::Words::in(words_));
    for (std::uint32_t j = 0; j < 4; ++j) {
      std::uint32_t* words = words_.row(j);
      const std::size_t have = sim::move_above(state.isa, counts_.data(), open, 4 * call + j,
                                               {{lanes_.data(), chosen_.data()}, {words, words}});
      delay_.law.fill(state.isa, words, have, delays_.data());
      for (std::size_t k = 0; k < have; ++k) ++due_.row(std::min(now + delays_[k], delay_.horizon + 1))[chosen_[k]];
    }
    open = sim::move_above(state.isa, counts_.data(), open, 4 * call + 4,
                           {{lanes_.data(), lanes_.data()}, {counts_.data(), counts_.data()}});
  }
}

}  // namespace partnersim
