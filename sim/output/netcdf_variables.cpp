// Dimensions and variables of the netCDF writer: defining and writing them.
#include "sim/output/netcdf_layout.h"
#include "sim/output/netcdf_writer_impl.h"

namespace sim::output {
namespace {

using hdf5::check;
using hdf5::Context;
using hdf5::Dimension;
using hdf5::Handle;

template <class Sizes>
std::uint64_t product(const Sizes& sizes) {
  std::uint64_t result = 1;
  for (const auto size : sizes) result *= size;
  return result;
}

void check_name(const std::string& group, const std::string& name) {
  if (name.empty() || name == "." || name.find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
    throw std::invalid_argument(group + ": '" + name + "' cannot be the name of a variable or dimension");
  }
}

Handle simple_space(std::span<const hsize_t> shape, const Context& context) {
  const int rank = static_cast<int>(shape.size());
  return Handle(rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, shape.data(), nullptr), H5Sclose, context);
}

}  // namespace

void NetcdfWriter::Impl::bare_dimension(const std::string& group, const std::string& name, std::uint64_t size) {
  check_name(group, name);
  const std::string path = hdf5::child_path(group, name);
  const Context creating = context("create", path);
  // The convention wants a dataset of big-endian floats here; never written, it takes no space.
  const Handle creation = hdf5::creation_list(H5P_DATASET_CREATE, creating);
  const hsize_t length = size;
  const Handle space = simple_space({&length, 1}, creating);
  Handle dataset(H5Dcreate2(group_at(group).handle.get(), name.c_str(), H5T_IEEE_F32BE, space.get(), H5P_DEFAULT,
                            creation.get(), H5P_DEFAULT),
                 H5Dclose, creating);
  group_at(group).dimensions[name] =
      hdf5::make_scale(file_.get(), dataset.get(), path, length, hdf5::bare_dimension_marker(size), creating);
  dataset.close(creating);
}

void NetcdfWriter::Impl::coordinate(const VariableSpec& spec, const Cells& values) {
  Defined variable = create(spec, {values.size()});
  const Context creating = context("create", variable.path);
  group_at(spec.group).dimensions[spec.name] =
      hdf5::make_scale(file_.get(), variable.dataset.get(), variable.path, values.size(), spec.name, creating);
  hdf5::write_attributes(variable.dataset.get(), spec.attributes, creating);
  write(variable, H5S_ALL, H5S_ALL, values);
}

Variable NetcdfWriter::Impl::define(const VariableSpec& spec) {
  std::vector<Dimension*> dimensions;
  std::vector<hsize_t> shape;
  Group& group = group_at(spec.group);
  for (const std::string& name : spec.dimensions) {
    const auto found = group.dimensions.find(name);
    if (found == group.dimensions.end()) {
      throw std::logic_error(spec.group + ": " + spec.name + " needs dimension '" + name +
                             "', which this group does not have");
    }
    dimensions.push_back(&found->second);
    shape.push_back(found->second.size);
  }
  Defined variable = create(spec, std::move(shape));
  const Context creating = context("create", variable.path);
  hdf5::attach(file_.get(), variable.dataset.get(), variable.path, dimensions, creating);
  hdf5::write_attributes(variable.dataset.get(), spec.attributes, creating);
  variables_.push_back(std::move(variable));
  return Variable{variables_.size() - 1};
}

NetcdfWriter::Impl::Defined NetcdfWriter::Impl::create(const VariableSpec& spec, std::vector<hsize_t> shape) {
  check_name(spec.group, spec.name);
  Defined variable;
  variable.path = hdf5::child_path(spec.group, spec.name);
  variable.type = spec.type;
  variable.shape = std::move(shape);
  variable.cells = product(variable.shape);
  variable.may_stay_unwritten = spec.may_stay_unwritten;

  const Context creating = context("create", variable.path);
  const hdf5::Layout layout = hdf5::make_layout(spec, variable.shape, creating);
  const Handle type = hdf5::file_type(spec.type, creating);
  variable.space = simple_space(variable.shape, creating);
  variable.dataset = Handle(H5Dcreate2(group_at(spec.group).handle.get(), spec.name.c_str(), type.get(),
                                       variable.space.get(), H5P_DEFAULT, layout.creation.get(), layout.access.get()),
                            H5Dclose, creating);
  return variable;
}

NetcdfWriter::Impl::Defined& NetcdfWriter::Impl::writable(Variable variable, const Cells& cells) {
  Defined& found = variables_.at(static_cast<std::size_t>(variable));
  const auto refuse = [&](const std::string& why) { throw std::logic_error(found.path + ": " + why); };
  if (cells.type() != found.type) {
    refuse("values of type " + to_string(cells.type()) + " for a variable of type " + to_string(found.type));
  }
  if (found.written + cells.size() > found.cells) {
    refuse(std::to_string(cells.size()) + " values for the " + std::to_string(found.cells - found.written) +
           " cells that are left");
  }
  return found;
}

void NetcdfWriter::Impl::write_all(Variable variable, const Cells& cells) {
  Defined& target = writable(variable, cells);
  if (cells.size() != target.cells) {
    throw std::logic_error(target.path + ": " + std::to_string(cells.size()) + " values for a variable of " +
                           std::to_string(target.cells));
  }
  write(target, H5S_ALL, H5S_ALL, cells);
}

void NetcdfWriter::Impl::write_slab(Variable variable, std::span<const std::uint64_t> start,
                                    std::span<const std::uint64_t> count, const Cells& cells) {
  Defined& target = writable(variable, cells);
  if (product(count) != cells.size()) throw std::logic_error(target.path + ": the box has another number of cells");
  if (target.cells == 0 || target.written == target.cells) return write(target, H5S_ALL, H5S_ALL, cells);

  const Context writing = context("write", target.path);
  if (!hdf5::select_box(target.space.get(), start, count, writing))
    throw std::logic_error(target.path + ": the box reaches beyond the variable");
  if (target.shape.empty() || cells.size() == 0) return write(target, H5S_ALL, H5S_ALL, cells);
  const hsize_t size = cells.size();
  const Handle memory_space = simple_space({&size, 1}, writing);
  write(target, memory_space.get(), target.space.get(), cells);
}

void NetcdfWriter::Impl::write(Defined& variable, hid_t memory_space, hid_t file_space, const Cells& cells) {
  const Context writing = context("write", variable.path);
  const hid_t type = memory_types_.at(static_cast<std::size_t>(variable.type)).get();
  if (cells.size() > 0) {
    std::vector<const char*> texts;
    if (cells.type() == ValueType::kText) {
      texts = hdf5::c_strings(static_cast<const std::string*>(cells.data()), cells.size());
    }
    const void* data = texts.empty() ? cells.data() : texts.data();
    check(H5Dwrite(variable.dataset.get(), type, memory_space, file_space, H5P_DEFAULT, data), writing);
  }
  variable.written += cells.size();
  if (variable.written == variable.cells) {
    variable.dataset.close(writing);
    variable.space.close(writing);
  }
}

}  // namespace sim::output
