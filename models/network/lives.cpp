#include "models/network/lives.h"

#include <algorithm>

namespace partnersim {

Lives::Lives(std::size_t links, std::size_t lanes)
    : working_(links, lanes), fates_(links, lanes), leaving_(lanes), begun_(links) {}

void Lives::clear(std::size_t lanes) {
  for (std::size_t l = 0; l < working_.size(); ++l) working_[l].none(lanes);
  fates_.fill(static_cast<std::uint32_t>(Cause::not_begun));
  std::fill(begun_.begin(), begun_.end(), 0u);
  generations_.fill(0);
  reborn_.clear();
}

void Lives::tell_lanes_apart() {
  generations_ = begun_in_ = sim::Grid<std::uint32_t>(fates_.rows(), fates_.stride());
  for (std::size_t l = 0; l < begun_.size(); ++l) std::fill_n(begun_in_.row(l), begun_in_.stride(), begun_[l]);
}

void Lives::copy_lane(const sim::LaneCopy& copy) {
  copy(fates_, generations_, begun_in_);
  for (std::size_t l = 0; l < working_.size(); ++l)
    if (working_[l].has(copy.from) != working_[l].has(copy.to)) working_[l].toggle(copy.to);
}

void Lives::begin(Link link, const sim::LaneList& lanes, int month) {
  const auto now = static_cast<std::uint32_t>(month);
  std::uint32_t* fates = fates_.row(index(link));
  if (begun_[index(link)] == 0)
    begun_[index(link)] = now;
  else if (generations_.rows() == 0)
    tell_lanes_apart();
  const bool apart = generations_.rows() != 0;
  for (const std::uint32_t lane : lanes) {
    if (apart) begun_in_.row(index(link))[lane] = now;
    if (apart && static_cast<Cause>(fates[lane]) != Cause::not_begun) {
      ++generations_.row(index(link))[lane];
      reborn_.push_back({link, lane});
    }
    fates[lane] = 0;
  }
  working_[index(link)].add(lanes);
}

}  // namespace partnersim
