// The axes of a sweep, from a table [sweep.vary] or from `--vary` texts.
//
// Promise: paths may be quoted ("machine.*.wear") or nested tables; two axes of one path are an error, except that an
// axis of the command line takes the place of one of the file.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec_tree.h"
#include "sim/plan/axis.h"
#include "sim/plan/design.h"

namespace sim {

// The axes of a table [sweep.vary], in the order written.
std::vector<Axis> read_axes(const Node& vary, DesignKind design, const SpecNode& specs, Problems& problems);

// `--vary` texts as a table that read_axes takes:
//   'PATH=LO:HI:COUNT'    from LO to HI; for latin_hypercube and sobol 'PATH=LO:HI'
//   'PATH=A,B,C'          values as --set takes them
//   'PATH=*LO:HI:COUNT', 'PATH=*A,*B'   factors
//   'PATH=[…]', 'PATH={ … }'            as in [sweep.vary]
Node read_vary_texts(std::span<const std::string> texts, const SpecNode& specs, Problems& problems);

// A line of [sweep.vary] that would be accepted: "machine.*.wear" = { factor = [0.5, 1, 2] }
std::string factors_example(const SpecNode& specs);

// Axes of `later` take the places of those with the same path, the others follow.
std::vector<Axis> merged(std::vector<Axis> earlier, std::vector<Axis> later);

}  // namespace sim
