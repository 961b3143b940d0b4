#include "models/scenario/correlation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>
#include <string>

#include "models/scenario/correlated_values.h"

namespace partnersim {
namespace {

// Changes of a rank below are not worth a word.
constexpr double kNoticeable = 0.01;

struct Table {
  std::string path;  // "correlation.market"
  std::set<std::string> ids;
  double rank = 0.0;
  bool repair = true;
};

// Everything that is correlated, in the order of ids, and the rank of each pair.
class Pairs {
 public:
  explicit Pairs(std::vector<std::string> ids)
      : ids_(std::move(ids)), ranks_(ids_.size()), tables_(ids_.size() * ids_.size(), nullptr) {}

  std::size_t size() const { return ids_.size(); }
  const std::string& id(std::size_t i) const { return ids_[i]; }
  double rank(std::size_t i, std::size_t j) const { return ranks_.at(i, j); }
  const Table* table(std::size_t i, std::size_t j) const { return tables_[std::max(i, j) * size() + std::min(i, j)]; }

  // False when another table says otherwise of a pair.
  bool add(const Table& table, Setup& setup) {
    std::vector<std::size_t> members;
    for (const std::string& id : table.ids)
      members.push_back(static_cast<std::size_t>(std::lower_bound(ids_.begin(), ids_.end(), id) - ids_.begin()));
    for (std::size_t b = 1; b < members.size(); ++b)
      for (std::size_t a = 0; a < b; ++a) {
        const Table*& before = tables_[members[b] * size() + members[a]];
        if (before != nullptr && before->rank != table.rank) {
          setup.problems.add(setup.scenario.mark(table.path + ".rank"),
                             fmt::format("{} gives the pair {} and {} rank {}", table.path, id(members[a]),
                                         id(members[b]), table.rank),
                             fmt::format("{} gives it {}", before->path, before->rank),
                             "Let only one of them name both");
          return false;
        }
        before = &table;
        ranks_.set(members[a], members[b], table.rank);
      }
    return true;
  }

  // What hangs together, each set in order, by its smallest member.
  std::vector<std::vector<std::size_t>> sets() const {
    std::vector<std::vector<std::size_t>> sets;
    std::vector<char> seen(size(), 0);
    for (std::size_t first = 0; first < size(); ++first) {
      if (seen[first] != 0) continue;
      std::vector<std::size_t> set{first};
      seen[first] = 1;
      for (std::size_t k = 0; k < set.size(); ++k)
        for (std::size_t j = 0; j < size(); ++j)
          if (seen[j] == 0 && rank(set[k], j) != 0.0) {
            seen[j] = 1;
            set.push_back(j);
          }
      std::sort(set.begin(), set.end());
      if (set.size() > 1) sets.push_back(std::move(set));
    }
    return sets;
  }

 private:
  std::vector<std::string> ids_;
  sim::SymmetricMatrix ranks_;
  std::vector<const Table*> tables_;  // lower triangle
};

std::vector<Table> read_tables(Setup& setup) {
  std::vector<Table> tables;
  for (const std::string& name : setup.scenario.ids("correlation")) {
    const std::string path = "correlation." + name;
    CorrelatedValues values = correlated_values(setup, path);
    if (values.usable)
      tables.push_back(
          {path, std::move(values.ids), setup.scenario.number(path + ".rank"), setup.scenario.flag(path + ".repair")});
  }
  return tables;
}

// "rank between a and b 0.9 becomes 0.71; 3 of 10 pairs change by more than 0.01"
std::string what_changes(const Pairs& pairs, const std::vector<std::size_t>& set,
                         const sim::SymmetricMatrix& repaired) {
  std::size_t noticeable = 0, first = 0, second = 1;
  double largest = -1.0;
  for (std::size_t b = 1; b < set.size(); ++b)
    for (std::size_t a = 0; a < b; ++a) {
      const double change = std::abs(sim::rank_of_pearson(repaired.at(a, b)) - pairs.rank(set[a], set[b]));
      if (change > kNoticeable) ++noticeable;
      // Equal but for rounding is equal: the first one is named.
      if (change <= largest + 1e-9) continue;
      largest = change;
      first = a;
      second = b;
    }
  return fmt::format("rank between {} and {} {} becomes {:.3f}; {} of {} pairs change by more than {}",
                     pairs.id(set[first]), pairs.id(set[second]), pairs.rank(set[first], set[second]),
                     sim::rank_of_pearson(repaired.at(first, second)), noticeable, set.size() * (set.size() - 1) / 2,
                     kNoticeable);
}

// What ties a set together, by name.
std::set<std::string> tables_of(const Pairs& pairs, const std::vector<std::size_t>& set) {
  std::set<std::string> names;
  for (const std::size_t b : set)
    for (const std::size_t a : set)
      if (a < b && pairs.table(a, b) != nullptr) names.insert(pairs.table(a, b)->path);
  return names;
}

// "correlation.market and correlation.prices"
std::string joined(const std::set<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : " and ") + name;
  return all;
}

// Sums of normal scores that are each stratified are not: only their additive part is.
void note_strata(Setup& setup, const Pairs& pairs, const std::vector<std::size_t>& set, const sim::Copula& copula) {
  if (setup.scenario.text("scenario.sampling") != "stratified") return;
  constexpr std::size_t kMostNamed = 3;
  std::string kept;
  std::size_t keeping = 0;
  for (std::size_t k = 0; k < set.size(); ++k) {
    if (copula.is_mixture(k)) continue;
    if (++keeping <= kMostNamed) kept += (kept.empty() ? "" : ", ") + pairs.id(set[k]);
  }
  if (keeping == set.size()) return;
  if (keeping > kMostNamed) kept += fmt::format(" and {} more", keeping - kMostNamed);
  const std::size_t others = set.size() - keeping;
  setup.warnings.push_back(fmt::format(
      "{}: of the stratified draws only {} keep{} {} strata; the other {} a mixture, spread less evenly, and errors "
      "allow for it",
      joined(tables_of(pairs, set)), kept, keeping == 1 ? "s" : "", keeping == 1 ? "its" : "their",
      others == 1 ? "is" : fmt::format("{} are each", others)));
}

// The matrix of a set, repaired where it must and may be.
std::optional<sim::SymmetricMatrix> matrix_of(Setup& setup, const Pairs& pairs, const std::vector<std::size_t>& set) {
  sim::SymmetricMatrix matrix = sim::SymmetricMatrix::identity(set.size());
  const Table* strict = nullptr;
  for (std::size_t b = 1; b < set.size(); ++b)
    for (std::size_t a = 0; a < b; ++a) {
      matrix.set(a, b, sim::pearson_of_rank(pairs.rank(set[a], set[b])));
      const Table* table = pairs.table(set[a], set[b]);
      if (table != nullptr && !table->repair) strict = table;
    }
  if (sim::is_positive_semidefinite(matrix)) return matrix;
  const std::set<std::string> names = tables_of(pairs, set);
  const std::string problem = joined(names) + ": these ranks cannot hold together";
  if (set.size() > sim::kMostRepaired) {
    setup.problems.add(setup.scenario.mark(*names.begin() + ".rank"), problem,
                       fmt::format("and {} parameters are too many to mend", set.size()),
                       "Write rank = 0, or ranks nearer to it");
    return std::nullopt;
  }
  sim::SymmetricMatrix repaired = sim::nearest_correlation(matrix);
  const std::string changes = what_changes(pairs, set, repaired);
  if (strict != nullptr) {
    setup.problems.add(setup.scenario.mark(strict->path + ".repair"), problem, "in the nearest that can, " + changes,
                       "Leave repair = false out to take them, or change the ranks");
    return std::nullopt;
  }
  setup.warnings.push_back(problem + " and are moved to the nearest that can: " + changes);
  return repaired;
}

}  // namespace

std::vector<CorrelatedSet> read_correlations(Setup& setup) {
  const std::vector<Table> tables = read_tables(setup);
  std::set<std::string> ids;
  for (const Table& table : tables) ids.insert(table.ids.begin(), table.ids.end());
  if (ids.size() > kMostCorrelated) {
    setup.problems.add(setup.scenario.mark(tables.front().path + ".of"),
                       fmt::format("{} parameters are correlated", ids.size()),
                       fmt::format("at most {}", kMostCorrelated),
                       "Correlate fewer, or write shared = true where one draw serves all copies");
    return {};
  }
  Pairs pairs({ids.begin(), ids.end()});
  bool agreed = true;
  for (const Table& table : tables) agreed = pairs.add(table, setup) && agreed;
  if (!agreed) return {};
  std::vector<CorrelatedSet> sets;
  for (const auto& set : pairs.sets()) {
    const auto matrix = matrix_of(setup, pairs, set);
    if (!matrix) continue;
    std::vector<std::uint64_t> entities;
    for (const std::size_t member : set) entities.push_back(setup.entity(pairs.id(member)));
    sets.push_back({std::move(entities), sim::Copula(*matrix)});
    note_strata(setup, pairs, set, sets.back().copula);
  }
  return sets;
}

}  // namespace partnersim
