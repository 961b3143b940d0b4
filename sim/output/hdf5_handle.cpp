#include "sim/output/hdf5_handle.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "sim/base/problem.h"
#include "sim/output/locked_file.h"
#include "sim/output/sealed_driver.h"
#include "sim/output/sealed_file.h"

#if !H5_VERSION_GE(1, 10, 7)
#error "HDF5 1.10.7 or later is needed: earlier ones cannot leave the locking of files to their caller"
#endif

namespace sim::output::hdf5 {
namespace {

herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

struct Reason {
  std::string text;
  int error_number = 0;
};

// The innermost message says what happened ("file write failed: ..., errno = 28, error message = ..."), the outer ones
// only who noticed. The clutter behind an errno (time, addresses) is cut: it differs from run to run.
Reason hdf5_reason() {
  Reason reason;
  if (H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason.text) < 0 || reason.text.empty()) {
    reason.text = "HDF5 gives no reason";
    return reason;
  }
  constexpr std::string_view kErrno = "errno = ";
  const std::size_t position = reason.text.find(kErrno);
  if (position != std::string::npos) {
    reason.error_number = std::atoi(reason.text.c_str() + position + kErrno.size());
    reason.text.resize(reason.text.find_first_of(":,"));
  }
  return reason;
}

std::string deed(const Context& context) {
  return context.object.empty() ? context.action : std::string(context.action) + " " + std::string(context.object);
}

std::string opening(const Context& context) { return context.file.string() + ": cannot " + deed(context); }

}  // namespace

void initialise() {
  // The first call of the program to HDF5; it fails when repeated, which is of no interest.
  static const bool done = (H5dont_atexit(), true);
  // The setting belongs to the error stack, and every thread has its own.
  thread_local const bool silent = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  static_cast<void>(done);
  static_cast<void>(silent);
}

void fail(const Context& context) {
  const Reason reason = hdf5_reason();
  if (reason.text.starts_with(kDamage))
    throw FileDamaged(context.file, deed(context), "it is damaged: " + reason.text.substr(kDamage.size()));
  if (reason.error_number == 0) fail(context, "HDF5: " + reason.text);
  throw InputOutputError(opening(context) + " (" + std::strerror(reason.error_number) + "; HDF5: " + reason.text +
                         ")." + advice_for(reason.error_number));
}

void fail(const Context& context, const std::string& reason) {
  throw InputOutputError(opening(context) + " (" + reason + ").");
}

Handle file_access_list(const Context& context) {
  Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, context);
  check(H5Pset_fapl_sec2(list.get()), context);  // plain descriptors, whatever the environment prefers
  check(H5Pset_fclose_degree(list.get(), H5F_CLOSE_STRONG), context);
  check(H5Pset_file_locking(list.get(), false, true), context);
  return list;
}

Handle text_type(const Context& context) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, context);
  check(H5Tset_size(type.get(), H5T_VARIABLE), context);
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), context);
  return type;
}

Handle file_type(ValueType type, const Context& context) {
  if (type == ValueType::kText) return text_type(context);
  const std::array<hid_t, 7> ids = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_I8LE, H5T_STD_I32LE,
                                    H5T_STD_I64LE,  H5T_STD_U32LE,  H5T_STD_U64LE};
  return Handle(H5Tcopy(ids.at(static_cast<std::size_t>(type))), H5Tclose, context);
}

Handle memory_type(ValueType type, const Context& context) {
  if (type == ValueType::kText) return text_type(context);
  const std::array<hid_t, 7> ids = {H5T_NATIVE_FLOAT, H5T_NATIVE_DOUBLE, H5T_NATIVE_INT8,  H5T_NATIVE_INT32,
                                    H5T_NATIVE_INT64, H5T_NATIVE_UINT32, H5T_NATIVE_UINT64};
  return Handle(H5Tcopy(ids.at(static_cast<std::size_t>(type))), H5Tclose, context);
}

std::size_t size_of(ValueType type) {
  constexpr std::array<std::size_t, 8> kSizes = {4, 8, 1, 4, 8, 4, 8, 16};  // text: a reference into a heap
  return kSizes.at(static_cast<std::size_t>(type));
}

ValueType value_type(hid_t type, const Context& context) {
  const H5T_class_t kind = H5Tget_class(type);
  const std::size_t size = H5Tget_size(type);
  if (kind == H5T_STRING && H5Tis_variable_str(type) > 0) return ValueType::kText;
  if (kind == H5T_FLOAT && size == 4) return ValueType::kFloat32;
  if (kind == H5T_FLOAT && size == 8) return ValueType::kFloat64;
  if (kind == H5T_INTEGER) {
    const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
    if (size == 1 && is_signed) return ValueType::kInt8;
    if (size == 4) return is_signed ? ValueType::kInt32 : ValueType::kUint32;
    if (size == 8) return is_signed ? ValueType::kInt64 : ValueType::kUint64;
  }
  fail(context, "its type is none that this program writes");
}

bool select_box(hid_t space, std::span<const std::uint64_t> start, std::span<const std::uint64_t> count,
                const Context& context) {
  const auto rank = static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), context));
  std::vector<hsize_t> shape(rank);
  check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), context);
  bool fits = start.size() == rank && count.size() == rank;
  for (std::size_t i = 0; fits && i < rank; ++i) fits = start[i] <= shape[i] && count[i] <= shape[i] - start[i];
  if (!fits) return false;
  if (rank == 0) return true;
  if (std::find(count.begin(), count.end(), 0) != count.end()) {
    check(H5Sselect_none(space), context);
    return true;
  }
  const std::vector<hsize_t> from(start.begin(), start.end());  // hsize_t need not be std::uint64_t
  const std::vector<hsize_t> extent(count.begin(), count.end());
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, from.data(), nullptr, extent.data(), nullptr), context);
  return true;
}

std::string normal_path(std::string_view path) {
  std::string normal;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) normal.append("/").append(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return normal.empty() ? "/" : normal;
}

std::string child_path(const std::string& group, const std::string& name) {
  return group == "/" ? "/" + name : group + "/" + name;
}

std::vector<const char*> c_strings(const std::string* texts, std::size_t size) {
  std::vector<const char*> pointers;
  pointers.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    if (texts[i].find('\0') != std::string::npos) throw std::invalid_argument("text to write contains a NUL byte");
    pointers.push_back(texts[i].c_str());
  }
  return pointers;
}

}  // namespace sim::output::hdf5

namespace sim::output {

std::string to_string(ValueType type) {
  constexpr std::array<const char*, 8> kNames = {"float32", "float64", "int8",   "int32",
                                                 "int64",   "uint32",  "uint64", "text"};
  return kNames.at(static_cast<std::size_t>(type));
}

std::uint64_t VariableInfo::cells() const {
  std::uint64_t product = 1;
  for (const std::uint64_t size : shape) product *= size;
  return product;
}

}  // namespace sim::output
