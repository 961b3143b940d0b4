#include "sim/output/netcdf_dimensions.h"

#include <algorithm>
#include <array>

namespace sim::output::hdf5 {
namespace {

constexpr std::string_view kBareDimension = "This is a netCDF dimension but not a netCDF variable.";

std::string last_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

herr_t first_scale(hid_t, unsigned, hid_t scale, void* name) {
  std::string path(static_cast<std::size_t>(std::max<ssize_t>(H5Iget_name(scale, nullptr, 0), 0)), '\0');
  H5Iget_name(scale, path.data(), path.size() + 1);
  *static_cast<std::string*>(name) = last_name(path);
  return 1;
}

}  // namespace

std::string bare_dimension_marker(std::uint64_t size) {
  const std::string digits = std::to_string(size);
  return std::string(kBareDimension) + std::string(digits.size() < 10 ? 10 - digits.size() : 0, ' ') + digits;
}

bool is_bare_dimension(hid_t dataset, const Context& context) {
  if (check(H5DSis_scale(dataset), context) == 0) return false;
  std::array<char, 80> name{};
  return check(H5DSget_scale_name(dataset, name.data(), name.size()), context) > 0 &&
         std::string_view(name.data()).starts_with(kBareDimension);
}

Dimension make_scale(hid_t file, hid_t dataset, const std::string& path, hsize_t size, const std::string& scale_name,
                     const Context& context) {
  Dimension dimension{path, size, 0, {}};
  check(H5DSset_scale(dataset, scale_name.c_str()), context);
  check(H5Rcreate(&dimension.reference, file, path.c_str(), H5R_OBJECT, H5I_INVALID_HID), context);
  return dimension;
}

void attach(hid_t file, hid_t dataset, const std::string& path, const std::vector<Dimension*>& dimensions,
            const Context& context) {
  if (dimensions.empty()) return;
  hobj_ref_t self = 0;
  check(H5Rcreate(&self, file, path.c_str(), H5R_OBJECT, H5I_INVALID_HID), context);
  std::vector<hvl_t> lists;
  for (Dimension* dimension : dimensions) {
    dimension->uses.push_back({self, static_cast<std::int32_t>(lists.size()), 0});
    lists.push_back({1, &dimension->reference});
  }
  const hsize_t rank = lists.size();
  const Handle type(H5Tvlen_create(H5T_STD_REF_OBJ), H5Tclose, context);
  const Handle space(H5Screate_simple(1, &rank, nullptr), H5Sclose, context);
  Handle list(H5Acreate2(dataset, "DIMENSION_LIST", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
              context);
  check(H5Awrite(list.get(), type.get(), lists.data()), context);
  list.close(context);
}

void write_reference_list(hid_t file, const Dimension& dimension, const Context& context) {
  if (dimension.uses.empty()) return;
  const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(ScaleUse)), H5Tclose, context);
  check(H5Tinsert(type.get(), "dataset", HOFFSET(ScaleUse, variable), H5T_STD_REF_OBJ), context);
  check(H5Tinsert(type.get(), "dimension", HOFFSET(ScaleUse, dimension), H5T_NATIVE_INT32), context);
  const hsize_t size = dimension.uses.size();
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose, context);
  Handle scale(H5Dopen2(file, dimension.path.c_str(), H5P_DEFAULT), H5Dclose, context);
  Handle list(H5Acreate2(scale.get(), "REFERENCE_LIST", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
              context);
  check(H5Awrite(list.get(), type.get(), dimension.uses.data()), context);
  list.close(context);
  scale.close(context);
}

std::vector<std::string> dimension_names(hid_t dataset, const std::string& path, std::size_t rank,
                                         const Context& context) {
  std::vector<std::string> names(rank);
  if (rank == 1 && check(H5DSis_scale(dataset), context) > 0) {
    names.front() = last_name(path);
    return names;
  }
  if (check(H5Aexists(dataset, "DIMENSION_LIST"), context) == 0) return names;
  for (std::size_t i = 0; i < rank; ++i) {
    check(H5DSiterate_scales(dataset, static_cast<unsigned>(i), nullptr, first_scale, &names[i]), context);
  }
  return names;
}

}  // namespace sim::output::hdf5
