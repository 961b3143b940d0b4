#include "models/shocks/firm_factor.h"

#include <algorithm>

namespace partnersim {

FirmFactor::FirmFactor(std::size_t firms, std::size_t lanes) : lanes_(sim::padded(lanes)), row_of_(firms, kNone) {}

float* FirmFactor::touch(Firm firm) {
  const std::uint32_t old = row_of_[index(firm)];
  if (old == kNone || sharers_[old] > 1) move(firm, add_row(old));
  return rows_[row_of_[index(firm)]].data();
}

std::span<float* const> FirmFactor::touch(std::span<const Firm> firms) {
  const std::size_t none = sharers_.size();
  const auto slot = [&](Firm firm) { return row_of_[index(firm)] == kNone ? none : std::size_t{row_of_[index(firm)]}; };
  asked_.assign(none + 1, 0);
  target_.assign(none + 1, kNone);
  touched_.clear();
  for (const Firm firm : firms) ++asked_[slot(firm)];
  for (const Firm firm : firms) {
    const std::size_t old = slot(firm);
    if (target_[old] == kNone) {
      const bool all = old != none && asked_[old] == sharers_[old];
      target_[old] = all ? row_of_[index(firm)] : add_row(row_of_[index(firm)]);
      touched_.push_back(rows_[target_[old]].data());
    }
    if (target_[old] != row_of_[index(firm)]) move(firm, target_[old]);
  }
  return touched_;
}

void FirmFactor::clear() {
  std::fill(row_of_.begin(), row_of_.end(), kNone);
  sharers_.clear();
}

std::uint32_t FirmFactor::add_row(std::uint32_t like) {
  const auto row = static_cast<std::uint32_t>(sharers_.size());
  sharers_.push_back(0);
  if (row == rows_.size()) rows_.emplace_back(lanes_);
  if (like == kNone)
    std::fill(rows_[row].begin(), rows_[row].end(), 1.0f);
  else
    rows_[row] = rows_[like];
  return row;
}

void FirmFactor::move(Firm firm, std::uint32_t row) {
  if (row_of_[index(firm)] != kNone) --sharers_[row_of_[index(firm)]];
  row_of_[index(firm)] = row;
  ++sharers_[row];
}

}  // namespace partnersim
