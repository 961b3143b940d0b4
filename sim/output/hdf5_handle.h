// What the netCDF writer and reader share of the HDF5 C interface: handles that close themselves, errors with the
// library's own reason, value types and attributes. Private to sim/output: this header includes hdf5.h, so nothing but
// the .cpp files of the netCDF module may include it.
#pragma once

#include <hdf5.h>
#include <hdf5_hl.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/output/netcdf_file.h"

namespace sim::output::hdf5 {

// Every entry point calls this first: HDF5 prints errors, once per thread, unless told otherwise, and its exit handler
// can crash after a full disk (so it is never installed; files are closed by their owners).
void initialise();

// Which file and what was being done to what: the beginning of every message.
struct Context {
  const std::filesystem::path& file;
  const char* action;  // "write"
  std::string_view object;
};

// "<file>: cannot <action> <object> (<reason>). <hint>", the reason taken from HDF5's error stack.
[[noreturn]] void fail(const Context& context);
[[noreturn]] void fail(const Context& context, const std::string& reason);

// Passes a result of HDF5 on, or throws when it says failure.
template <class Result>
Result check(Result result, const Context& context) {
  if (result < 0) fail(context);
  return result;
}

// Owns one HDF5 identifier.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Closer closer, const Context& context) : id_(check(id, context)), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(other.closer_) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      drop();
      id_ = std::exchange(other.id_, H5I_INVALID_HID);
      closer_ = other.closer_;
    }
    return *this;
  }
  ~Handle() { drop(); }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

  // Closing can be the moment when data are found not to fit on the disk.
  void close(const Context& context) {
    if (id_ >= 0) check(closer_(std::exchange(id_, H5I_INVALID_HID)), context);
  }
  void drop() noexcept {
    if (id_ >= 0) closer_(std::exchange(id_, H5I_INVALID_HID));
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Closer closer_ = nullptr;
};

// How files are opened: closing one closes what is in it, and HDF5 takes no locks of its own (a file being written is
// locked by PartialFile, a finished one never changes, and on some network file systems locking fails).
Handle file_access_list(const Context& context);

// UTF-8 of variable length.
Handle text_type(const Context& context);
// In the file always little endian; in memory whatever the machine has.
Handle file_type(ValueType type, const Context& context);
Handle memory_type(ValueType type, const Context& context);
std::size_t size_of(ValueType type);
// The ValueType that a type in a file corresponds to; throws for others.
ValueType value_type(hid_t type, const Context& context);

// Selects the cells of a box; false when it reaches beyond the space or has another rank.
bool select_box(hid_t space, std::span<const std::uint64_t> start, std::span<const std::uint64_t> count,
                const Context& context);

// "/a/b" from "a/b", "/a/b/" and so on; "/" from "".
std::string normal_path(std::string_view path);
std::string child_path(const std::string& group, const std::string& name);
// HDF5 takes C strings: throws std::invalid_argument when one would be cut at a NUL.
std::vector<const char*> c_strings(const std::string* texts, std::size_t size);

// The attribute of the root that says a seal belongs to the file (sealed_file.h): HDF5 cuts off what follows its data.
inline constexpr const char* kSealMark = "checksums";

void write_attributes(hid_t object, const Attributes& attributes, const Context& context);
Attributes read_attributes(hid_t object, const Context& context);

}  // namespace sim::output::hdf5
