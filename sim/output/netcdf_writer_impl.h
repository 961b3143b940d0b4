// The netCDF writer at work, shared by the files that implement it: its life in netcdf_writer.cpp, dimensions and
// variables in netcdf_variables.cpp. Private to sim/output (includes hdf5.h).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/output/hdf5_handle.h"
#include "sim/output/netcdf_dimensions.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/partial_file.h"

namespace sim::output {

class NetcdfWriter::Impl {
 public:
  explicit Impl(std::filesystem::path final_path);
  ~Impl() { abandon(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Runs one operation. One that fails ends the file, at once, so that the space on a full disk comes back.
  template <class Operation>
  auto run(Operation operation) {
    if (!file_) throw std::logic_error(partial_.final_path().string() + ": used after it was finished or given up");
    hdf5::initialise();
    try {
      return operation();
    } catch (...) {
      abandon();
      throw;
    }
  }

  void group(const std::string& path, const Attributes& attributes);
  void bare_dimension(const std::string& group, const std::string& name, std::uint64_t size);
  void coordinate(const VariableSpec& spec, const Cells& values);
  Variable define(const VariableSpec& spec);
  void write_all(Variable variable, const Cells& cells);
  void write_slab(Variable variable, std::span<const std::uint64_t> start, std::span<const std::uint64_t> count,
                  const Cells& cells);
  void attributes(const std::string& path, const Attributes& attributes);
  void commit();

 private:
  struct Group {
    hdf5::Handle handle;
    std::map<std::string, hdf5::Dimension> dimensions;
  };

  struct Defined {
    std::string path;
    ValueType type = ValueType::kFloat32;
    std::vector<hsize_t> shape;
    std::uint64_t cells = 0;
    std::uint64_t written = 0;
    bool may_stay_unwritten = false;
    hdf5::Handle dataset;  // closed, like the space, as soon as all cells are written
    hdf5::Handle space;
  };

  hdf5::Context context(const char* action, std::string_view object) const {
    return {partial_.final_path(), action, object};
  }
  Group& group_at(const std::string& path);
  Defined create(const VariableSpec& spec, std::vector<hsize_t> shape);
  Defined& writable(Variable variable, const Cells& cells);
  void write(Defined& variable, hid_t memory_space, hid_t file_space, const Cells& cells);
  void close_file();
  void release_all() noexcept;
  void abandon() noexcept;

  PartialFile partial_;
  hdf5::Handle file_;
  std::map<std::string, Group> groups_;
  std::vector<Defined> variables_;
  std::array<hdf5::Handle, 8> memory_types_;
};

}  // namespace sim::output
