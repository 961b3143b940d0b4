#include "sim/output/trial_reading.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "sim/output/hdf5_handle.h"
#include "sim/output/sealed_file.h"

namespace sim::output {
namespace {

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info1_t;
#else
using ObjectInfo = H5O_info_t;
#endif

// A file of a few hundred kilobytes takes milliseconds; the more there is in it, the longer it may take. Both assumed.
constexpr std::uintmax_t kSecondsForAny = 3;
constexpr std::uintmax_t kBytesASecond = 5'000'000;
// Beyond that, a variable of numbers has nothing that HDF5 could stumble on.
constexpr hssize_t kMostNumbers = 100'000;

// Reads values of any type the way they are stored, and gives back what they refer to.
template <class Read>
void read_all(hid_t type, hid_t space, const Read& read) {
  const hssize_t cells = H5Sget_simple_extent_npoints(space);
  const std::size_t size = H5Tget_size(type);
  const bool refers = H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tis_variable_str(type) > 0;
  if (cells <= 0 || size == 0 || (!refers && cells > kMostNumbers)) return;
  std::vector<char> values(static_cast<std::size_t>(cells) * size);
  if (read(values.data()) >= 0 && refers) H5Dvlen_reclaim(type, space, H5P_DEFAULT, values.data());
}

herr_t read_attribute(hid_t object, const char* name, const H5A_info_t*, void*) {
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  read_all(type, space, [&](void* values) { return H5Aread(attribute, type, values); });
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return 0;
}

herr_t read_object(hid_t root, const char* name, const ObjectInfo* info, void*) {
  const hid_t object = H5Oopen(root, name, H5P_DEFAULT);
  hsize_t position = 0;
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &position, read_attribute, nullptr);
  if (info->type == H5O_TYPE_DATASET) {
    const hid_t type = H5Dget_type(object), space = H5Dget_space(object);
    read_all(type, space, [&](void* values) { return H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values); });
    H5Sclose(space);
    H5Tclose(type);
  }
  H5Oclose(object);
  return 0;
}

[[noreturn]] void read_in_child(const std::filesystem::path& path, std::uintmax_t seconds) noexcept {
  const rlimit none = {0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  for (const int signal : {SIGALRM, SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) std::signal(signal, SIG_DFL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);  // no word on the file; it ends soon
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::alarm(static_cast<unsigned>(seconds));
  const hdf5::Handle access = hdf5::file_access_list({path, "open", "the file"});
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get());
  if (file >= 0) {
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, read_object, nullptr, H5O_INFO_BASIC);
    H5Fclose(file);
  }
  ::_exit(0);
}

}  // namespace

void try_reading(const std::filesystem::path& path) {
  hdf5::initialise();
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(path, ignored);
  const std::uintmax_t seconds = kSecondsForAny + (ignored ? 0 : size / kBytesASecond);
  const pid_t child = ::fork();
  if (child == 0) read_in_child(path, seconds);
  if (child < 0) return;  // without processes to spare, read as before
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return;
  if (status == 0) return;
  const bool held = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  throw FileDamaged(path, "open the file",
                    held ? "it is damaged: HDF5 finds no end in it" : "it is damaged: HDF5 crashes on it");
}

}  // namespace sim::output
