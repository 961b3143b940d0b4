#include "sim/stats/units.h"

#include <algorithm>
#include <limits>

#include "sim/base/missing.h"
#include "sim/base/student.h"

namespace sim {
double critical_value(double freedom, double confidence) {
  struct Known {
    double freedom = 0.0, confidence = 0.0, value = 0.0;
  };
  thread_local Known known;  // columns mostly have as many values, and solving takes longer than summing hundreds
  const double p = 1.0 - 0.5 * (1.0 - confidence);
  if (std::isinf(freedom)) return student_quantile(freedom, p);
  if (freedom != known.freedom || confidence != known.confidence)
    known = {freedom, confidence, student_quantile(freedom, p)};
  return known.value;
}

Estimate estimate_of(double value, const Spread& spread, double confidence) {
  const double half = critical_value(spread.freedom, confidence) * spread.error;
  return {value, spread.error, value - half, value + half};
}

std::size_t section_count(const Sampling& sampling, std::size_t replications) {
  const std::size_t units = (replications + sampling.inner - 1) / sampling.inner;
  return sampling.batches == 0 ? units : std::min<std::size_t>(units, sampling.batches);
}

SectionSums::SectionSums(const Sampling& sampling, std::size_t replications)
    : sampling_(sampling),
      sums_(section_count(sampling, replications)),
      counts_(section_count(sampling, replications)) {}

Spread SectionSums::spread() const {
  double n = 0.0, sections = 0.0, sum = 0.0;
  for (const double count : counts_) {
    n += count;
    if (count > 0.0) sections += 1.0;
  }
  if (sections < 2.0) return {kMissing, 0.0};
  for (const double s : sums_) sum += s;
  // Influences sum to zero up to factors like n / (n - 1); what is left is no error.
  double squares = 0.0, shares = 0.0;
  for (std::size_t g = 0; g < sums_.size(); ++g) {
    const double off = sums_[g] - sum * (counts_[g] / n);
    squares += off * off;
    shares += counts_[g] * counts_[g];
  }
  return {std::sqrt(squares / (1.0 - shares / (n * n))) / n, sections - 1.0};
}

Interval wilson(double p, double n, double critical) {
  const double z2 = critical * critical;
  const double centre = (p + 0.5 * z2 / n) / (1.0 + z2 / n);
  const double half = critical / (1.0 + z2 / n) * std::sqrt(p * (1.0 - p) / n + 0.25 * z2 / (n * n));
  // The ends at p = 0 and p = 1 are exact; rounding must not leave p outside.
  return {std::clamp(centre - half, 0.0, p), std::clamp(centre + half, p, 1.0)};
}

Interval share_interval(double p, double variance, std::size_t count, const Sampling& sampling,
                        std::size_t replications, const Spread& spread, double confidence) {
  const auto n = static_cast<double>(count);
  if (count == 0) return {kMissing, kMissing};
  if (sampling.independent()) return wilson(p, n, critical_value(std::numeric_limits<double>::infinity(), confidence));
  const double critical = critical_value(spread.freedom, confidence);
  const auto units = static_cast<double>((replications + sampling.inner - 1) / sampling.inner);
  const double trials = spread.error > 0.0 ? variance / (spread.error * spread.error) : units;
  return wilson(p, trials, critical);
}

}  // namespace sim
