#include "sim/output/netcdf_layout.h"

#include <algorithm>
#include <stdexcept>

#include "sim/base/missing.h"

namespace sim::output::hdf5 {
namespace {

// Measured as good: 0.25 to 1 MiB. Used only where the caller compresses without choosing chunks.
constexpr hsize_t kLargestChosenChunkBytes = hsize_t{1} << 20;
// Below this, gzip saves less than the index of the chunks costs (assumed).
constexpr hsize_t kSmallestCompressedBytes = 4096;

hsize_t product(const std::vector<hsize_t>& shape) {
  hsize_t result = 1;
  for (const hsize_t size : shape) result *= size;
  return result;
}

// Halves the slowest dimensions first, so that a chunk is a run of neighbouring cells.
std::vector<hsize_t> chosen_chunk(std::vector<hsize_t> chunk, std::size_t cell_bytes) {
  for (hsize_t& size : chunk) {
    while (size > 1 && product(chunk) * cell_bytes > kLargestChosenChunkBytes) size = (size + 1) / 2;
  }
  return chunk;
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
  if (spec.deflate < 0 || spec.deflate > 9) bad("deflate is not 0 to 9");
  if (spec.may_stay_unwritten && spec.type != ValueType::kFloat32 && spec.type != ValueType::kFloat64) {
    bad("only floating point has a value for cells never written");
  }
  if (!spec.chunk.empty() && spec.chunk.size() != shape.size()) bad("the chunk has another rank than the variable");
  if (std::find(spec.chunk.begin(), spec.chunk.end(), 0) != spec.chunk.end()) bad("a chunk cannot be of size 0");

  const hsize_t cells = product(shape);
  const std::size_t cell_bytes = size_of(spec.type);
  if (shape.empty() || cells == 0) return {};
  const bool compress = spec.deflate > 0 && cells * cell_bytes >= kSmallestCompressedBytes;
  if (spec.chunk.empty()) return compress ? chosen_chunk(shape, cell_bytes) : std::vector<hsize_t>();

  std::vector<hsize_t> chunk(spec.chunk.begin(), spec.chunk.end());
  for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = std::min(chunk[i], shape[i]);
  if (product(chunk) == cells && !compress) chunk.clear();
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
  const bool compress = spec.deflate > 0;
  if (compress) {
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0) fail(context, "this build of HDF5 cannot compress");
    check(H5Pset_shuffle(layout.creation.get()), context);
    check(H5Pset_deflate(layout.creation.get(), static_cast<unsigned>(spec.deflate)), context);
  }
  // Whole chunks pass by the cache. A compressed one that is written in pieces stays in it until it is complete.
  const std::size_t cached_chunks = compress ? 1 : 0;
  const auto chunk_bytes = static_cast<std::size_t>(product(chunk)) * size_of(spec.type);
  check(H5Pset_chunk_cache(layout.access.get(), cached_chunks, cached_chunks * chunk_bytes, 1.0), context);
  return layout;
}

}  // namespace sim::output::hdf5
