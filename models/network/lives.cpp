#include "models/network/lives.h"

#include <algorithm>

namespace partnersim {

Lives::Lives(std::size_t links, std::size_t lanes)
    : working_(links, lanes), fates_(links, lanes), leaving_(lanes), begun_(links) {}

void Lives::clear(std::size_t lanes) {
  for (std::size_t l = 0; l < working_.size(); ++l) working_[l].none(lanes);
  fates_.fill(static_cast<std::uint32_t>(Cause::not_begun));
  generations_.fill(0);
  reborn_.clear();
}

void Lives::begin(Link link, const sim::LaneList& lanes, int month) {
  const auto now = static_cast<std::uint32_t>(month);
  std::uint32_t* fates = fates_.row(index(link));
  const bool anew = std::any_of(lanes.begin(), lanes.end(), [&](std::uint32_t lane) {
    return static_cast<Cause>(fates[lane]) != Cause::not_begun;
  });
  if (!anew) {
    begun_[index(link)] = now;
  } else if (generations_.rows() == 0) {
    generations_ = begun_anew_ = sim::Grid<std::uint32_t>(fates_.rows(), fates_.stride());
  }
  for (const std::uint32_t lane : lanes) {
    if (anew) {
      ++generations_.row(index(link))[lane];
      begun_anew_.row(index(link))[lane] = now;
      reborn_.push_back({link, lane});
    }
    fates[lane] = 0;
  }
  working_[index(link)].add(lanes);
}

}  // namespace partnersim
