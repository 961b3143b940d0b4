// An HDF5 file driver that reads a sealed file through its seal, so that no damaged byte ever reaches the library: its
// global heap (texts of variable length, lists of dimensions) is not built to meet one, and crashes or loops. Private
// to sim/output (includes hdf5.h).
#pragma once

#include "sim/output/hdf5_handle.h"

namespace sim::output::hdf5 {

// Files opened with the list are read by this driver.
void read_through_seal(hid_t access_list, const Context& context);

// What the driver's errors begin with on HDF5's stack, where fail() finds them.
inline constexpr std::string_view kDamage = "damaged: ";

}  // namespace sim::output::hdf5
