// Files in netCDF-4 conventions (HDF5 underneath): named dimensions, one dataset a variable, units and definitions
// as attributes, so that xarray, h5py, R, Julia, MATLAB and HDFView open them as they are.
// Format: https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html (netCDF-4)
// and the HDF5 Dimension Scale Specification.
//
// Promises
//  - A file appears under its name complete or not at all: it is written beside it as NAME.partial, checked, synced and
//    renamed by commit(). Anything else, a full disk included, removes the partial file; a kill leaves only it behind.
//  - Identical calls give identical bytes with one version of HDF5.
//  - Memory does not grow with what is written: no chunk cache, and a variable is closed when its last cell is written.
//  - A file is sealed with checksums (sealed_file.h), and what a reader gives was read through them, so that damage
//    anywhere is an error. Files without (of earlier versions) or read as they are cannot crash or hold a reader
//    either.
//  - An exception ends a writer: its file is removed at once and further calls are refused. A reader stays usable.
//  - Errors a user can act on are InputOutputError with the path and the reason of the system; misuse of the interface
//    (unknown dimension, wrong type, a variable left incomplete) is std::logic_error.
//
// What it does not do: it knows nothing of simulation; it does not append to a file, does not convert between
// types when writing, has no unlimited dimensions, and does not ask before commit() replaces an older file.
// One writer or reader is used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace sim::output {

enum class ValueType { kFloat32, kFloat64, kInt8, kInt32, kInt64, kUint32, kUint64, kText };

std::string to_string(ValueType type);

// The C++ type of each ValueType; text is UTF-8 without NUL bytes.
template <class T>
inline constexpr std::optional<ValueType> kValueTypeOf = std::nullopt;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<float> = ValueType::kFloat32;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<double> = ValueType::kFloat64;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<std::int8_t> = ValueType::kInt8;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<std::int32_t> = ValueType::kInt32;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<std::int64_t> = ValueType::kInt64;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<std::uint32_t> = ValueType::kUint32;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<std::uint64_t> = ValueType::kUint64;
template <>
inline constexpr std::optional<ValueType> kValueTypeOf<std::string> = ValueType::kText;

template <class T>
concept CellValue = kValueTypeOf<T>
.has_value();

// Values to write, of any supported type, seen without copying: a vector, span or array of them, or a single one.
// Only for arguments: it must not outlive what it looks at.
class Cells {
 public:
  template <CellValue T>
  Cells(const T& value) : type_(*kValueTypeOf<T>), data_(&value), size_(1) {}
  template <class Range>
  requires(!CellValue<Range>) &&
      CellValue<std::remove_cvref_t<decltype(*std::data(std::declval<const Range&>()))>> Cells(const Range& range)
      : type_(*kValueTypeOf<std::remove_cvref_t<decltype(*std::data(range))>>),
  data_(std::data(range)), size_(std::size(range)) {}

  ValueType type() const { return type_; }
  const void* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  ValueType type_;
  const void* data_;
  std::size_t size_;
};

using AttributeValue = std::variant<std::string, double, std::int64_t, std::vector<std::string>, std::vector<double>,
                                    std::vector<std::int64_t>, std::vector<std::int8_t>>;
struct Attribute {
  std::string name;
  AttributeValue value;
};
using Attributes = std::vector<Attribute>;

// units, long_name and definition; an empty one is left out. Units that xarray would turn into a time span
// ("days", "hours", ...) or a date ("... since ...") are refused wherever attributes are written.
Attributes describe(std::string units, std::string long_name, std::string definition = {});
// flag_values 0, 1, ... (int8) and flag_meanings, for an int8 variable of codes; meanings without blanks.
Attributes flags(const std::vector<std::string>& meanings);
// flags({"false", "true"}).
Attributes boolean_flags();

struct VariableSpec {
  std::string group;  // "/outcomes"; "/" is the root
  std::string name;
  ValueType type = ValueType::kFloat32;
  std::vector<std::string> dimensions = {};  // of the same group, slowest first; none means one value
  Attributes attributes = {};
  // Cells of one chunk along each dimension. Empty, or not smaller than the variable: stored contiguously.
  std::vector<std::uint64_t> chunk = {};
  // Only floating point: cells never written read as NaN. Otherwise commit() insists on every cell.
  bool may_stay_unwritten = false;
};

// Names a variable of the writer that returned it.
enum class Variable : std::size_t {};

class NetcdfWriter {
 public:
  // Creates FINAL_PATH.partial, taking over one that a killed run left, but not one that a live process still writes.
  explicit NetcdfWriter(std::filesystem::path final_path);
  ~NetcdfWriter();
  NetcdfWriter(const NetcdfWriter&) = delete;
  NetcdfWriter& operator=(const NetcdfWriter&) = delete;

  // Creates the group and its parents where missing.
  void group(const std::string& path, const Attributes& attributes = {});

  // A dimension belongs to one group (groups inherit none); without values it is only a length.
  void dimension(const std::string& group, const std::string& name, std::uint64_t size);
  void dimension(const std::string& group, const std::string& name, const Cells& values,
                 const Attributes& attributes = {});

  Variable define(const VariableSpec& spec);
  // All cells at once, in row-major order.
  void write(Variable variable, const Cells& cells);
  // The box of `count` cells from `start` along each dimension. Chunk-aligned boxes are fast. Boxes must not overlap
  // (only their total is checked).
  void write_slab(Variable variable, std::span<const std::uint64_t> start, std::span<const std::uint64_t> count,
                  const Cells& cells);
  // define() and write(); the type is taken from the cells.
  Variable add(VariableSpec spec, const Cells& cells);

  // Adds attributes to a group ("/" is the root) or variable that exists.
  void attributes(const std::string& path, const Attributes& attributes);

  // Makes the file appear under its final name, durable on disk. The writer cannot be used afterwards.
  void commit();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

struct VariableInfo {
  ValueType type = ValueType::kFloat32;
  std::vector<std::uint64_t> shape;
  std::uint64_t cells() const;
};

// as_is: another program has changed the file on purpose.
enum class Trust { checked, as_is };

class NetcdfReader {
 public:
  // Throws when the file is missing, is not HDF5, or is shorter than it says itself; FileDamaged when its checksums are
  // gone or say so. Damage that only a later read meets is FileDamaged there.
  explicit NetcdfReader(std::filesystem::path path, Trust trust = Trust::checked);
  ~NetcdfReader();
  NetcdfReader(NetcdfReader&&) noexcept;
  NetcdfReader& operator=(NetcdfReader&&) noexcept;

  const std::filesystem::path& path() const;
  // Reads and checks the whole file.
  void verify() const;

  // A group or a variable (a dimension without values counts as one here).
  bool exists(const std::string& path) const;
  // Names directly in the group, in order of creation. Coordinates are variables; dimensions without values are not.
  std::vector<std::string> groups(const std::string& group = "/") const;
  std::vector<std::string> variables(const std::string& group = "/") const;
  VariableInfo info(const std::string& variable) const;
  // Names of its dimensions, "" where the file names none. HDF5 searches the file for each: not for every column.
  std::vector<std::string> dimensions(const std::string& variable) const;

  // T is one of the types of ValueType. Numbers are converted where no value can be changed beyond rounding:
  // any number to float or double, an integer to an integer type that holds all of its type; else InputOutputError, as
  // for a box that reaches beyond the variable: boxes follow from what else the file says.
  template <CellValue T>
  std::vector<T> read(const std::string& variable) const;
  template <CellValue T>
  std::vector<T> read_slab(const std::string& variable, std::span<const std::uint64_t> start,
                           std::span<const std::uint64_t> count) const;
  // The one value of a variable without dimensions.
  template <CellValue T>
  T read_scalar(const std::string& variable) const;

  // Attributes of a group or variable, without those that only tie dimensions to variables, ordered by name.
  Attributes attributes(const std::string& path) const;
  // Nothing when there is no such attribute; InputOutputError when it is of another kind.
  std::optional<std::string> text_attribute(const std::string& path, std::string_view name) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim::output
