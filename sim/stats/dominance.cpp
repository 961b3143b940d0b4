#include "sim/stats/dominance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/base/missing.h"
#include "sim/stats/order.h"
#include "sim/stats/summary.h"
#include "sim/stats/units.h"

namespace sim {
namespace {

constexpr std::size_t kLevels = 99;

struct Columns {
  std::vector<double> a, b;  // sorted, complete pairs only

  double count() const { return static_cast<double>(a.size()); }
  // Visits (x, n F_b(x) - n F_a(x)) at every value, ascending, until visit returns true.
  template <class Visit>
  void walk(const Visit& visit) const {
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
      const double x = j == b.size() || (i < a.size() && a[i] < b[j]) ? a[i] : b[j];
      while (i < a.size() && a[i] <= x) ++i;
      while (j < b.size() && b[j] <= x) ++j;
      if (visit(x, static_cast<double>(j) - static_cast<double>(i))) return;
    }
  }
};

std::vector<double> levels_of(const Columns& columns) {
  std::vector<double> pooled(columns.a.size() + columns.b.size());
  std::merge(columns.a.begin(), columns.a.end(), columns.b.begin(), columns.b.end(), pooled.begin());
  std::vector<double> levels;
  for (std::size_t k = 1; k <= kLevels && !pooled.empty(); ++k) {
    const double x = pooled[(pooled.size() * k - 1) / (kLevels + 1)];
    if (levels.empty() || x > levels.back()) levels.push_back(x);
  }
  return levels;
}

// The gap at each level, and its error.
class Gaps {
 public:
  Gaps(const Values& a, const Values& b, const Sampling& sampling, std::span<const double> levels)
      : levels_(levels), sum_(levels.size()), squares_(levels.size()), products_(levels.size()) {
    // Sections one after the other where they are consecutive, else all at once.
    const std::size_t open = std::max<std::size_t>(1, sampling.batches);
    std::vector<Section> sections(open, Section{0.0, std::vector<double>(levels.size() + 1)});
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (sampling.batches == 0 && i % sampling.inner == 0) close(sections[0]);
      if (!std::isnan(a[i]) && !std::isnan(b[i]))
        add(sections[sampling.batches == 0 ? 0 : section_of(sampling, i)], a[i], b[i]);
    }
    for (Section& section : sections) close(section);
    freedom_ = used_ - 1.0;
  }

  double gap(std::size_t j) const { return sum_[j] / n_; }
  // NaN when there is only one section.
  double error(std::size_t j) const {
    if (used_ < 2.0) return kMissing;
    const double squares = squares_[j] - 2.0 * gap(j) * products_[j] + gap(j) * gap(j) * shares_;
    return std::sqrt(std::max(0.0, squares) / (1.0 - shares_ / (n_ * n_))) / n_;
  }
  double critical() const {
    return critical_value(freedom_, 1.0 - (1.0 - kConfidence) / static_cast<double>(levels_.size()));
  }

 private:
  struct Section {
    double count;
    std::vector<double> change;  // of the gap from one level to the next
  };

  void add(Section& section, double a, double b) const {
    const auto at = [&](double v) {
      return static_cast<std::size_t>(std::lower_bound(levels_.begin(), levels_.end(), v) - levels_.begin());
    };
    section.count += 1.0;
    section.change[at(b)] += 1.0;
    section.change[at(a)] -= 1.0;
  }
  void close(Section& section) {
    if (section.count == 0.0) return;
    double gap = 0.0;
    for (std::size_t j = 0; j < levels_.size(); ++j) {
      gap += section.change[j];
      sum_[j] += gap;
      squares_[j] += gap * gap;
      products_[j] += gap * section.count;
    }
    n_ += section.count;
    shares_ += section.count * section.count;
    used_ += 1.0;
    section.count = 0.0;
    std::fill(section.change.begin(), section.change.end(), 0.0);
  }

  std::span<const double> levels_;
  std::vector<double> sum_, squares_, products_;
  double n_ = 0.0, shares_ = 0.0, used_ = 0.0, freedom_ = 0.0;
};

void find_extremes(DominanceTest& test, const Columns& columns) {
  columns.walk([&](double x, double gap) {
    gap /= columns.count();
    if (-gap > test.gain) {
      test.gain = -gap;
      test.gain_at = x;
    }
    if (gap > test.loss) {
      test.loss = gap;
      test.loss_at = x;
    }
    return false;
  });
}

// The first value after `from` at which the gap no longer has the sign it has there.
double sign_change(const Columns& columns, double from, double sign) {
  double found = from;
  columns.walk([&](double x, double gap) {
    if (x <= from) return false;
    found = x;
    return gap * sign <= 0.0;
  });
  return found;
}

}  // namespace

DominanceTest test_dominance(const Values& all_a, const Values& all_b, const Sampling& sampling) {
  const std::size_t pairs = std::min(all_a.size(), all_b.size());
  const Values a = all_a.first(pairs), b = all_b.first(pairs);
  Columns columns;
  {
    const CompletePairs complete(a, b);
    columns = {sorted_values(complete.a()), sorted_values(complete.b())};
  }
  DominanceTest test;
  if (columns.a.empty()) return test;
  find_extremes(test, columns);
  const std::vector<double> levels = levels_of(columns);
  const Gaps gaps(a, b, sampling, levels);
  const double critical = gaps.critical();
  bool gain = false, loss = false;
  double last = 0.0;  // sign of the gap at the last level where it is significant
  double last_level = 0.0;
  for (std::size_t j = 0; j < levels.size(); ++j) {
    const double within = critical * gaps.error(j);
    if (!(within <= test.tolerance)) test.tolerance = within;
    if (!(std::abs(gaps.gap(j)) > within)) continue;
    const double sign = gaps.gap(j) > 0.0 ? 1.0 : -1.0;
    (sign > 0.0 ? loss : gain) = true;
    if (last == -sign && test.crossings++ == 0) {
      test.crossing = sign_change(columns, last_level, last);
      test.smaller_below = last > 0.0;
    }
    last = sign;
    last_level = levels[j];
  }
  test.verdict = gain && loss ? Dominance::crosses
                 : gain       ? Dominance::b_larger
                 : loss       ? Dominance::a_larger
                              : Dominance::no_difference;
  return test;
}

namespace {

// "1.2 million", "340,000", "12.5": three or so digits, for a sentence.
std::string plain_number(double x) {
  const double size = std::abs(x);
  if (size >= 999.5e6) return fmt::format("{:.3g} billion", x / 1e9);
  if (size >= 999.5e3) return fmt::format("{:.3g} million", x / 1e6);
  std::string digits = fmt::format("{:.{}g}", x, size >= 1e3 ? 6 : 3);
  if (size >= 1e3) {
    digits = fmt::format("{:.0f}", size < 1e4 ? std::round(x / 10.0) * 10.0 : std::round(x / 1e3) * 1e3);
    digits.insert(digits.size() - 3, ",");
  }
  return digits;
}

}  // namespace

std::string in_words(const DominanceTest& test, const ComparisonNames& names) {
  const char* reach = names.larger_is_better ? "makes reaching it" : "makes staying at or below it";
  switch (test.verdict) {
    case Dominance::no_difference: {
      const std::string text = fmt::format(
          "no level of {} is more likely to be reached by one of `{}` and `{}`, as far as these replications can tell",
          names.outcome, names.a, names.b);
      if (std::isnan(test.tolerance)) return text;  // a single unit
      return fmt::format("{} ({:.2g} percentage points)", text, 100.0 * test.tolerance);
    }
    case Dominance::crosses: {
      const bool better_above = test.smaller_below == names.larger_is_better;
      std::string text =
          fmt::format("neither is better everywhere: `{}` is better {} {}, worse {}", names.b,
                      better_above ? "above" : "below", plain_number(test.crossing), better_above ? "below" : "above");
      if (test.crossings > 1) text += fmt::format(", and they change places {} times in all", test.crossings);
      return text;
    }
    case Dominance::a_larger:
    case Dominance::b_larger:
      break;
  }
  const bool b_better = (test.verdict == Dominance::b_larger) == names.larger_is_better;
  const double against = test.verdict == Dominance::b_larger ? test.loss : test.gain;
  std::string text = fmt::format("at every level of {}, `{}` {} at least as likely as `{}`", names.outcome,
                                 b_better ? names.b : names.a, reach, b_better ? names.a : names.b);
  if (against > 0.0)
    text += fmt::format(", but for {:.2g} percentage points that Monte Carlo error may explain", 100.0 * against);
  return text;
}

}  // namespace sim
