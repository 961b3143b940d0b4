#include <algorithm>
#include <limits>
#include <stdexcept>

#include "sim/base/problem.h"
#include "sim/output/file_place.h"
#include "sim/output/hdf5_handle.h"
#include "sim/output/netcdf_dimensions.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/sealed_driver.h"
#include "sim/output/sealed_file.h"
#include "sim/output/trial_reading.h"

namespace sim::output {
namespace {

using hdf5::check;
using hdf5::Context;
using hdf5::Handle;

// Any number to floating point; integers only to integers that hold every value of their type, because HDF5 would clip.
bool convertible(ValueType from, ValueType to) {
  if (from == to) return true;
  if (from == ValueType::kText || to == ValueType::kText) return false;
  if (to == ValueType::kFloat32 || to == ValueType::kFloat64) return true;
  switch (from) {
    case ValueType::kInt8:
      return to == ValueType::kInt32 || to == ValueType::kInt64;
    case ValueType::kInt32:
      return to == ValueType::kInt64;
    case ValueType::kUint32:
      return to == ValueType::kInt64 || to == ValueType::kUint64;
    default:
      return false;
  }
}

}  // namespace

class NetcdfReader::Impl {
 public:
  Impl(std::filesystem::path path, Trust trust);
  Context context(const char* action, std::string_view object) const { return {path_, action, object}; }

  bool exists(const std::string& path) const;
  std::vector<std::string> children(const std::string& group, bool groups) const;
  VariableInfo info(const std::string& path) const;
  std::vector<std::string> dimensions(const std::string& path) const;
  template <CellValue T>
  std::vector<T> read(const std::string& path, const std::span<const std::uint64_t>* start,
                      const std::span<const std::uint64_t>* count) const;
  Attributes attributes(const std::string& path) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  Handle open_variable(const std::string& path, const Context& context) const;

  std::filesystem::path path_;
  Handle file_;
};

NetcdfReader::Impl::Impl(std::filesystem::path path, Trust trust) : path_(std::move(path)) {
  hdf5::initialise();
  const Context opening = context("open", "the file");
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) {
    const bool unfinished = std::filesystem::exists(path_.string() + ".partial", error);
    hdf5::fail(opening, unfinished ? "there is none, only an unfinished " + path_.filename().string() + ".partial"
                                   : "no such file");
  }
  if (const std::string kind = what_else(path_); !kind.empty()) hdf5::fail(opening, "it is " + kind);
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  if (!error && size == 0) hdf5::fail(opening, "it is empty");
  const Handle access = hdf5::file_access_list(opening);
  if (trust == Trust::checked && SealedFile::open(path_) != nullptr) {
    hdf5::read_through_seal(access.get(), opening);
    file_ = Handle(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, opening);
    return;
  }
  if (check(H5Fis_hdf5(path_.c_str()), opening) == 0) hdf5::fail(opening, "it is not an HDF5 file");
  constexpr std::uintmax_t kSuperblockBytes = 48;  // version 2 with offsets of 8 bytes, the smallest in use
  if (!error && size < kSuperblockBytes) hdf5::fail(opening, "it is truncated");
  try_reading(path_);
  file_ = Handle(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, opening);
  if (trust == Trust::checked && check(H5Aexists(file_.get(), hdf5::kSealMark), opening) > 0)
    throw FileDamaged(path_, "open the file", "its checksums are gone: it was cut short, or another program wrote it");
}

bool NetcdfReader::Impl::exists(const std::string& path) const {
  const Context looking = context("look for", path);
  for (std::size_t end = 0; end != std::string::npos && path != "/";) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (check(H5Lexists(file_.get(), part.c_str(), H5P_DEFAULT), looking) == 0) return false;
    if (end == std::string::npos) break;
    const Handle parent(H5Oopen(file_.get(), part.c_str(), H5P_DEFAULT), H5Oclose, looking);
    if (H5Iget_type(parent.get()) != H5I_GROUP) return false;
  }
  return true;
}

std::vector<std::string> NetcdfReader::Impl::children(const std::string& group, bool groups) const {
  const Context listing = context("list", group);
  if (!exists(group)) hdf5::fail(listing, "the file has no such group");
  const Handle parent(H5Gopen2(file_.get(), group.c_str(), H5P_DEFAULT), H5Gclose, listing);
  H5G_info_t members;
  check(H5Gget_info(parent.get(), &members), listing);
  // Files of other programs may not keep the order of creation.
  const Handle list(H5Gget_create_plist(parent.get()), H5Pclose, listing);
  unsigned order = 0;
  check(H5Pget_link_creation_order(list.get(), &order), listing);
  const H5_index_t index = (order & H5P_CRT_ORDER_TRACKED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;

  std::vector<std::string> names;
  for (hsize_t i = 0; i < members.nlinks; ++i) {
    const ssize_t size =
        check(H5Lget_name_by_idx(parent.get(), ".", index, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT), listing);
    std::string name(static_cast<std::size_t>(size), '\0');
    check(H5Lget_name_by_idx(parent.get(), ".", index, H5_ITER_INC, i, name.data(), name.size() + 1, H5P_DEFAULT),
          listing);
    const Handle child(H5Oopen(parent.get(), name.c_str(), H5P_DEFAULT), H5Oclose, listing);
    const H5I_type_t kind = H5Iget_type(child.get());
    const bool wanted =
        groups ? kind == H5I_GROUP : kind == H5I_DATASET && !hdf5::is_bare_dimension(child.get(), listing);
    if (wanted) names.push_back(std::move(name));
  }
  return names;
}

Handle NetcdfReader::Impl::open_variable(const std::string& path, const Context& context) const {
  if (!exists(path)) hdf5::fail(context, "the file has no such variable");
  // Each call reads every chunk once: a cache would only copy.
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, context);
  check(H5Pset_chunk_cache(access.get(), 0, 0, 1.0), context);
  return Handle(H5Dopen2(file_.get(), path.c_str(), access.get()), H5Dclose, context);
}

VariableInfo NetcdfReader::Impl::info(const std::string& path) const {
  const Context reading = context("read", path);
  const Handle dataset = open_variable(path, reading);
  const Handle type(H5Dget_type(dataset.get()), H5Tclose, reading);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose, reading);
  const auto rank = static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space.get()), reading));
  std::vector<hsize_t> shape(rank);
  check(H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr), reading);

  VariableInfo result;
  result.type = hdf5::value_type(type.get(), reading);
  result.shape.assign(shape.begin(), shape.end());
  return result;
}

std::vector<std::string> NetcdfReader::Impl::dimensions(const std::string& path) const {
  const std::size_t rank = info(path).shape.size();
  const Context reading = context("read", path);
  const Handle dataset = open_variable(path, reading);
  return hdf5::dimension_names(dataset.get(), path, rank, reading);
}

template <CellValue T>
std::vector<T> NetcdfReader::Impl::read(const std::string& path, const std::span<const std::uint64_t>* start,
                                        const std::span<const std::uint64_t>* count) const {
  const Context reading = context("read", path);
  const Handle dataset = open_variable(path, reading);
  const Handle stored(H5Dget_type(dataset.get()), H5Tclose, reading);
  const ValueType type = hdf5::value_type(stored.get(), reading);
  constexpr ValueType kWanted = *kValueTypeOf<T>;
  if (!convertible(type, kWanted)) {
    hdf5::fail(reading, "it holds " + to_string(type) + ", which cannot be read as " + to_string(kWanted));
  }
  const Handle space(H5Dget_space(dataset.get()), H5Sclose, reading);
  if (start != nullptr && !hdf5::select_box(space.get(), *start, *count, reading))
    hdf5::fail(reading, "it is smaller than the rest of the file says");
  const hsize_t cells = static_cast<hsize_t>(check(H5Sget_select_npoints(space.get()), reading));
  if (cells == 0) return {};
  const Handle memory_type = hdf5::memory_type(kWanted, reading);
  const Handle memory_space(H5Screate_simple(1, &cells, nullptr), H5Sclose, reading);
  std::vector<T> values(cells);
  if constexpr (kWanted == ValueType::kText) {
    std::vector<char*> texts(cells, nullptr);
    check(H5Dread(dataset.get(), memory_type.get(), memory_space.get(), space.get(), H5P_DEFAULT, texts.data()),
          reading);
    for (std::size_t i = 0; i < texts.size(); ++i) values[i] = texts[i] == nullptr ? "" : texts[i];
    check(H5Dvlen_reclaim(memory_type.get(), memory_space.get(), H5P_DEFAULT, texts.data()), reading);
  } else {
    check(H5Dread(dataset.get(), memory_type.get(), memory_space.get(), space.get(), H5P_DEFAULT, values.data()),
          reading);
  }
  return values;
}

Attributes NetcdfReader::Impl::attributes(const std::string& path) const {
  const Context reading = context("read the attributes of", path);
  if (!exists(path)) hdf5::fail(reading, "the file has no such group or variable");
  const Handle object(H5Oopen(file_.get(), path.c_str(), H5P_DEFAULT), H5Oclose, reading);
  return hdf5::read_attributes(object.get(), reading);
}

NetcdfReader::NetcdfReader(std::filesystem::path path, Trust trust)
    : impl_(std::make_unique<Impl>(std::move(path), trust)) {}
NetcdfReader::~NetcdfReader() = default;
NetcdfReader::NetcdfReader(NetcdfReader&&) noexcept = default;
NetcdfReader& NetcdfReader::operator=(NetcdfReader&&) noexcept = default;

const std::filesystem::path& NetcdfReader::path() const { return impl_->path(); }

void NetcdfReader::verify() const {
  if (const auto file = SealedFile::open(impl_->path())) file->verify();
}

bool NetcdfReader::exists(const std::string& path) const {
  hdf5::initialise();
  return impl_->exists(hdf5::normal_path(path));
}

std::vector<std::string> NetcdfReader::groups(const std::string& group) const {
  hdf5::initialise();
  return impl_->children(hdf5::normal_path(group), true);
}

std::vector<std::string> NetcdfReader::variables(const std::string& group) const {
  hdf5::initialise();
  return impl_->children(hdf5::normal_path(group), false);
}

VariableInfo NetcdfReader::info(const std::string& variable) const {
  hdf5::initialise();
  return impl_->info(hdf5::normal_path(variable));
}

std::vector<std::string> NetcdfReader::dimensions(const std::string& variable) const {
  hdf5::initialise();
  return impl_->dimensions(hdf5::normal_path(variable));
}

template <CellValue T>
std::vector<T> NetcdfReader::read(const std::string& variable) const {
  hdf5::initialise();
  return impl_->read<T>(hdf5::normal_path(variable), nullptr, nullptr);
}

template <CellValue T>
std::vector<T> NetcdfReader::read_slab(const std::string& variable, std::span<const std::uint64_t> start,
                                       std::span<const std::uint64_t> count) const {
  hdf5::initialise();
  return impl_->read<T>(hdf5::normal_path(variable), &start, &count);
}

template <CellValue T>
T NetcdfReader::read_scalar(const std::string& variable) const {
  std::vector<T> values = read<T>(variable);
  if (values.size() != 1) hdf5::fail(impl_->context("read", variable), "it is not a single value");
  return std::move(values.front());
}

Attributes NetcdfReader::attributes(const std::string& path) const {
  hdf5::initialise();
  return impl_->attributes(hdf5::normal_path(path));
}

std::optional<std::string> NetcdfReader::text_attribute(const std::string& path, std::string_view name) const {
  for (Attribute& attribute : attributes(path)) {
    if (attribute.name != name) continue;
    if (auto* text = std::get_if<std::string>(&attribute.value)) return std::move(*text);
    hdf5::fail(impl_->context("read the attributes of", path), std::string(name) + " is not a text");
  }
  return std::nullopt;
}

#define SIM_READ_AS(T)                                                                                   \
  template std::vector<T> NetcdfReader::read<T>(const std::string&) const;                               \
  template std::vector<T> NetcdfReader::read_slab<T>(const std::string&, std::span<const std::uint64_t>, \
                                                     std::span<const std::uint64_t>) const;              \
  template T NetcdfReader::read_scalar<T>(const std::string&) const;
SIM_READ_AS(float)
SIM_READ_AS(double)
SIM_READ_AS(std::int8_t)
SIM_READ_AS(std::int32_t)
SIM_READ_AS(std::int64_t)
SIM_READ_AS(std::uint32_t)
SIM_READ_AS(std::uint64_t)
SIM_READ_AS(std::string)
#undef SIM_READ_AS

}  // namespace sim::output
