#include "models/shocks/selection.h"

#include <algorithm>
#include <cmath>

#include "models/streams.h"

namespace partnersim {

ShockSelection::ShockSelection(Setup& setup, const std::string& path, const Target& target)
    : network_(&setup.network()), target_(target), typical_sale_(setup.typical_sale) {
  for (const Firm firm : target.firms) entities_.push_back(setup.entity(path + "~" + setup.firm_path(firm)));
}

// The focal firm, or one that some partnership works with.
bool ShockSelection::is_live(const State& state, Firm firm, std::uint32_t lane) const {
  const std::span<const Link> links = network_->links_of(firm);
  return firm == kFocalFirm ||
         std::any_of(links.begin(), links.end(), [&](Link link) { return state.lives.lives(link, lane); });
}

std::span<const std::uint32_t> ShockSelection::choose(const State& state, const Arrival& arrival,
                                                      const sim::Grid<double>& revenue,
                                                      SelectionScratch& scratch) const {
  auto& [chosen, order, candidates] = scratch;
  using Choice = Target::Choice;
  const bool among_live = target_.choice == Choice::count || target_.choice == Choice::top;
  chosen.clear();
  for (std::uint32_t k = 0; k < target_.firms.size(); ++k) {
    if (!among_live || is_live(state, target_.firms[k], arrival.lane)) chosen.push_back(k);
  }
  if (target_.choice == Choice::all) return chosen;
  candidates.clear();
  for (const std::uint32_t k : chosen) candidates.add(arrival.lane, entities_[k]);
  candidates.draw(state, {0, stream::kShocks, static_cast<std::uint32_t>(state.month), arrival.number});
  const std::uint32_t* word = candidates.word(0);
  if (target_.choice == Choice::fraction) {
    const std::uint32_t threshold = sim::threshold(target_.fraction);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < chosen.size(); ++i)
      if (sim::coin(word[i]) < threshold) chosen[kept++] = chosen[i];
    chosen.resize(kept);
    return chosen;
  }
  // Those with the largest revenue, to a thousand-millionth of the largest or of a sale; else, and among equals, those
  // with the smallest words; after these by id.
  const auto revenue_of = [&](std::uint32_t k) { return revenue.row(index(target_.firms[k]))[arrival.lane]; };
  double largest = typical_sale_;
  if (target_.choice == Choice::top)
    for (const std::uint32_t k : chosen) largest = std::max(largest, std::abs(revenue_of(k)));
  const double grain = largest > 0.0 ? 1e-9 * largest : 1.0;
  order.clear();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::uint32_t k = chosen[i];
    const double rank = target_.choice == Choice::top ? -std::floor(revenue_of(k) / grain + 0.5) : 0.0;
    order.push_back({rank, word[i], k});
  }
  const std::size_t number = std::min(order.size(), target_.number);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(number), order.end());
  chosen.clear();
  for (std::size_t i = 0; i < number; ++i) chosen.push_back(std::get<2>(order[i]));
  return chosen;
}

std::array<std::uint32_t, 4> ShockSelection::words(const State& state, const Arrival& arrival,
                                                   std::uint32_t position) const {
  return state.philox->words(
      state.first_replication + arrival.lane,
      {entities_[position], stream::kShocks, static_cast<std::uint32_t>(state.month), arrival.number});
}

}  // namespace partnersim
