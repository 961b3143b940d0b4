// One possible future told month by month: what happened, to whom, and why. Made by running the model's own kernels
// on one replication, so that its outcomes are those of the run it was part of, bit by bit.
#pragma once

#include <string>
#include <vector>

namespace sim {

struct ChronicleEvent {
  int month = 0;
  std::string kind;     // "begun", "ended", "shock": a word of its own for each kind of event
  std::string subject;  // whom it concerns, by label
  std::string cause;    // empty when there is nothing to say
  std::string text;     // the event as a sentence without the month
  double amount = 0.0;  // in `unit`; 0 with an empty unit when there is none
  std::string unit;
};

struct Chronicle {
  std::vector<ChronicleEvent> events;  // in order of time
  std::vector<double> columns;         // outcomes, then inputs, of this replication
};

}  // namespace sim
