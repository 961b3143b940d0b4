#include "sim/output/netcdf_layout.h"

#include <algorithm>
#include <stdexcept>

#include "sim/base/missing.h"

namespace sim::output::hdf5 {
namespace {

hsize_t product(const std::vector<hsize_t>& shape) {
  hsize_t result = 1;
  for (const hsize_t size : shape) result *= size;
  return result;
}

void set_fill(hid_t list, const VariableSpec& spec, const Context& context) {
  if (spec.may_stay_unwritten) {
    check(H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &kMissing), context);
  } else if (spec.type != ValueType::kText) {  // HDF5 does not allow text to stay unfilled
    check(H5Pset_fill_time(list, H5D_FILL_TIME_NEVER), context);
  }
}

}  // namespace

std::vector<hsize_t> chunk_shape(const VariableSpec& spec, const std::vector<hsize_t>& shape) {
  const auto bad = [&](const char* why) {
    throw std::invalid_argument(child_path(normal_path(spec.group), spec.name) + ": " + why);
  };
  if (spec.may_stay_unwritten && spec.type != ValueType::kFloat32 && spec.type != ValueType::kFloat64) {
    bad("only floating point has a value for cells never written");
  }
  if (!spec.chunk.empty() && spec.chunk.size() != shape.size()) bad("the chunk has another rank than the variable");
  if (std::find(spec.chunk.begin(), spec.chunk.end(), 0) != spec.chunk.end()) bad("a chunk cannot be of size 0");

  const hsize_t cells = product(shape);
  if (shape.empty() || cells == 0 || spec.chunk.empty()) return {};
  std::vector<hsize_t> chunk(spec.chunk.begin(), spec.chunk.end());
  for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = std::min(chunk[i], shape[i]);
  if (product(chunk) == cells) chunk.clear();
  return chunk;
}

Handle creation_list(hid_t kind, const Context& context) {
  Handle list(H5Pcreate(kind), H5Pclose, context);
  check(H5Pset_obj_track_times(list.get(), false), context);
  return list;
}

Handle group_creation_list(hid_t kind, const Context& context) {
  Handle list = creation_list(kind, context);
  check(H5Pset_link_creation_order(list.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), context);
  return list;
}

Layout make_layout(const VariableSpec& spec, const std::vector<hsize_t>& shape, const Context& context) {
  const std::vector<hsize_t> chunk = chunk_shape(spec, shape);
  Layout layout{creation_list(H5P_DATASET_CREATE, context), Handle(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, context)};
  set_fill(layout.creation.get(), spec, context);
  if (chunk.empty()) return layout;

  check(H5Pset_chunk(layout.creation.get(), static_cast<int>(chunk.size()), chunk.data()), context);
  // Whole chunks pass by the cache.
  check(H5Pset_chunk_cache(layout.access.get(), 0, 0, 1.0), context);
  return layout;
}

}  // namespace sim::output::hdf5
