// Writes the tables of sums (sim/rng/sum_grid.h) as C++ to the file named: part of the build, some seconds.
//
// The same bits on every machine, as it is made of IEEE operations and sim/base alone.
#include <cmath>
#include <cstdio>
#include <memory>

#include "sim/base/elementary.h"
#include "sim/base/special.h"
#include "sim/rng/sum_grid.h"
#include "sim/tables/lognormal_sums.h"

namespace sim::sums {
namespace {

using Scores = std::array<double, kNodes>;

// Normal scores of the nodes.
Scores normal_scores() {
  Scores z;
  for (std::size_t j = 0; j < kNodes; ++j) {
    const auto [upper, v] = tail(j);
    z[j] = upper ? -normal_quantile(v) : normal_quantile(v);
  }
  return z;
}

std::int32_t in_units(double g) { return static_cast<std::int32_t>(std::floor(g / kUnit + 0.5)); }

void fill_lognormal(std::array<Entries, kRows>& table) {
  const Scores z = normal_scores();
  const auto points = chebyshev_points();
  for (std::size_t k = 0; k < kSpreads; ++k) {
    const double sigma = spread(kMostLognormalSpread, points[k]);
    const LogSum one = LogSum::lognormal(sigma);
    LogSum law = one;
    for (std::size_t row = 0; row < kRows; ++row) {
      if (row > 0) law = row < kEach ? LogSum::sum(one, law) : LogSum::sum(law, law);
      const double n = terms_of(row);
      for (std::size_t j = 0; j < kNodes; ++j) {
        const double log_ratio = law.log_quantile(z[j]) - math::log(n) - 0.5 * sigma * sigma;
        table[row][j][k] = in_units(log_ratio * std::sqrt(n) / sigma);
      }
    }
  }
}

// x of P(a, x) or Q(a, x), in its logarithm by Newton's steps of the logarithm of the probability, which is nearly
// straight in the tail; halved where a step would be long.
double log_gamma_quantile(double shape, bool upper, double probability, double start) {
  double y = start;
  for (int step = 0; step < 100; ++step) {
    const double x = math::exp(y);
    const double p = upper ? gamma_q(shape, x) : gamma_p(shape, x);
    // x times the density: of the same size as p in the tail.
    const double rate = math::exp(shape * y - x - log_gamma(shape)) / p;
    double change = math::log(probability / p) / rate;
    if (upper) change = -change;
    change = std::fmax(-1.0, std::fmin(1.0, change));
    y += change;
    if (std::abs(change) < 1e-12) break;
  }
  return y;
}

void fill_gamma(Entries& table) {
  const auto points = chebyshev_points();
  for (std::size_t k = 0; k < kSpreads; ++k) {
    const double s = spread(kMostGammaSpread, points[k]);
    const double shape = 1.0 / (s * s);
    double y = math::log(shape);
    for (const std::size_t first : {std::size_t{0}, kSideNodes})
      for (std::size_t j = first; j < first + kSideNodes; ++j) {
        if (j == first) y = math::log(shape);
        y = log_gamma_quantile(shape, j < kSideNodes, tail(j).probability, y);
        table[j][k] = in_units((y - math::log(shape)) / s);
      }
  }
}

void write(std::FILE* out, const Entries& table) {
  std::fputs("{{", out);
  for (const auto& node : table) {
    std::fputs("{{", out);
    for (const std::int32_t entry : node) std::fprintf(out, "%d,", entry);
    std::fputs("}},\n", out);
  }
  std::fputs("}}", out);
}

int run(const char* path) {
  const auto lognormal = std::make_unique<std::array<Entries, kRows>>();
  const auto gamma = std::make_unique<Entries>();
  fill_lognormal(*lognormal);
  fill_gamma(*gamma);
  std::FILE* out = std::fopen(path, "w");
  if (out == nullptr) return 1;
  std::fputs(
      "#include \"sim/rng/sum_grid.h\"\n\nnamespace sim::sums {\n\nconst std::array<Entries, kRows> kLognormal{{", out);
  for (const Entries& row : *lognormal) {
    write(out, row);
    std::fputs(",\n", out);
  }
  std::fputs("}};\n\nconst Entries kGamma", out);
  write(out, *gamma);
  std::fputs(";\n\n}  // namespace sim::sums\n", out);
  return std::fclose(out) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sim::sums

int main(int count, char** words) { return count == 2 ? sim::sums::run(words[1]) : 2; }
