// Lives of links, lane by lane: since when each works, whether it does this month, and what ended it (MODEL.md,
// section 0). All of a month uses the links that work at its start; what ends one takes effect when the month closes.
//
// A link that has ended in a lane may begin anew, as a later *generation*: what is drawn once a generation is drawn
// under its entity plus the number of the generation, so that generation 0 draws as if there were no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/network/topology.h"
#include "sim/lanes/lane.h"
#include "sim/lanes/lane_copy.h"
#include "sim/lanes/lane_list.h"

namespace partnersim {

// What ended a link. Of several in a month the first to say so counts, for phases of a month are in the order of
// causes; it has the larger number, so that kernels may take the maximum.
enum class Cause : std::uint32_t { none, planned, churn, shock, not_begun };

class Lives {
 public:
  Lives(std::size_t links, std::size_t lanes);

  std::size_t links() const { return fates_.rows(); }
  // A block of so many lanes begins: no link has.
  void clear(std::size_t lanes);

  // It works from this month on in these lanes, in which it does not: for the first time, or anew.
  void begin(Link link, const sim::LaneList& lanes, int month);
  // Those that begin anew this month.
  struct Rebirth {
    Link link;
    std::uint32_t lane;
  };
  const std::vector<Rebirth>& reborn() const { return reborn_; }
  // How often it has begun anew in a lane.
  std::uint32_t generation(Link link, std::uint32_t lane) const {
    return generations_.rows() == 0 ? 0 : generations_.row(index(link))[lane];
  }
  // Of a lane in which it works: 1 in the month in which it began.
  int age(Link link, std::uint32_t lane, int month) const {
    const std::uint32_t begun = begun_in_.rows() == 0 ? begun_[index(link)] : begun_in_.row(index(link))[lane];
    return month - static_cast<int>(begun) + 1;
  }
  // Where it works this month.
  const sim::LaneList& working(Link link) const { return working_[index(link)]; }
  // [link]
  std::span<const sim::LaneList> working() const { return working_.all(); }
  bool works(Link link) const { return !working(link).empty(); }
  // Whether it works there and nothing has ended it so far.
  bool lives(Link link, std::uint32_t lane) const { return fate(link, lane) == Cause::none; }
  Cause fate(Link link, std::uint32_t lane) const { return static_cast<Cause>(fates(link)[lane]); }
  // Ends it in a lane; false where something else has.
  bool end(Link link, std::uint32_t lane, Cause cause) {
    if (!lives(link, lane)) return false;
    fates(link)[lane] = static_cast<std::uint32_t>(cause);
    return true;
  }
  // The row of its fates, Cause as a number, for kernels that end it in many lanes: 0 where it lives.
  std::uint32_t* fates(Link link) { return fates_.row(index(link)); }
  const std::uint32_t* fates(Link link) const { return fates_.row(index(link)); }

  // The month closes: links leave the lanes in which something has ended them. Tells on_end(link, those lanes).
  template <class OnEnd>
  void close(sim::Isa isa, const OnEnd& on_end) {
    for (std::size_t l = 0; l < working_.size(); ++l)
      if (!working_[l].empty() && working_[l].drop_flagged(isa, fates_.row(l), leaving_))
        on_end(numbered<Link>(l), leaving_);
    reborn_.clear();
  }
  // Between months.
  void copy_lane(const sim::LaneCopy& copy);

 private:
  sim::LaneLists working_;          // [link]
  sim::Grid<std::uint32_t> fates_;  // the same
  sim::LaneList leaving_;
  void tell_lanes_apart();

  sim::Lane<std::uint32_t> begun_;  // [link] month in which it first began in some lane; 0 before
  // [link], by lane; empty until some link begins in a second month.
  sim::Grid<std::uint32_t> generations_, begun_in_;
  std::vector<Rebirth> reborn_;
};

}  // namespace partnersim
