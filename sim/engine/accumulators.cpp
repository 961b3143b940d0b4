#include "sim/engine/accumulators.h"

#include <algorithm>
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "sim/base/missing.h"

namespace sim {
namespace {

constexpr double kLargestFixed = 0x1p47, kLargestWide = 0x1p95;
constexpr int kLowBits = 127;      // of the sum of squares
constexpr std::size_t kRun = 512;  // sums of so many products stay below 2^63
constexpr int kHalfBits = 22;
constexpr std::int64_t kShift = std::int64_t{1} << 42;

// The nearest integer (ties to even) of |x| < 2^51, by adding 1.5 * 2^52; other x give other bits, which
// do not look like small integers. Modulo 2^64, as all sums of such bits are: they may be anything.
SIM_INLINE std::uint64_t fixed_bits(double x) {
  constexpr double kRound = 0x1.8p52;
  return std::bit_cast<std::uint64_t>(x + kRound) - std::bit_cast<std::uint64_t>(kRound);
}
SIM_INLINE std::int64_t fixed_point(double x) { return static_cast<std::int64_t>(fixed_bits(x)); }

// Both below 2^32: the multiplication vector units have.
SIM_INLINE std::uint64_t half_product(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(a)) * static_cast<std::uint32_t>(b);
}

constexpr std::int32_t kDropBits = 16;  // 7 mantissa bits stay: 128 bins an octave
constexpr std::int32_t kZeroEdge = std::bit_cast<std::int32_t>(0x1p-30f) >> kDropBits;

SIM_INLINE std::int32_t bin_index(float value) {
  const std::int32_t bits = std::bit_cast<std::int32_t>(value);
  const std::int32_t size = ((bits & 0x7fffffff) >> kDropBits) - kZeroEdge + 1;
  const std::int32_t positive = size > 0 ? size : 0;
  return bits < 0 ? -positive : positive;
}

constexpr std::int32_t kNoneAbove = std::numeric_limits<std::int32_t>::max(),
                       kNoneBelow = std::numeric_limits<std::int32_t>::min();
// Of the bins of some values: the lowest and the highest, those of each sign nearest to 0, how many are 0.
struct Extent {
  std::int32_t low = 0, high = 0;
  std::int32_t least_above = kNoneAbove, most_below = kNoneBelow;
  std::int32_t zeros = 0;
};

}  // namespace

void ExactMoments::add(Isa isa, std::span<const double> values, double inverse_resolution) {
  for (std::size_t done = 0; done < values.size(); done += kRun) {
    const auto run = values.subspan(done, std::min(kRun, values.size() - done));
    if (!add_small(isa, run, inverse_resolution)) add_any(run, inverse_resolution);
  }
  parts_.count += values.size();
}

bool ExactMoments::add_small(Isa isa, std::span<const double> values, double inverse_resolution) {
  const double* __restrict in = values.data();
  const std::size_t n = values.size();
  std::uint64_t sum = 0, high_squares = 0, products = 0, low_squares = 0;
  bool fits = true;
  on_lanes(isa, [=, &sum, &high_squares, &products, &low_squares, &fits]() SIM_LANES {
    std::uint64_t s = 0, hh = 0, hl = 0, ll = 0, outside = 0;
    for (std::size_t i = 0; i < n; ++i) {
      // Shifted by 2^42, small values are 43-bit and not negative; two halves square in 64 bits.
      const std::uint64_t y = fixed_bits(in[i] * inverse_resolution) + static_cast<std::uint64_t>(kShift);
      outside |= y;
      const std::uint64_t high = y >> kHalfBits, low = y & ((std::uint64_t{1} << kHalfBits) - 1);
      s += y;
      hh += half_product(high, high);
      hl += half_product(high, low);
      ll += half_product(low, low);
    }
    sum = s;
    high_squares = hh;
    products = hl;
    low_squares = ll;
    fits = (outside >> 43) == 0;
  });
  if (!fits) return false;
  const auto count = static_cast<Int128>(n);
  const Int128 shifted_squares = (static_cast<Int128>(high_squares) << (2 * kHalfBits)) +
                                 (static_cast<Int128>(products) << (kHalfBits + 1)) + low_squares;
  const auto shifted_sum = static_cast<Int128>(sum);
  parts_.sum += shifted_sum - count * kShift;
  add_squares(
      static_cast<Uint128>(shifted_squares - 2 * static_cast<Int128>(kShift) * shifted_sum + count * kShift * kShift));
  return true;
}

void ExactMoments::add_any(std::span<const double> values, double inverse_resolution) {
  for (const double value : values) {
    const double scaled = value * inverse_resolution;
    if (!(scaled < kLargestFixed && scaled > -kLargestFixed)) {
      add_wide(scaled);
      continue;
    }
    const std::int64_t fixed = fixed_point(scaled);
    parts_.sum += fixed;
    add_squares(static_cast<Uint128>(static_cast<Int128>(fixed) * fixed));
  }
}

// The square of a 95-bit number, from 64-bit halves: h^2 2^128 + 2 h l 2^64 + l^2.
void ExactMoments::add_wide(double scaled) {
  if (!(scaled < kLargestWide && scaled > -kLargestWide))
    throw std::overflow_error("a monthly value is too large for exact sums");
  const double whole = std::nearbyint(scaled);
  parts_.sum += static_cast<Int128>(whole);
  const auto size = static_cast<Uint128>(whole < 0.0 ? -whole : whole);
  const Uint128 high = size >> 64, low = size & ~std::uint64_t{0};
  const Uint128 cross = high * low;  // below 2^95
  const Uint128 low_square = low * low, bottom = low_square + (cross << 65);
  const Uint128 top = high * high + (cross >> 63) + (bottom < low_square ? 1 : 0);
  add_squares(bottom & ((Uint128{1} << kLowBits) - 1), (top << 1) | (bottom >> kLowBits));
}

void ExactMoments::add_squares(Uint128 low, Uint128 high) {
  const Uint128 sum = static_cast<Uint128>(parts_.squares) + low;
  parts_.squares = static_cast<Int128>(sum & ((Uint128{1} << kLowBits) - 1));
  parts_.squares_high += high + (sum >> kLowBits);
}

void ExactMoments::merge(const ExactMoments& other) {
  parts_.sum += other.parts_.sum;
  add_squares(static_cast<Uint128>(other.parts_.squares), other.parts_.squares_high);
  parts_.count += other.parts_.count;
}

double ExactMoments::mean(double resolution) const {
  return parts_.count == 0 ? 0.0 : static_cast<double>(parts_.sum) * resolution / static_cast<double>(parts_.count);
}

double ExactMoments::variance(double resolution) const {
  if (parts_.count < 2) return 0.0;
  const double deviations = parts_.squares_high != 0 ? wide_deviations() : narrow_deviations();
  return deviations * resolution * resolution / static_cast<double>(parts_.count - 1);
}

// Sum of squared deviations from the mean where the sum of squares has 127 bits. n * squares - sum^2 would overflow 128
// bits; subtracting count * floor(mean)^2 first keeps the difference exact: sum((x - m)^2) = squares - 2 m sum + n m^2
// for any integer m.
double ExactMoments::narrow_deviations() const {
  const auto n = static_cast<Int128>(parts_.count);
  const Int128 m = parts_.sum / n;
  const Int128 about_m = parts_.squares - 2 * m * parts_.sum + n * m * m;
  const double rest = static_cast<double>(parts_.sum - m * n);  // |rest| < n
  return std::max(0.0, static_cast<double>(about_m) - rest * rest / static_cast<double>(parts_.count));
}

// The same where it has more: (n squares - sum^2) / n, exact in 286 bits up to the division.
double ExactMoments::wide_deviations() const {
  using Wide = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<
      320, 320, boost::multiprecision::signed_magnitude, boost::multiprecision::unchecked, void>>;
  const Wide squares = (Wide(parts_.squares_high) << kLowBits) + Wide(parts_.squares), sum = Wide(parts_.sum);
  const Wide centred = squares * parts_.count - sum * sum;
  return static_cast<double>(centred) / static_cast<double>(parts_.count);
}

double ExactMoments::standard_error(double resolution) const {
  return parts_.count < 2 ? kMissing : std::sqrt(variance(resolution) / static_cast<double>(parts_.count));
}

std::int32_t LogHistogram::bin_of(float value) { return bin_index(value); }

double LogHistogram::value_of(std::int32_t bin, bool whole) {
  if (bin == 0) return 0.0;
  const std::int32_t size = (bin < 0 ? -bin : bin) - 1 + kZeroEdge;
  const double low = std::bit_cast<float>(size << kDropBits);
  const double high = std::bit_cast<float>((size + 1) << kDropBits);
  // A bin of whole numbers holds low, low + 1, … below high.
  double value = 0.5 * (low + high);
  if (whole) value = high - low <= 1.0 ? low : static_cast<double>(static_cast<std::int64_t>(0.5 * (low + high - 1.0)));
  return bin < 0 ? -value : value;
}

void LogHistogram::Window::cover(std::int32_t low, std::int32_t high) {
  if (counts.empty()) {
    first = low;
    counts.assign(static_cast<std::size_t>(high - low) + 2, 0);
    return;
  }
  const std::int32_t last = first + static_cast<std::int32_t>(counts.size()) - 2;
  if (low < first) {
    counts.insert(counts.begin() + 1, static_cast<std::size_t>(first - low), 0u);
    first = low;
  }
  if (high > last) counts.resize(static_cast<std::size_t>(high - first) + 2, 0);
}

void LogHistogram::Window::merge(const Window& other) {
  if (other.counts.empty()) return;
  cover(other.first, other.first + static_cast<std::int32_t>(other.counts.size()) - 2);
  std::uint32_t* to = &at(other.first);
  for (std::size_t k = 1; k < other.counts.size(); ++k) to[k - 1] += other.counts[k];
}

// The window is kept: the next block of the same model needs nearly the same one.
void LogHistogram::Window::clear() { std::fill(counts.begin(), counts.end(), 0u); }

void LogHistogram::add(Isa isa, std::span<const float> values, std::vector<std::int32_t>& scratch) {
  if (values.empty()) return;
  scratch.resize(values.size());
  Extent e;
  const float* __restrict in = values.data();
  std::int32_t* __restrict bins = scratch.data();
  const std::size_t n = values.size();
  on_lanes(isa, [=, &e]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i) bins[i] = bin_index(in[i]);
    // A loop of its own: with the bins in the same one, gcc 12 takes value by value.
    Extent x;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int32_t bin = bins[i];
      const std::int32_t above = bin > 0 ? bin : kNoneAbove, below = bin < 0 ? bin : kNoneBelow;
      x.low = bin < x.low ? bin : x.low;
      x.high = bin > x.high ? bin : x.high;
      x.least_above = above < x.least_above ? above : x.least_above;
      x.most_below = below > x.most_below ? below : x.most_below;
      x.zeros += bin == 0 ? 1 : 0;
    }
    e = x;
  });
  zeros_ += static_cast<std::uint32_t>(e.zeros);
  if (e.high > 0) {
    positive_.cover(e.least_above, e.high);
    std::uint32_t* counts = positive_.counts.data();
    for (const std::int32_t bin : scratch) ++counts[bin > 0 ? bin - positive_.first + 1 : 0];
  }
  if (e.low < 0) {
    negative_.cover(e.low, e.most_below);
    std::uint32_t* counts = negative_.counts.data();
    for (const std::int32_t bin : scratch) ++counts[bin < 0 ? bin - negative_.first + 1 : 0];
  }
}

void LogHistogram::add(std::int32_t bin, std::uint32_t count) {
  if (bin == 0) {
    zeros_ += count;
    return;
  }
  Window& window = bin < 0 ? negative_ : positive_;
  window.cover(bin, bin);
  window.at(bin) += count;
}

void LogHistogram::merge(const LogHistogram& other) {
  negative_.merge(other.negative_);
  zeros_ += other.zeros_;
  positive_.merge(other.positive_);
}

void LogHistogram::clear() {
  negative_.clear();
  zeros_ = 0;
  positive_.clear();
}

std::pair<std::int32_t, std::int32_t> LogHistogram::range() const {
  std::pair range{std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
  each([&](std::int32_t bin, std::uint32_t) { range = {std::min(range.first, bin), bin}; });
  return range;
}

double LogHistogram::quantile(double p, bool whole) const {
  double value = 0.0;
  quantiles({&p, 1}, whole, {&value, 1});
  return value;
}

void LogHistogram::quantiles(std::span<const double> ascending, bool whole, std::span<double> out) const {
  std::uint64_t all = 0, below = 0;
  each([&](std::int32_t, std::uint32_t count) { all += count; });
  const auto total = static_cast<double>(all);
  std::fill(out.begin(), out.end(), 0.0);
  std::size_t next = 0;
  each([&](std::int32_t bin, std::uint32_t count) {
    below += count;
    for (; next < ascending.size() && static_cast<double>(below) >= ascending[next] * total; ++next)
      out[next] = value_of(bin, whole);
  });
}

Accumulators::Accumulators(const OutputPlan& plan)
    : months(static_cast<std::size_t>(plan.months)), members(plan.members.size()) {
  if (plan.detail != TrajectoryDetail::none) trajectory_moments.resize(plan.trajectories.size() * months);
  if (plan.detail == TrajectoryDetail::bands) bands.resize(plan.trajectories.size() * months);
  member_totals.resize(plan.member_totals.size() * members);
  if (plan.member_survival) alive_changes.assign(members * months, 0);
}

bool Accumulators::fits(const OutputPlan& plan) const {
  const std::size_t cells = plan.trajectories.size() * static_cast<std::size_t>(plan.months);
  return months == static_cast<std::size_t>(plan.months) && members == plan.members.size() &&
         trajectory_moments.size() == (plan.detail != TrajectoryDetail::none ? cells : 0) &&
         bands.size() == (plan.detail == TrajectoryDetail::bands ? cells : 0) &&
         member_totals.size() == plan.member_totals.size() * members &&
         alive_changes.size() == (plan.member_survival ? members * months : 0);
}

void Accumulators::clear() {
  trajectory_moments.assign(trajectory_moments.size(), {});
  for (LogHistogram& band : bands) band.clear();
  member_totals.assign(member_totals.size(), {});
  alive_changes.assign(alive_changes.size(), 0);
  replications = 0;
}

void Accumulators::merge(const Accumulators& other) {
  for (std::size_t i = 0; i < trajectory_moments.size(); ++i) trajectory_moments[i].merge(other.trajectory_moments[i]);
  for (std::size_t i = 0; i < bands.size(); ++i) bands[i].merge(other.bands[i]);
  for (std::size_t i = 0; i < member_totals.size(); ++i) member_totals[i].merge(other.member_totals[i]);
  for (std::size_t i = 0; i < alive_changes.size(); ++i) alive_changes[i] += other.alive_changes[i];
  replications += other.replications;
}

std::vector<std::uint32_t> Accumulators::survivors(std::size_t member) const {
  std::vector<std::uint32_t> by_month;
  by_month.reserve(alive_changes.empty() ? 0 : months);
  std::uint32_t alive = 0;
  for (std::size_t k = member; k < alive_changes.size(); k += members) by_month.push_back(alive += alive_changes[k]);
  return by_month;
}

void Accumulators::set_survivors(std::size_t member, const std::vector<std::uint32_t>& by_month) {
  std::uint32_t before = 0;
  for (std::size_t month = 0; month < months; ++month) {
    alive_changes[month * members + member] = by_month[month] - before;
    before = by_month[month];
  }
}

}  // namespace sim
