#include "models/sources/open_cells.h"

#include "sim/lanes/compact.h"

namespace partnersim {

OpenCells::OpenCells(std::size_t cells)
    : positions_(sim::padded(cells)), lanes_(positions_), low_(positions_), high_(positions_), counts_(positions_) {}

void OpenCells::open(sim::Isa isa, const DealCells& cells, std::uint32_t limit) {
  size_ = sim::positions_above(isa, cells.counts, cells.size, limit, positions_.data());
  sim::gather(isa, cells.lanes, positions_.data(), size_, lanes_.data());
  sim::gather(isa, cells.counts, positions_.data(), size_, counts_.data());
  for (std::size_t k = 0; k < size_; ++k) {
    const std::uint64_t entity = cells.entity(positions_[k]);
    low_[k] = static_cast<std::uint32_t>(entity);
    high_[k] = static_cast<std::uint32_t>(entity >> 32);
  }
}

void OpenCells::keep_above(sim::Isa isa, std::uint32_t limit, void* row) {
  size_ = sim::move_above(isa, counts_.data(), size_, limit,
                          {{positions_.data(), positions_.data()},
                           {lanes_.data(), lanes_.data()},
                           {low_.data(), low_.data()},
                           {high_.data(), high_.data()},
                           {row, row},
                           {counts_.data(), counts_.data()}});
}

void OpenCells::draw(const State& state, const sim::Address& address, sim::Grid<std::uint32_t>& words) const {
  state.philox->words(state.isa, {lanes_.data(), size_, state.first_replication}, {low_.data(), high_.data()}, address,
                      sim::Philox::Words::in(words));
}

}  // namespace partnersim
