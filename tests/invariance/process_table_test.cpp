// The order in which processes are made says nothing: needs are a set, handles are what they were given.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/support/harness.h"
#include "tests/support/shipped.h"

namespace {

using partnersim::testing::How;
using partnersim::testing::Run;

// Everything, and goals and losses, which look at what other processes keep.
std::string all_of_it() {
  std::string text = partnersim::testing::shipped("everything", 300);
  text += "\n[goal.shuffled_wins]\noutcome = \"wins\"\nat_least = 50\n";
  text += "\n[goal.shuffled_partners]\noutcome = \"active_partners\"\nat_least = 1\n";
  return text;
}

}  // namespace

TEST_CASE("a table of processes in another order gives the same outcomes") {
  const Run straight(all_of_it());
  std::vector<partnersim::Entry> table(partnersim::processes().begin(), partnersim::processes().end());
  std::mt19937 order(17);
  for (int k = 0; k < 4; ++k) {
    if (k == 0)
      std::reverse(table.begin(), table.end());
    else
      std::shuffle(table.begin(), table.end(), order);
    How how;
    how.table = table;
    const Run shuffled(all_of_it(), how);
    const auto given = straight.hashes(), found = shuffled.hashes();
    REQUIRE(shuffled.outputs().outcomes.size() == straight.outputs().outcomes.size());
    for (const sim::Column& column : straight.outputs().outcomes)
      CHECK_MESSAGE(found.at(column.label()) == given.at(column.label()), column.label());
    for (const sim::Column& column : straight.outputs().inputs)
      CHECK_MESSAGE(found.at(column.label()) == given.at(column.label()), column.label());
    for (const sim::Trajectory& series : straight.outputs().trajectories)
      CHECK_MESSAGE(shuffled.monthly(series.name, 7).mean == straight.monthly(series.name, 7).mean, series.name);
    CHECK(shuffled.expected().outcomes == straight.expected().outcomes);
  }
}
