// sim/engine/accumulators.h: sums that are exact and do not depend on the order of adding.
#include "sim/engine/accumulators.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

__extension__ using Int128 = __int128;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double uniform() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  // Both signs, `octaves` octaves below `largest`.
  double wide(double largest, double octaves) {
    const double size = largest * std::exp2(-octaves * uniform());
    return uniform() < 0.5 ? -size : size;
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

std::vector<double> many(std::uint64_t seed, std::size_t count, double largest, double octaves) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& v : values) v = random.wide(largest, octaves);
  return values;
}

sim::ExactMoments moments_of(std::span<const double> values, double inverse_resolution,
                             sim::Isa isa = sim::default_isa()) {
  sim::ExactMoments m;
  m.add(isa, values, inverse_resolution);
  return m;
}

// Cuts at random into pieces, adds each to an instance of its own and by any instruction set, merges the
// pieces in random order.
sim::ExactMoments in_pieces(const std::vector<double>& values, double inverse_resolution, Random& random) {
  const std::vector<sim::Isa> isas = sim::available_isas();
  std::vector<sim::ExactMoments> pieces;
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t part = std::min<std::size_t>(values.size() - done, random.engine()() % 1500);
    const sim::Isa isa = isas[random.engine()() % isas.size()];
    pieces.push_back(moments_of({values.data() + done, part}, inverse_resolution, isa));
    done += part;
  }
  std::shuffle(pieces.begin(), pieces.end(), random.engine());
  sim::ExactMoments whole;
  for (const sim::ExactMoments& piece : pieces) whole.merge(piece);
  return whole;
}

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

bool same(const sim::ExactMoments& a, const sim::ExactMoments& b, double resolution) {
  return a.count() == b.count() && same_bits(a.mean(resolution), b.mean(resolution)) &&
         same_bits(a.variance(resolution), b.variance(resolution));
}

std::vector<float> random_floats(std::uint64_t seed, std::size_t count) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(random.wide(1e9, 55.0));
  for (std::size_t i = 0; i < count; i += 50) values[i] = i % 100 == 0 ? 0.0f : -0.0f;
  return values;
}

sim::LogHistogram histogram(sim::Isa isa, std::span<const float> values) {
  sim::LogHistogram h;
  std::vector<std::int32_t> scratch;
  h.add(isa, values, scratch);
  return h;
}

// Bins that hold something, in the order in which they are told.
std::vector<std::pair<std::int32_t, std::uint32_t>> bins_of(const sim::LogHistogram& h) {
  std::vector<std::pair<std::int32_t, std::uint32_t>> bins;
  h.each([&](std::int32_t bin, std::uint32_t count) { bins.emplace_back(bin, count); });
  return bins;
}

std::uint32_t count_in(const sim::LogHistogram& h, std::int32_t wanted) {
  std::uint32_t found = 0;
  h.each([&](std::int32_t bin, std::uint32_t count) { found += bin == wanted ? count : 0; });
  return found;
}

bool same(const sim::LogHistogram& a, const sim::LogHistogram& b) { return bins_of(a) == bins_of(b); }

}  // namespace

TEST_CASE("means and variances are those of the values rounded to the resolution, on every instruction set") {
  // The largest values on both sides of 2^42 resolutions, where vector code hands over.
  for (const double largest : {100.0, 0x1p41, 0x1p42, 0x1.8p42, 0x1p46})
    for (const double resolution : {0x1p-20, 1.0, 0x1p10}) {
      CAPTURE(resolution);
      CAPTURE(largest);
      std::vector<double> values = many(1, 20000, largest * resolution, 50.0);
      // Halves of the resolution are ties; the edges of the vector code's range.
      for (std::size_t i = 0; i < 200; ++i) values[i] = (static_cast<double>(i) - 99.5) * resolution;
      if (largest >= 0x1p42)
        for (const double edge : {0x1p42, 0x1p42 - 1.0, -0x1p42, -0x1p42 - 1.0}) values.push_back(edge * resolution);
      Int128 sum = 0, squares = 0;
      for (const double v : values) {
        const auto fixed = static_cast<Int128>(std::nearbyint(v / resolution));  // ties to even
        sum += fixed;
        squares += fixed * fixed;
      }
      const auto n = static_cast<Int128>(values.size());
      const double mean = static_cast<double>(sum) * resolution / static_cast<double>(n);
      const auto centred = static_cast<long double>(n * squares - sum * sum) / static_cast<long double>(n);
      const auto unit = static_cast<long double>(resolution);
      const auto variance = static_cast<double>(centred * unit * unit / static_cast<long double>(n - 1));
      for (const sim::Isa isa : sim::available_isas()) {
        const sim::ExactMoments m = moments_of(values, 1.0 / resolution, isa);
        CHECK(m.count() == values.size());
        CHECK(m.mean(resolution) == mean);
        CHECK(std::abs(m.variance(resolution) / variance - 1.0) < 1e-15);
      }
    }
}

TEST_CASE("a value's share of the sums does not depend on its neighbours") {
  // A large neighbour takes the whole run out of vector code.
  Random random(9);
  for (const std::size_t count :
       {std::size_t{2}, std::size_t{100}, std::size_t{511}, std::size_t{512}, std::size_t{513}}) {
    std::vector<double> values;
    for (std::size_t i = 0; i + 1 < count; ++i) values.push_back(std::nearbyint(random.wide(0x1p30, 30.0)) + 0.5);
    const double large = 0x1p44;
    sim::ExactMoments apart = moments_of(values, 1.0);
    apart.merge(moments_of(std::vector<double>{large}, 1.0));
    values.insert(values.begin() + static_cast<std::ptrdiff_t>(count / 2), large);
    CHECK(same(moments_of(values, 1.0), apart, 1.0));
  }
}

TEST_CASE("a small variance around a large mean loses nothing") {
  for (const double centre : {0x1p40, 0x1p46}) {
    std::vector<double> values;
    for (int i = 0; i < 1001; ++i) values.push_back(centre + (i % 2 == 0 ? 1.0 : -1.0));
    const sim::ExactMoments m = moments_of(values, 1.0);
    // 501 times +1, 500 times -1.
    CHECK(m.mean(1.0) == centre + 1.0 / 1001.0);
    CHECK(std::abs(m.variance(1.0) / ((1001.0 - 1.0 / 1001.0) / 1000.0) - 1.0) < 1e-15);
  }
}

TEST_CASE("any split, merged in any order, gives the same bits") {
  Random random(2);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::vector<double> values = many(seed, 5000, 1e12, 60.0);
    values[17] = 0x1p80;
    const sim::ExactMoments whole = moments_of(values, 64.0);
    for (int repeat = 0; repeat < 5; ++repeat) {
      std::shuffle(values.begin(), values.end(), random.engine());
      CHECK(same(in_pieces(values, 64.0, random), whole, 1.0 / 64.0));
    }
  }
}

TEST_CASE("merging is associative, and an empty instance is its neutral element") {
  const std::vector<double> values = many(3, 900, 1e6, 30.0);
  const sim::ExactMoments a = moments_of({values.data(), 300}, 1024.0);
  const sim::ExactMoments b = moments_of({values.data() + 300, 300}, 1024.0);
  const sim::ExactMoments c = moments_of({values.data() + 600, 300}, 1024.0);
  sim::ExactMoments left = a, right = b, last = a;
  left.merge(b);
  left.merge(c);
  right.merge(c);
  last.merge(right);
  CHECK(same(left, last, 0x1p-10));
  const sim::ExactMoments before = left;
  left.merge({});
  CHECK(same(left, before, 0x1p-10));
}

TEST_CASE("values of very different sizes are summed exactly, in any order and in parts") {
  Random random(5);
  std::vector<double> values;
  Int128 sum = 0;
  for (int k = 0; k < 4000; ++k) {
    const double size = static_cast<double>(std::uint64_t{1} << (random.engine()() % 63));
    const double value = (k % 3 == 0 ? -1.0 : 1.0) * (k % 2 == 0 ? size : size * 0x1p31);
    values.push_back(value);
    sum += static_cast<Int128>(value);
  }
  const sim::ExactMoments m = moments_of(values, 1.0);
  CHECK(m.parts().sum == sum);
  CHECK(m.parts().squares_high != 0);
  const double mean = static_cast<double>(sum) / 4000.0;
  long double centred = 0.0L;
  for (const double value : values)
    centred += (static_cast<long double>(value) - static_cast<long double>(mean)) *
               (static_cast<long double>(value) - static_cast<long double>(mean));
  CHECK(m.variance(1.0) == doctest::Approx(static_cast<double>(centred / 3999.0L)).epsilon(1e-14));
  CHECK(same(m, in_pieces(values, 1.0, random), 1.0));
}

TEST_CASE("the variance of large equal values and one that differs by a resolution is exact") {
  for (const double large : {0x1p46, 0x1p50, 0x1p52}) {
    std::vector<double> values(999, large);
    values.push_back(large + 1.0);
    CHECK(moments_of(values, 1.0).variance(1.0) == doctest::Approx(1.0 / 1000.0).epsilon(1e-12));
  }
  // Squares pass 2^127 in the adding.
  std::vector<double> values(20'000, 0x1p60);
  values.resize(40'000, -0x1p60);
  CHECK(moments_of(values, 1.0).mean(1.0) == 0.0);
  CHECK(moments_of(values, 1.0).variance(1.0) == doctest::Approx(0x1p120 * 40'000.0 / 39'999.0).epsilon(1e-14));
}

TEST_CASE("what no sum can hold is an error, never clipped") {
  const double edge = 0x1p95 * 0.25;
  for (const double bad : {edge, -edge, 2 * edge, std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(moments_of(std::vector{1.0, bad}, 4.0), std::overflow_error);
  }
  CHECK(moments_of(std::vector{edge * 0.999}, 4.0).mean(0.25) == edge * 0.999);
}

TEST_CASE("no values have mean 0, one has variance 0, equal ones have variance 0") {
  sim::ExactMoments m;
  CHECK(m.mean(1.0) == 0.0);
  CHECK(m.variance(1.0) == 0.0);
  m.add(sim::default_isa(), std::vector<double>{12.5}, 2.0);
  CHECK(m.mean(0.5) == 12.5);
  CHECK(m.variance(0.5) == 0.0);
  m.add(sim::default_isa(), std::vector<double>(999, 12.5), 2.0);
  CHECK(m.mean(0.5) == 12.5);
  CHECK(m.variance(0.5) == 0.0);
}

TEST_CASE("the sums hold the largest values in the largest number that is promised") {
  // Doubling a run by merging it with itself reaches 2^31 values of the largest size in 31 steps.
  sim::ExactMoments m = moments_of(std::vector<double>{0x1p47 - 1.0}, 1.0);
  for (int i = 0; i < 31; ++i) m.merge(sim::ExactMoments(m));
  CHECK(m.count() == std::uint64_t{1} << 31U);
  CHECK(m.mean(1.0) == 0x1p47 - 1.0);
  CHECK(m.variance(1.0) == 0.0);
}

TEST_CASE("bins ascend with the values") {
  std::vector<float> values = random_floats(4, 50000);
  values.insert(values.end(), {0.0f, -0.0f, 1.0f, -1.0f, 3e38f, -3e38f, 1e-38f, -1e-38f, 0x1p-30f, -0x1p-30f});
  std::sort(values.begin(), values.end());
  std::int32_t bin = sim::LogHistogram::bin_of(values.front());
  double middle = sim::LogHistogram::value_of(bin, false);
  for (const float v : values) {
    const std::int32_t next = sim::LogHistogram::bin_of(v);
    const double next_middle = sim::LogHistogram::value_of(next, false);
    if (next < bin || next_middle < middle) FAIL_CHECK("falls at " << v);
    if (next > bin && next_middle <= middle) FAIL_CHECK("two bins have one middle at " << v);
    bin = next;
    middle = next_middle;
  }
}

TEST_CASE("a bin's middle is within .4 % of every value in it, and tiny values count as 0") {
  double worst = 0.0;
  for (const float v : random_floats(5, 200000)) {
    const double size = std::abs(static_cast<double>(v));
    const double middle = sim::LogHistogram::value_of(sim::LogHistogram::bin_of(v), false);
    if (size < 0x1p-30) {
      if (middle != 0.0) FAIL_CHECK("tiny, yet not 0: " << v);
      continue;
    }
    worst = std::max(worst, std::abs(middle - static_cast<double>(v)) / size);
  }
  CHECK(worst < 0.004);
  CHECK(worst > 0.0038);
  for (const float tiny : {0.0f, -0.0f, std::nextafter(0x1p-30f, 0.0f), -std::nextafter(0x1p-30f, 0.0f)})
    CHECK(sim::LogHistogram::bin_of(tiny) == 0);
  CHECK(sim::LogHistogram::bin_of(0x1p-30f) == 1);
  CHECK(sim::LogHistogram::bin_of(-0x1p-30f) == -1);
}

TEST_CASE("whole numbers are exact up to 256") {
  for (int k = -256; k <= 256; ++k) {
    const auto v = static_cast<float>(k);
    CHECK(sim::LogHistogram::value_of(sim::LogHistogram::bin_of(v), true) == static_cast<double>(k));
  }
}

TEST_CASE("a histogram has every value once, on every instruction set") {
  for (std::size_t count = 1; count <= 600; count += count < 100 ? 1 : 83) {
    const std::vector<float> values = random_floats(count, count);
    const sim::LogHistogram first = histogram(sim::Isa::baseline, values);
    std::map<std::int32_t, std::uint32_t> counted;  // one value at a time
    for (const float v : values) ++counted[sim::LogHistogram::bin_of(v)];
    CHECK(bins_of(first) == std::vector<std::pair<std::int32_t, std::uint32_t>>(counted.begin(), counted.end()));
    CHECK(first.range() == std::pair(counted.begin()->first, counted.rbegin()->first));
    for (const sim::Isa isa : sim::available_isas()) CHECK(same(histogram(isa, values), first));
  }
}

TEST_CASE("histograms of any split merge to that of the whole") {
  Random random(6);
  const std::vector<float> values = random_floats(7, 20000);
  const sim::LogHistogram whole = histogram(sim::default_isa(), values);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<sim::LogHistogram> pieces;
    for (std::size_t done = 0; done < values.size();) {
      const std::size_t part = std::min<std::size_t>(values.size() - done, random.engine()() % 3000);
      pieces.push_back(histogram(sim::default_isa(), {values.data() + done, part}));
      done += part;
    }
    std::shuffle(pieces.begin(), pieces.end(), random.engine());
    sim::LogHistogram merged;
    for (const sim::LogHistogram& piece : pieces) merged.merge(piece);
    CHECK(same(merged, whole));
    for (const double p : {0.05, 0.5, 0.95}) CHECK(merged.quantile(p, false) == whole.quantile(p, false));
  }
}

TEST_CASE("a cleared histogram counts afresh") {
  sim::LogHistogram h = histogram(sim::default_isa(), random_floats(8, 1000));
  h.clear();
  CHECK(h.quantile(0.5, false) == 0.0);
  CHECK(h.range().first > h.range().second);
  std::vector<std::int32_t> scratch;
  const std::vector<float> values{-2.0f, 3.0f, 3.0f, 1e20f};
  h.add(sim::default_isa(), values, scratch);
  CHECK(same(h, histogram(sim::default_isa(), values)));
}

TEST_CASE("quantiles are those of the sorted data to the width of a bin") {
  for (const std::size_t count :
       {std::size_t{1}, std::size_t{2}, std::size_t{19}, std::size_t{1000}, std::size_t{9999}}) {
    std::vector<float> values = random_floats(count + 50, count);
    const sim::LogHistogram h = histogram(sim::default_isa(), values);
    std::sort(values.begin(), values.end());
    for (const double p : {0.001, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.999, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(count)));
      const float exact = values[std::max<std::size_t>(rank, 1) - 1];
      CAPTURE(p);
      CAPTURE(count);
      CHECK(h.quantile(p, false) == sim::LogHistogram::value_of(sim::LogHistogram::bin_of(exact), false));
    }
  }
}

TEST_CASE("quantiles of small whole numbers are exact") {
  std::vector<float> values;
  for (int k = 0; k <= 200; ++k) values.push_back(static_cast<float>(k));
  const sim::LogHistogram h = histogram(sim::default_isa(), values);
  CHECK(h.quantile(0.5, true) == 100.0);
  CHECK(h.quantile(0.9, true) == 180.0);
  CHECK(h.quantile(0.0, true) == 0.0);
  CHECK(h.quantile(1.0, true) == 200.0);
}

TEST_CASE("accumulators of a run merge all they hold and clear to nothing") {
  sim::OutputPlan plan;
  plan.months = 3;
  plan.trajectories = {{"a", "1", "A", "a"}, {"b", "1", "B", "b"}};
  plan.members = {{"x", "X"}, {"y", "Y"}};
  plan.member_totals = {{"t", "1", "T", "t", {1.0, 1.0}}};
  plan.member_survival = true;
  sim::Accumulators one(plan), two(plan);
  CHECK(one.trajectory_moments.size() == 6);
  CHECK(one.bands.size() == 6);
  CHECK(one.member_totals.size() == 2);
  CHECK(one.alive_changes.size() == 6);
  std::vector<std::int32_t> scratch;
  const std::vector<double> values{1.0, 2.0};
  const std::vector<float> singles{1.0f, 2.0f};
  for (sim::Accumulators* sums : {&one, &two}) {
    sums->moments(1, 3).add(sim::default_isa(), values, 1.0);
    sums->band(1, 3).add(sim::default_isa(), singles, scratch);
    sums->member_totals[1].add(sim::default_isa(), values, 1.0);
    sums->add_survivors(1, 1, 3);
    sums->add_survivors(1, 3, -1);
    sums->replications = 2;
  }
  one.merge(two);
  CHECK(one.moments(1, 3).count() == 4);
  CHECK(one.moments(0, 3).count() == 0);
  CHECK(count_in(one.band(1, 3), sim::LogHistogram::bin_of(2.0f)) == 2);
  CHECK(one.member_totals[1].count() == 4);
  CHECK(one.survivors(1) == std::vector<std::uint32_t>{6, 6, 4});
  CHECK(one.replications == 4);
  one.clear();
  CHECK(one.moments(1, 3).count() == 0);
  CHECK(count_in(one.band(1, 3), sim::LogHistogram::bin_of(2.0f)) == 0);
  CHECK(one.survivors(1) == std::vector<std::uint32_t>{0, 0, 0});
  CHECK(one.replications == 0);
  plan.detail = sim::TrajectoryDetail::means;
  CHECK(sim::Accumulators(plan).bands.empty());
  plan.detail = sim::TrajectoryDetail::none;
  CHECK(sim::Accumulators(plan).trajectory_moments.empty());
}
