// Whom a shock strikes (MODEL.md, section 2): a pool of firms, and a rule that chooses among them when it arrives.
//
//   "partners"  "everyone" (the focal firm too)  "firm" (the focal firm alone)
//   { partners = ["acme", "b*"] }  { firms = [...] } (ids of partners, and "firm")  { tag = "x" }  { sector = "x" }
//   { region = "x" }  { type = "x" }
//   with, or alone for all partners:  { fraction = 0.2 }: each with this probability;  { count = 2 }: so many distinct
//   live ones;  { top = 3, by = "revenue" }: the live ones with the largest revenue of the last twelve months
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/setup.h"

namespace partnersim {

struct Target {
  enum class Choice : std::uint8_t { all, fraction, count, top };
  std::vector<Firm> firms;  // the pool, each once
  Choice choice = Choice::all;
  double fraction = 1.0;
  std::size_t number = 0;  // of count and top

  // Of the pool, on average.
  double share() const;
  // Probability that an arrival strikes any of the pool.
  double chance() const;
};

// Adds what is wrong to setup.problems; then the pool is not to be used. Not given: `otherwise`, a word as above.
Target read_target(Setup& setup, const std::string& path, const char* otherwise);
// Positions in setup.partners of the patterns in an array, or of one.
std::vector<std::size_t> named_partners(Setup& setup, const sim::Node& node, const std::string& path);

}  // namespace partnersim
