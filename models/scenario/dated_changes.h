// [change.<id>]: values that will be others from a month on. A change names paths of the scenario; whoever reads such
// a value asks for its pieces. A value nobody reads in pieces cannot change during a run, and saying so is an error.
// Where a path matches nothing because tables are disabled, that is no mistake (switched_off.h).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/scenario.h"

namespace partnersim {

struct DatedLaw {
  int from = 1;  // month
  sim::Law law;
};

// The piece in effect in a month; pieces in order, the first one from the beginning.
template <class Piece>
const Piece& in_effect(const std::vector<Piece>& pieces, int month) {
  std::size_t k = pieces.size() - 1;
  while (k > 0 && pieces[k].from > month) --k;
  return pieces[k];
}

// What changes may change, read once: a value for each piece. Default: never given.
template <class Value>
class Dated {
 public:
  Dated() = default;
  template <class Read>
  Dated(const std::vector<DatedLaw>& laws, const Read& read) {
    for (const auto& [from, law] : laws) pieces_.push_back({from, read(law)});
  }
  bool given() const { return !pieces_.empty(); }
  bool ever_changes() const { return pieces_.size() > 1; }
  const Value& in(int month) const { return in_effect(pieces_, month).value; }

 private:
  struct Piece {
    int from;
    Value value;
  };
  std::vector<Piece> pieces_;
};

// A number: laws that are constants.
class DatedNumber : public Dated<double> {
 public:
  DatedNumber() = default;
  explicit DatedNumber(const std::vector<DatedLaw>& constants)
      : Dated(constants, [](const sim::Law& law) { return law.number("value"); }) {}
};

class DatedChanges {
 public:
  DatedChanges(const sim::Scenario& scenario, sim::Problems& problems);

  // The law in the scenario, then those of changes in order of month.
  std::vector<DatedLaw> laws(const sim::Scenario& scenario, const std::string& path);
  // Adds a problem for each changed path that nobody asked for.
  void report_idle(sim::Problems& problems) const;

 private:
  struct Change {
    int month;
    sim::Law law;
    sim::Mark mark;
    std::string id;  // "change.hire"
  };
  void read(const sim::Scenario& scenario, const std::string& id, sim::Problems& problems);
  void add(const sim::Scenario& scenario, const std::string& id, const std::string& pattern, const sim::Member& member,
           sim::Problems& problems);

  std::map<std::string, std::vector<Change>> changes_;  // by path
  std::set<std::string> asked_;
};

}  // namespace partnersim
