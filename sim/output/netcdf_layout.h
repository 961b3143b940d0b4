// How a variable is laid out in the file and what is kept about it in memory: contiguous or in chunks, with which fill
// value. Private to sim/output (includes hdf5.h).
//
// Chunks are asked for by the writer's caller; this only drops them where they would be larger than the data.
#pragma once

#include <vector>

#include "sim/output/hdf5_handle.h"

namespace sim::output::hdf5 {

// Empty: contiguous. Throws std::invalid_argument for a chunk of the wrong rank or with a zero.
std::vector<hsize_t> chunk_shape(const VariableSpec& spec, const std::vector<hsize_t>& shape);

// Lists for creating and for using the dataset.
struct Layout {
  Handle creation;
  Handle access;
};
Layout make_layout(const VariableSpec& spec, const std::vector<hsize_t>& shape, const Context& context);

// No time stamps: they would make every file different.
Handle creation_list(hid_t kind, const Context& context);
Handle group_creation_list(hid_t kind, const Context& context);

}  // namespace sim::output::hdf5
