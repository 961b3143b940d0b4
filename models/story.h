// What replay tells of one replication. After each step of a process its work may tell what has happened to lane 0; it
// changes nothing, so that the future it tells is the one that was simulated.
#pragma once

#include <string>
#include <vector>

#include "models/setup.h"
#include "sim/engine/chronicle.h"

namespace partnersim {

class Story {
 public:
  explicit Story(const Setup& the_setup) : setup(the_setup) {}

  // The fields of sim::ChronicleEvent, in this month.
  void tell(const State& state, std::string kind, std::string subject, std::string cause, std::string text,
            double amount = 0.0, const std::string& unit = {});
  // "-1,250 USD"
  std::string money(double amount) const;
  std::vector<sim::ChronicleEvent> take() { return std::move(events_); }

  const Setup& setup;

 private:
  std::vector<sim::ChronicleEvent> events_;
};

}  // namespace partnersim
