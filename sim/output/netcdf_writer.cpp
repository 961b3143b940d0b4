// The life of a netCDF writer: creating the file, groups and attributes, commit and giving up.
#include <fcntl.h>
#include <unistd.h>

#include "sim/output/netcdf_layout.h"
#include "sim/output/netcdf_writer_impl.h"

namespace sim::output {
namespace {

using hdf5::check;
using hdf5::Context;
using hdf5::Handle;

// HDF5 can only close a file by writing what it still holds of it; where that fails, it keeps (and leaks) half of the
// file's state. So what is to be thrown away goes where writing never fails.
void write_into_the_void(hid_t file) noexcept {
  void* handle = nullptr;
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 || handle == nullptr) return;
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return;
  ::dup2(null, *static_cast<const int*>(handle));  // file_access_list() makes it a descriptor
  ::close(null);
}

}  // namespace

NetcdfWriter::Impl::Impl(std::filesystem::path final_path) : partial_(std::move(final_path)) {
  hdf5::initialise();
  const Context creating = context("create", "the file");
  const Handle creation = hdf5::group_creation_list(H5P_FILE_CREATE, creating);
  const Handle access = hdf5::file_access_list(creating);
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V110), creating);
  // Without sieve buffers data go to the disk, and fail, in the call that writes them.
  check(H5Pset_sieve_buf_size(access.get(), 0), creating);
  for (std::size_t i = 0; i < memory_types_.size(); ++i) {
    memory_types_[i] = hdf5::memory_type(static_cast<ValueType>(i), creating);
  }
  file_ = Handle(H5Fcreate(partial_.path().c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose, creating);
  groups_["/"].handle = Handle(H5Gopen2(file_.get(), "/", H5P_DEFAULT), H5Gclose, creating);
}

NetcdfWriter::Impl::Group& NetcdfWriter::Impl::group_at(const std::string& path) {
  const auto found = groups_.find(path);
  if (found == groups_.end()) throw std::logic_error(path + ": no such group in the file being written");
  return found->second;
}

void NetcdfWriter::Impl::group(const std::string& path, const Attributes& attributes) {
  const Context creating = context("create", path);
  for (std::size_t end = 0; end != std::string::npos && path != "/";) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    Handle& handle = groups_[part].handle;
    if (handle) continue;
    const Handle list = hdf5::group_creation_list(H5P_GROUP_CREATE, creating);
    handle = Handle(H5Gcreate2(file_.get(), part.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT), H5Gclose, creating);
  }
  hdf5::write_attributes(group_at(path).handle.get(), attributes, creating);
}

void NetcdfWriter::Impl::attributes(const std::string& path, const Attributes& attributes) {
  const Context describing = context("describe", path);
  Handle object(H5Oopen(file_.get(), path.c_str(), H5P_DEFAULT), H5Oclose, describing);
  hdf5::write_attributes(object.get(), attributes, describing);
  object.close(describing);
}

void NetcdfWriter::Impl::commit() {
  for (const Defined& variable : variables_) {
    if (variable.written != variable.cells && !variable.may_stay_unwritten) {
      throw std::logic_error(variable.path + ": only " + std::to_string(variable.written) + " of " +
                             std::to_string(variable.cells) + " cells were written");
    }
  }
  close_file();
  partial_.seal();
  partial_.publish();
}

// Every return counts: after a full disk, HDF5 may report the failure only when a dataset is closed, and then close
// the file "successfully" with zeros in it.
void NetcdfWriter::Impl::close_file() {
  for (Defined& variable : variables_) {
    variable.dataset.close(context("close", variable.path));
    variable.space.close(context("close", variable.path));
  }
  const Context closing = context("finish", "the file");
  for (const auto& [path, group] : groups_) {
    for (const auto& [name, dimension] : group.dimensions) {
      hdf5::write_reference_list(file_.get(), dimension, closing);
    }
  }
  hdf5::write_attributes(group_at("/").handle.get(),
                         {{hdf5::kSealMark, "XXH3-64 of every 64 KiB, behind the data of HDF5"}}, closing);
  for (auto& [path, group] : groups_) group.handle.close(context("close", path));
  check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), closing);
  file_.close(closing);
  // HDF5 compares the length of the file with what the superblock says: the last thing a silent failure would spoil.
  const Handle access = hdf5::file_access_list(closing);
  Handle(H5Fopen(partial_.path().c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, closing).close(closing);
  release_all();
}

void NetcdfWriter::Impl::release_all() noexcept {
  variables_.clear();
  groups_.clear();
  for (Handle& type : memory_types_) type.drop();
}

void NetcdfWriter::Impl::abandon() noexcept {
  if (file_) write_into_the_void(file_.get());
  release_all();
  file_.drop();
  partial_.discard();
}

NetcdfWriter::NetcdfWriter(std::filesystem::path final_path) : impl_(std::make_unique<Impl>(std::move(final_path))) {}
NetcdfWriter::~NetcdfWriter() = default;

void NetcdfWriter::group(const std::string& path, const Attributes& attributes) {
  impl_->run([&] { impl_->group(hdf5::normal_path(path), attributes); });
}

void NetcdfWriter::dimension(const std::string& group, const std::string& name, std::uint64_t size) {
  impl_->run([&] { impl_->bare_dimension(hdf5::normal_path(group), name, size); });
}

void NetcdfWriter::dimension(const std::string& group, const std::string& name, const Cells& values,
                             const Attributes& attributes) {
  impl_->run([&] {
    impl_->coordinate(
        {.group = hdf5::normal_path(group), .name = name, .type = values.type(), .attributes = attributes}, values);
  });
}

Variable NetcdfWriter::define(const VariableSpec& spec) {
  return impl_->run([&] {
    VariableSpec normal = spec;
    normal.group = hdf5::normal_path(spec.group);
    return impl_->define(normal);
  });
}

void NetcdfWriter::write(Variable variable, const Cells& cells) {
  impl_->run([&] { impl_->write_all(variable, cells); });
}

void NetcdfWriter::write_slab(Variable variable, std::span<const std::uint64_t> start,
                              std::span<const std::uint64_t> count, const Cells& cells) {
  impl_->run([&] { impl_->write_slab(variable, start, count, cells); });
}

Variable NetcdfWriter::add(VariableSpec spec, const Cells& cells) {
  spec.type = cells.type();
  const Variable variable = define(spec);
  write(variable, cells);
  return variable;
}

void NetcdfWriter::attributes(const std::string& path, const Attributes& attributes) {
  impl_->run([&] { impl_->attributes(hdf5::normal_path(path), attributes); });
}

void NetcdfWriter::commit() {
  impl_->run([&] { impl_->commit(); });
}

}  // namespace sim::output
