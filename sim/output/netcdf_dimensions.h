// Dimension scales: how a netCDF-4 dimension is kept in HDF5 (HDF5 Dimension Scale Specification). Private to
// sim/output (includes hdf5.h).
//
// Done here instead of by H5DSattach_scale, which rewrites the REFERENCE_LIST of a scale for every variable attached:
// that grows with the square of their number, in time and in dead space in the file (16,000 variables left 220 MB).
// The attributes written are the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/output/hdf5_handle.h"

namespace sim::output::hdf5 {

// An entry of a REFERENCE_LIST: a variable that uses the scale, and as which of its dimensions.
struct ScaleUse {
  hobj_ref_t variable = 0;
  std::int32_t dimension = 0;
  std::int32_t padding = 0;  // named, so that no stray byte of memory reaches the file
};
static_assert(sizeof(ScaleUse) == 16);

struct Dimension {
  std::string path;
  hsize_t size = 0;
  hobj_ref_t reference = 0;
  std::vector<ScaleUse> uses;
};

// The scale name of a dimension that has no coordinate values, as the netCDF library spells it.
std::string bare_dimension_marker(std::uint64_t size);
bool is_bare_dimension(hid_t dataset, const Context& context);

// Turns the dataset at `path` into the scale of a dimension.
Dimension make_scale(hid_t file, hid_t dataset, const std::string& path, hsize_t size, const std::string& scale_name,
                     const Context& context);
// Writes the DIMENSION_LIST of a variable and notes it as a user of its dimensions.
void attach(hid_t file, hid_t dataset, const std::string& path, const std::vector<Dimension*>& dimensions,
            const Context& context);
// To be written once, when all users are known.
void write_reference_list(hid_t file, const Dimension& dimension, const Context& context);

// The names of a dataset's dimensions, "" where it has none; a coordinate is its own dimension.
std::vector<std::string> dimension_names(hid_t dataset, const std::string& path, std::size_t rank,
                                         const Context& context);

}  // namespace sim::output::hdf5
