#include "sim/engine/accumulators.h"

#include <algorithm>
#include <bit>

namespace sim {
namespace {

constexpr double kLargestFixed = 0x1p47;
constexpr std::int32_t kDropBits = 16;                                    // 7 mantissa bits stay: 128 bins an octave
constexpr std::int32_t kZeroEdge = std::bit_cast<std::int32_t>(0x1p-30f) >> kDropBits;

SIM_INLINE std::int32_t bin_index(float value) {
  const std::int32_t bits = std::bit_cast<std::int32_t>(value);
  const std::int32_t size = ((bits & 0x7fffffff) >> kDropBits) - kZeroEdge + 1;
  const std::int32_t positive = size > 0 ? size : 0;
  return bits < 0 ? -positive : positive;
}

}  // namespace

void ExactMoments::add(std::span<const double> values, double inverse_resolution) {
  Int128 sum = 0;
  Int128 squares = 0;
  for (const double value : values) {
    const double scaled = value * inverse_resolution;
    if (!(scaled < kLargestFixed && scaled > -kLargestFixed)) {
      ++overflows_;
      continue;
    }
    const auto fixed = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    sum += fixed;
    squares += static_cast<Int128>(fixed) * fixed;
  }
  sum_ += sum;
  squares_ += squares;
  count_ += values.size();
}

void ExactMoments::merge(const ExactMoments& other) {
  sum_ += other.sum_;
  squares_ += other.squares_;
  count_ += other.count_;
  overflows_ += other.overflows_;
}

double ExactMoments::mean(double resolution) const {
  return count_ == 0 ? 0.0 : static_cast<double>(sum_) * resolution / static_cast<double>(count_);
}

double ExactMoments::variance(double resolution) const {
  if (count_ < 2) return 0.0;
  // n * squares - sum^2 would overflow 128 bits; subtracting count * floor(mean)^2 first keeps the
  // difference exact: sum((x - m)^2) = squares - 2 m sum + n m^2 for any integer m.
  const auto n = static_cast<Int128>(count_);
  const Int128 m = sum_ / n;
  const Int128 about_m = squares_ - 2 * m * sum_ + n * m * m;
  const double rest = static_cast<double>(sum_ - m * n);  // |rest| < n
  const double centred = static_cast<double>(about_m) - rest * rest / static_cast<double>(count_);
  return std::max(0.0, centred) * resolution * resolution / static_cast<double>(count_ - 1);
}

std::int32_t LogHistogram::bin_of(float value) { return bin_index(value); }

double LogHistogram::value_of(std::int32_t bin, bool whole) {
  if (bin == 0) return 0.0;
  const std::int32_t size = (bin < 0 ? -bin : bin) - 1 + kZeroEdge;
  const double low = std::bit_cast<float>(size << kDropBits);
  const double high = std::bit_cast<float>((size + 1) << kDropBits);
  const double value = whole ? low : 0.5 * (low + high);
  return bin < 0 ? -value : value;
}

void LogHistogram::cover(std::int32_t low, std::int32_t high) {
  if (counts_.empty()) {
    first_ = low;
    counts_.assign(static_cast<std::size_t>(high - low) + 1, 0);
    return;
  }
  const std::int32_t last = first_ + static_cast<std::int32_t>(counts_.size()) - 1;
  if (low < first_) {
    counts_.insert(counts_.begin(), static_cast<std::size_t>(first_ - low), 0u);
    first_ = low;
  }
  if (high > last) counts_.resize(static_cast<std::size_t>(high - first_) + 1, 0);
}

void LogHistogram::add(Isa isa, std::span<const float> values, std::vector<std::int32_t>& scratch) {
  if (values.empty()) return;
  scratch.resize(values.size());
  std::int32_t low = 0, high = 0;
  const float* __restrict in = values.data();
  std::int32_t* __restrict bins = scratch.data();
  const std::size_t n = values.size();
  on_lanes(isa, [=, &low, &high]() SIM_LANES {
    std::int32_t least = bin_index(in[0]), most = least;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int32_t bin = bin_index(in[i]);
      bins[i] = bin;
      least = bin < least ? bin : least;
      most = bin > most ? bin : most;
    }
    low = least;
    high = most;
  });
  cover(low, high);
  std::uint32_t* counts = counts_.data();
  for (const std::int32_t bin : scratch) ++counts[bin - first_];
}

void LogHistogram::merge(const LogHistogram& other) {
  if (other.counts_.empty()) return;
  cover(other.first_, other.first_ + static_cast<std::int32_t>(other.counts_.size()) - 1);
  std::uint32_t* to = counts_.data() + (other.first_ - first_);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) to[i] += other.counts_[i];
}

// The window is kept: the next block of the same model needs nearly the same one.
void LogHistogram::clear() { std::fill(counts_.begin(), counts_.end(), 0u); }

double LogHistogram::quantile(double p, bool whole) const {
  std::uint64_t total = 0;
  for (const std::uint32_t c : counts_) total += c;
  const double target = p * static_cast<double>(total);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    if (counts_[i] != 0 && static_cast<double>(below) >= target)
      return value_of(first_ + static_cast<std::int32_t>(i), whole);
  }
  return 0.0;
}

Accumulators::Accumulators(const OutputPlan& plan)
    : months(static_cast<std::size_t>(plan.months)), members(plan.members.size()) {
  if (plan.detail != TrajectoryDetail::none) trajectory_moments.resize(plan.trajectories.size() * months);
  if (plan.detail == TrajectoryDetail::bands) bands.resize(plan.trajectories.size() * months);
  member_totals.resize(plan.member_totals.size() * members);
  if (plan.member_survival) alive.assign(members * months, 0);
}

void Accumulators::clear() {
  trajectory_moments.assign(trajectory_moments.size(), {});
  for (LogHistogram& band : bands) band.clear();
  member_totals.assign(member_totals.size(), {});
  alive.assign(alive.size(), 0);
  replications = 0;
}

void Accumulators::merge(const Accumulators& other) {
  for (std::size_t i = 0; i < trajectory_moments.size(); ++i) trajectory_moments[i].merge(other.trajectory_moments[i]);
  for (std::size_t i = 0; i < bands.size(); ++i) bands[i].merge(other.bands[i]);
  for (std::size_t i = 0; i < member_totals.size(); ++i) member_totals[i].merge(other.member_totals[i]);
  for (std::size_t i = 0; i < alive.size(); ++i) alive[i] += other.alive[i];
  replications += other.replications;
}

}  // namespace sim
