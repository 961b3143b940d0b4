// Numbers of a document multiplied where a path means them: the factors of a sweep.
//
//   each matched entity's own number × factor, the number being the one written in the scenario
//
// Promise: a copy of a `count` without a number of its own is multiplied through its original, once. Under '*', an
// entity that does not write the number is left as it is when its default is 0 or it is disabled; else, as for a value
// that is a law and not a number, that is an error with a remedy. Products of whole-number parameters must be whole.
#pragma once

#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec_tree.h"
#include "sim/plan/axis.h"

namespace sim {

struct Product {
  PathPlace place;
  Node value;
};

// What `axis` gives with this factor; empty when a problem was added.
std::vector<Product> products(Document& document, const Axis& axis, double factor, const SpecNode& specs,
                              Problems& problems);

// Multiplies in place. True when it worked; else a problem was added.
bool multiply(Document& document, const Axis& axis, double factor, const SpecNode& specs, Problems& problems);

}  // namespace sim
