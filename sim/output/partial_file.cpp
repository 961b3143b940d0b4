#include "sim/output/partial_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "sim/base/problem.h"

namespace sim::output {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& problem, int error,
                       const std::string& hint = {}) {
  throw InputOutputError(file.string() + ": " + problem + " (" + std::strerror(error) + ")." +
                         (hint.empty() ? "" : " " + hint));
}

// Locks of open file descriptions: unlike plain POSIX locks they survive HDF5 closing its own descriptor of the same
// file, and unlike flock() they do not meet the locks HDF5 takes itself. False when somebody else holds the file.
bool lock_or_busy(int descriptor) {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(descriptor, F_OFD_SETLK, &whole) == 0) return true;
  return errno != EAGAIN && errno != EACCES;  // a file system without locks is no reason to refuse the work
}

bool is_still_at(int descriptor, const std::filesystem::path& path) {
  struct stat held = {};
  struct stat named = {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

}  // namespace

PartialFile::PartialFile(std::filesystem::path final_path)
    : final_path_(std::move(final_path)), path_(final_path_.string() + ".partial") {
  std::error_code ignored;
  if (!final_path_.has_filename()) fail(final_path_, "cannot create the file", EISDIR, "Give it a name.");
  if (std::filesystem::is_directory(final_path_, ignored)) fail(final_path_, "cannot create the file", EISDIR);
  // Between opening and locking, the process that held the file may have renamed or removed it: then start again.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      const int error = errno;
      fail(final_path_, "cannot create the file", error,
           error == ENOENT ? "Create the folder " + folder_of(final_path_).string() + " first." : "");
    }
    if (!lock_or_busy(descriptor)) {
      ::close(descriptor);
      fail(final_path_, "cannot create the file: another process is writing " + path_.string(), EBUSY,
           "Wait for it, or choose another name.");
    }
    if (is_still_at(descriptor, path_)) {
      descriptor_ = descriptor;
      // A disk that is full already is best found before anybody builds on the file.
      if (::pwrite(descriptor, "", 1, 0) == 1) return;
      const int error = errno;
      discard();
      fail(final_path_, "cannot create the file", error);
    }
    ::close(descriptor);
  }
  fail(final_path_, "cannot create the file: " + path_.string() + " keeps being replaced", EBUSY);
}

void PartialFile::publish() {
  if (::fsync(descriptor_) != 0) fail(final_path_, "cannot finish the file", errno);
  if (::rename(path_.c_str(), final_path_.c_str()) != 0) fail(final_path_, "cannot rename the finished file", errno);
  ::close(std::exchange(descriptor_, -1));

  const std::filesystem::path folder = folder_of(final_path_);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A folder that may be written but not listed, or a file system that cannot sync folders, is not an error: the file
  // is complete, only its name might be lost with the power.
  if (directory < 0) return;
  const int error = ::fsync(directory) == 0 ? 0 : errno;
  ::close(directory);
  if (error != 0 && error != EINVAL && error != ENOTSUP) {
    fail(final_path_, "the file is written, but its folder cannot be synced", error);
  }
}

void PartialFile::discard() noexcept {
  if (descriptor_ < 0) return;
  ::unlink(path_.c_str());
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace sim::output
