// What a model records, told before the first block: columns of one value a replication, monthly
// trajectories kept as exact sums and bands, and totals for each member of the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

// One value a replication, in single precision unless the plan says otherwise. An outcome with a further dimension
// (output_by_year) is several columns with the same name and ascending `index`.
struct Column {
  std::string name;
  std::string unit;
  std::string long_name;
  std::string definition;
  bool high_is_worse = false;  // breakdowns: the worst futures are those with the most
  std::string dimension{};     // empty, or the name of the further dimension
  std::size_t index = 0;
  std::size_t extent = 1;
  std::string table{};          // of a copy's value: the table that it is a copy of, "machine.press" …
  std::string copy{};           // … and its id, "press_3"
  bool explains = false;        // a cause rather than a result: shown for the worst futures
  bool may_be_missing = false;  // NaN stands for "does not apply to this future"; statistics are of the others
  bool yes_or_no = false;       // 1 or 0: the mean is a probability, and quantiles say nothing

  // What misleads where the worst futures differ in it, if the mean of the outcome `caution_with` is not 0.
  std::string caution{}, caution_with{};

  // "output", or "output_by_year[1]": how summaries and hashes call it.
  std::string label() const { return dimension.empty() ? name : name + "[" + std::to_string(index + 1) + "]"; }
  // What the values of all copies are called together: "machine.press.wear" of
  // "machine.press_3.wear".
  std::string of_all_copies() const {
    return copy.empty() ? name : table + name.substr(table.rfind('.') + 1 + copy.size());
  }
};

struct Trajectory {
  std::string name;
  std::string unit;
  std::string long_name;
  std::string definition;
  double resolution = 1.0;  // sums are exact in multiples of this power of two
  bool whole = false;       // counts: bins stand for the whole numbers in them, exact up to 256
};

// What a model calls its members: the words of groups in files, of tables and of messages.
struct MemberNouns {
  std::string_view one = "member", many = "members";
  std::string_view tie = "membership";  // what begins and ends of each
};

struct Entity {
  std::string id;
  std::string label;
};

struct MemberTotal {  // one value a member and replication, kept as exact sums
  std::string name;
  std::string unit;
  std::string long_name;
  std::string definition;
  std::vector<double> resolutions;        // of each member, so that large members do not blur small ones
  std::vector<std::uint8_t> absent = {};  // [member] 1 where nobody asked for it; empty: asked for everywhere
  bool in_report = false;                 // a scenario asks for it: shown beside the outcomes
  bool holds(std::size_t member) const { return absent.empty() || absent[member] == 0; }
};

// Which replications are independent of each other. Parameters that are drawn once a replication are drawn for a unit
// of `inner` consecutive replications; with `batches`, unit u takes its place in the stratified batch u % batches, and
// only batches are independent.
struct Sampling {
  std::uint32_t inner = 1;
  std::uint32_t batches = 0;  // 0: every unit draws for itself
  bool independent() const { return inner == 1 && batches == 0; }
};

enum class TrajectoryDetail : std::uint8_t { none, means, bands };

struct OutputPlan {
  int months = 0;
  std::vector<Column> outcomes;
  std::vector<Column> inputs;
  TrajectoryDetail detail = TrajectoryDetail::bands;
  std::vector<Trajectory> trajectories;
  std::string_view headline{};  // label of the outcome that tables of many points are about, where it is recorded
  MemberNouns nouns;
  std::vector<Entity> members;  // in the natural order of their ids
  std::vector<MemberTotal> member_totals;
  Sampling sampling;
  bool member_survival = false;  // count, for each member and month, the replications alive

  bool doubles = false;  // columns in double precision
  std::size_t columns() const { return outcomes.size() + inputs.size(); }
  // Columns as they are kept: of words of 32 bits. Of doubles first the upper halves of all, then the lower (halves.h).
  std::size_t stored_columns() const { return columns() * (doubles ? 2 : 1); }
};

}  // namespace sim
