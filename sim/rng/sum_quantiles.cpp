#include "sim/rng/sum_quantiles.h"

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "sim/base/elementary.h"
#include "sim/lanes/float_math.h"
#include "sim/rng/sum_grid.h"

namespace sim {
namespace {

static_assert(kSummedAtOnce == sums::kEach);

// A word is its distance from the nearer end, d + 1/2 with 0 <= d < 2^31, whose float has the piece in its exponent and
// the first bits of its fraction.
constexpr std::uint32_t kFirstBits = 0x3f000000u, kLastBits = 0x4effffffu;  // 1/2, the float below 2^31
constexpr std::uint32_t kPlaceBits = 20;
constexpr std::uint32_t kEndPieces = ((kLastBits - kFirstBits) >> kPlaceBits) + 1;  // from one end to the median
constexpr std::uint32_t kRowPieces = 2 * kEndPieces;
constexpr std::uint32_t kLawPieces = (1 + std::uint32_t{sums::kRows}) * kRowPieces;

// Smaller sums, 2^-100 of the mean, are held there: beyond, exponents of floats end.
constexpr double kLeastPower = -100.0;

// Lagrange's polynomials of the Chebyshev points at x in [-1, 1].
std::array<double, sums::kSpreads> weights_at(double x) {
  const auto points = sums::chebyshev_points();
  std::array<double, sums::kSpreads> w{};
  double sum = 0.0;
  for (std::size_t k = 0; k < w.size(); ++k) {
    if (x == points[k]) {
      w.fill(0.0);
      w[k] = 1.0;
      return w;
    }
    w[k] = (k % 2 == 0 ? 1.0 : -1.0) * std::sqrt(1.0 - points[k] * points[k]) / (x - points[k]);
    sum += w[k];
  }
  for (double& each : w) each /= sum;
  return w;
}

using Powers = std::array<double, sums::kNodes>;  // log2 of sum over mean

// At a share of the largest spread; entries times `scale` are natural logarithms.
Powers powers_of(const sums::Entries& table, double share, double scale) {
  const std::array<double, sums::kSpreads> weights = weights_at(2.0 * share - 1.0);
  Powers p{};
  for (std::size_t j = 0; j < p.size(); ++j) {
    double g = 0.0;
    for (std::size_t k = 0; k < weights.size(); ++k) g += weights[k] * static_cast<double>(table[j][k]);
    p[j] = std::max(kLeastPower, g * (sums::kUnit * scale * 1.44269504088896341));
  }
  return p;
}

struct Polynomial {
  double c0, c1, c2, c3;
  double operator()(double x) const { return ((c3 * x + c2) * x + c1) * x + c0; }
};

// Of the share of a piece, through its four nodes.
Polynomial through(const double* p) {
  const auto& x = sums::kPlaces;
  std::array<double, 4> d{p[0], p[1], p[2], p[3]};
  for (std::size_t order = 1; order < 4; ++order)
    for (std::size_t j = 3; j >= order; --j) d[j] = (d[j] - d[j - 1]) / (x[j] - x[j - order]);
  return {d[0], d[1] - d[2] * x[1] + d[3] * (x[1] * x[2]), d[2] - d[3] * (x[1] + x[2]), d[3]};
}

// Where the nodes of the pieces of words lie between those of scores: from an end to the median.
struct Place {
  std::size_t piece;
  double share;
};
std::vector<Place> places_of_nodes() {
  std::vector<Place> places;
  for (std::uint32_t node = 0; node <= 3 * kEndPieces; ++node) {
    const double octave = math::detail::power_of_two(static_cast<double>(node / 24) - 1.0);
    const double x = octave * (1.0 + 0.125 * (static_cast<double>(node / 3 % 8) + sums::kPlaces[node % 3]));
    const double y = std::sqrt(std::max(1.0, 32.0 - math::log(x) * 1.44269504088896341));
    const int power = y < 2.0 ? 0 : y < 4.0 ? 1 : 2;
    const double eighths = 8.0 * (y / static_cast<double>(1 << power) - 1.0);
    const double whole = std::floor(eighths);
    places.push_back({static_cast<std::size_t>(8 * power) + static_cast<std::size_t>(whole), eighths - whole});
  }
  return places;
}

void set_row(SumQuantiles::Cubic* row, const Powers& p, const std::vector<Place>& places) {
  for (std::size_t side = 0; side < 2; ++side) {
    std::array<Polynomial, sums::kSidePieces> of_scores;
    for (std::size_t k = 0; k < of_scores.size(); ++k) of_scores[k] = through(&p[side * sums::kSideNodes + 3 * k]);
    std::vector<double> at(places.size());
    for (std::size_t k = 0; k < at.size(); ++k) at[k] = of_scores[places[k].piece](places[k].share);
    for (std::size_t k = 0; k < kEndPieces; ++k) {
      // The kernel measures in units in which a piece is an eighth.
      const Polynomial c = through(&at[3 * k]);
      *row++ = {static_cast<float>(c.c0), static_cast<float>(c.c1 * 8.0), static_cast<float>(c.c2 * 64.0),
                static_cast<float>(c.c3 * 512.0)};
    }
  }
}

using Table = std::vector<SumQuantiles::Cubic>;

Table table_of(SummedLaw law, double cv) {
  Table table(kLawPieces);
  SumQuantiles::Cubic* row = table.data();
  const std::vector<Place> places = places_of_nodes();
  const bool gamma = law == SummedLaw::gamma;
  const double spread = gamma ? cv : std::sqrt(math::log1p(cv * cv));
  for (std::size_t k = 0; k < sums::kRows; ++k) {
    const double scaled = spread / std::sqrt(static_cast<double>(sums::terms_of(k)));
    set_row(row += kRowPieces,
            gamma ? powers_of(sums::kGamma, scaled / sums::kMostGammaSpread, scaled)
                  : powers_of(sums::kLognormal[k], spread / sums::kMostLognormalSpread, scaled),
            places);
  }
  return table;
}

// Points of an experiment have most laws in common. When full the cache starts afresh.
std::shared_ptr<const Table> cached_table(SummedLaw law, double cv) {
  constexpr std::size_t kMostTables = 128;
  static std::mutex mutex;
  static std::map<std::pair<SummedLaw, double>, std::shared_ptr<const Table>> tables;
  {
    const std::scoped_lock lock(mutex);
    if (const auto found = tables.find({law, cv}); found != tables.end()) return found->second;
  }
  auto table = std::make_shared<const Table>(table_of(law, cv));
  const std::scoped_lock lock(mutex);
  if (tables.size() >= kMostTables) tables.clear();
  return tables.try_emplace({law, cv}, std::move(table)).first->second;
}

// The sums of cell i by the law whose first cubic is first(i).
template <class First>
SIM_INLINE void sums_of(const SumQuantiles::Cubic* __restrict cubics, const First& first,
                        const SumQuantiles::Cells& cells, float* __restrict out) {
  constexpr std::uint32_t kOne = 0x3f800000u, kMost = 0x45800000u;  // 1.0f and 4096.0f
  alignas(kCacheLine) std::uint32_t cubic[kStage];
  alignas(kCacheLine) float place[kStage], block[kStage];
  alignas(kCacheLine) SumQuantiles::Cubic cubics_of[kStage];
  for (std::size_t begin = 0; begin < cells.count; begin += kStage) {
    const std::size_t n = overrun(cells.count - begin < kStage ? cells.count - begin : kStage);
    const std::uint32_t* __restrict counts = cells.counts + begin, * __restrict words = cells.words + begin;
    for (std::size_t i = 0; i < n; ++i) {
      // Both halves of the words alike, from the median outwards.
      const std::uint32_t below = words[i] >> 31 == 0 ? 0u : ~0u;
      const float x = static_cast<float>(static_cast<std::int32_t>(words[i] ^ below)) + 0.5f;
      const std::uint32_t exact = std::bit_cast<std::uint32_t>(x), bits = exact < kLastBits ? exact : kLastBits;
      place[i] = std::bit_cast<float>((bits & ((1u << kPlaceBits) - 1u)) | kOne) - 1.0f;
      // The power of two in the count is its exponent as a float; held, as anything may stand in padding.
      const float terms = static_cast<float>(static_cast<std::int32_t>(counts[i]));
      const std::uint32_t power = std::bit_cast<std::uint32_t>(terms) & 0x7f800000u;
      const std::uint32_t held = power < kMost ? power : kMost;
      const bool few = counts[i] <= sums::kEach;
      block[i] = few ? terms : std::bit_cast<float>(held);
      const std::uint32_t row = few ? counts[i] : (held >> 23) - 127u + 12u;  // of 2^5: 17
      cubic[i] = first(begin + i) + row * kRowPieces + (below & kEndPieces) + ((bits - kFirstBits) >> kPlaceBits);
    }
    // Faster than a gather of each coefficient.
    for (std::size_t i = 0; i < n; ++i) cubics_of[i] = cubics[cubic[i]];
    for (std::size_t i = 0; i < n; ++i) {
      const SumQuantiles::Cubic& c = cubics_of[i];
      const float t = place[i];
      out[begin + i] = exp2_lane(c.c0 + t * (c.c1 + t * (c.c2 + t * c.c3))) * block[i];
    }
  }
}

}  // namespace

std::uint32_t SumQuantiles::add(SummedLaw law, double cv) {
  for (std::size_t k = 0; k < known_.size(); ++k)
    if (known_[k].law == law && known_[k].cv == cv) return static_cast<std::uint32_t>(k);
  known_.push_back({law, cv});
  const auto table = cached_table(law, cv);
  cubics_.insert(cubics_.end(), table->begin(), table->end());
  return static_cast<std::uint32_t>(known_.size() - 1);
}

void SumQuantiles::fill(Isa isa, std::uint32_t law, const Cells& cells, float* sums) const {
  on_lanes(isa, [=, cubics = cubics_.data()]() SIM_LANES {
    const std::uint32_t first = law * kLawPieces;
    sums_of(
        cubics, [=](std::size_t) SIM_LANES { return first; }, cells, sums);
  });
}

void SumQuantiles::fill(Isa isa, const std::uint32_t* laws, const Cells& cells, float* sums) const {
  on_lanes(isa, [=, cubics = cubics_.data()]() SIM_LANES {
    sums_of(
        cubics, [=](std::size_t i) SIM_LANES { return laws[i] * kLawPieces; }, cells, sums);
  });
}

}  // namespace sim
