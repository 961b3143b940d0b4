#include "models/network/lives.h"

#include <algorithm>

namespace partnersim {

Lives::Lives(std::size_t links, std::size_t lanes) : working_(links, lanes), fates_(links, lanes), leaving_(lanes) {}

void Lives::clear(std::size_t lanes) {
  for (std::size_t l = 0; l < working_.size(); ++l) working_[l].none(lanes);
  fates_.fill(static_cast<std::uint32_t>(Cause::not_begun));
}

void Lives::begin(Link link, const sim::LaneList& lanes) {
  working_[index(link)] = lanes;
  for (const std::uint32_t lane : lanes) fates(link)[lane] = 0;
}

}  // namespace partnersim
