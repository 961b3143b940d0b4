#include "models/network/topology.h"

#include <numeric>

namespace partnersim {

Topology Topology::star(std::span<const std::uint64_t> entities) {
  std::vector<Ends> links;
  links.reserve(entities.size());
  for (const std::uint64_t entity : entities) links.push_back({numbered<Firm>(links.size() + 1), kFocalFirm, entity});
  return {entities.size() + 1, std::move(links)};
}

Topology::Topology(std::size_t firms, std::vector<Ends> links)
    : ends_(std::move(links)), first_(firms + 1, 0), at_(2 * ends_.size()) {
  // Two passes, linear in links: how many each firm has, and which.
  for (const Ends& ends : ends_)
    for (const Firm firm : {ends.first, ends.second}) ++first_[index(firm) + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t l = 0; l < ends_.size(); ++l)
    for (const Firm firm : {ends_[l].first, ends_[l].second}) at_[next[index(firm)]++] = numbered<Link>(l);
}

}  // namespace partnersim
