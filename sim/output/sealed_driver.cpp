#include "sim/output/sealed_driver.h"

#include <exception>
#include <memory>

#include "sim/output/sealed_file.h"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

namespace sim::output::hdf5 {
namespace {

struct OpenFile : H5FD_t {
  std::unique_ptr<SealedFile> sealed;
  haddr_t allocated = 0;  // what HDF5 believes to be in use
};

OpenFile* of(H5FD_t* file) { return static_cast<OpenFile*>(file); }
const OpenFile* of(const H5FD_t* file) { return static_cast<const OpenFile*>(file); }

void push(const std::string& text) {
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_IO, H5E_READERROR, "%s", text.c_str());
}

// Exceptions must not pass through C.
template <class Work>
bool done(const Work& work) noexcept {
  try {
    work();
    return true;
  } catch (const FileDamaged& damage) {
    push(std::string(kDamage) + damage.reason());
  } catch (const std::exception& error) {
    push(error.what());
  }
  return false;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t, haddr_t) {
  auto file = std::make_unique<OpenFile>();
  const bool opened = (flags & H5F_ACC_RDWR) == 0 && done([&] { file->sealed = SealedFile::open(name); });
  return opened && file->sealed ? file.release() : nullptr;
}

herr_t close_file(H5FD_t* file) {
  delete of(file);
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr) *flags = H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE;
  return 0;
}

haddr_t allocated(const H5FD_t* file, H5FD_mem_t) { return of(file)->allocated; }

herr_t allocate(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  of(file)->allocated = address;
  return 0;
}

haddr_t end_of(const H5FD_t* file, H5FD_mem_t) { return of(file)->sealed->size(); }

herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t bytes, void* data) {
  return done([&] { of(file)->sealed->read(data, bytes, address); }) ? 0 : -1;
}

herr_t write_nothing(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, size_t, const void*) { return -1; }

hid_t driver() {
  static const H5FD_class_t made = [] {
    H5FD_class_t made_class = {};
#if H5_VERSION_GE(1, 13, 0)
    made_class.version = H5FD_CLASS_VERSION;
    made_class.value = static_cast<H5FD_class_value_t>(531);  // 512 and up are for drivers of programs
#endif
    made_class.name = "sealed";
    made_class.maxaddr = HADDR_MAX >> 1U;  // what an off_t holds
    made_class.fc_degree = H5F_CLOSE_STRONG;
    made_class.open = open_file;
    made_class.close = close_file;
    made_class.query = query;
    made_class.get_eoa = allocated;
    made_class.set_eoa = allocate;
    made_class.get_eof = end_of;
    made_class.read = read_bytes;
    made_class.write = write_nothing;
    for (H5FD_mem_t& kind : made_class.fl_map) kind = H5FD_MEM_DEFAULT;
    return made_class;
  }();
  static const hid_t id = H5FDregister(&made);
  return id;
}

}  // namespace

void read_through_seal(hid_t access_list, const Context& context) {
  check(H5Pset_driver(access_list, check(driver(), context), nullptr), context);
}

}  // namespace sim::output::hdf5
